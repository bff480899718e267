#include "exporter/web/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/unit/web/http_client.h"

namespace podprobe {
namespace {

std::vector<HttpHeader> OwnHeader() { return {{"X-Own", "1"}}; }

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// Answers with what it was asked, so that a test sees what arrived.
HttpResponse Echo(const HttpRequest& request) {
  if (request.path == "/throw") throw std::runtime_error("no such luck");
  return HttpResponse::Text(200, request.method + " " + request.path + "?" + request.query + " [" +
                                     request.Header("x-list") + "] " + request.body);
}

// One server for all: each has its threads.
class HttpServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    HttpServerResult result =
        HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}, .limits = {.body_bytes = 8}}, Echo);
    ASSERT_EQ(result.error, "");
    server_ = std::move(result.server);
  }
  static void TearDownTestSuite() { server_.reset(); }

  static int port() { return server_->port(); }

  static std::unique_ptr<HttpServer> server_;
};

std::unique_ptr<HttpServer> HttpServerTest::server_;

TEST_F(HttpServerTest, TellsThePortThatCameOut) {
  EXPECT_GT(port(), 0);
  ASSERT_EQ(server_->addresses().size(), 1U);
  EXPECT_EQ(server_->addresses()[0].ToString(), "127.0.0.1:" + std::to_string(port()));
}

TEST_F(HttpServerTest, HandsOverTheRequest) {
  EXPECT_EQ(Get(port(), "/a%20b?c=%20d", "X-List: 1\r\nx-LIST: 2\r\n").body,
            "GET /a b?c=%20d [1, 2] ");
}

TEST_F(HttpServerTest, DotsDoNotLeaveTheRoot) {
  EXPECT_EQ(Get(port(), "/a/../../b").body, "GET /b? [] ");
}

TEST_F(HttpServerTest, AnswersHaveDateLengthAndClose) {
  const RawAnswer answer = Get(port(), "/");
  EXPECT_THAT(answer.Header("Date"),
              MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9]+ "
                           "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
  EXPECT_EQ(answer.head,
            "HTTP/1.1 200 OK\r\n"
            "Date: " +
                answer.Header("Date") +
                "\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Length: 10\r\n"
                "Connection: close\r\n");
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  const RawAnswer answer = Send(port(), "HEAD", "/");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.Header("Content-Length"), "11");
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpServerTest, BodiesAreReadUpToTheLimit) {
  EXPECT_EQ(Send(port(), "POST", "/", "", "12345678").body, "POST /? [] 12345678");
  // The body is not sent: what is refused need not arrive.
  EXPECT_EQ(Send(port(), "POST", "/", "Content-Length: 9\r\n").status(), 413);
}

TEST_F(HttpServerTest, ChunkedBodiesHaveTheSameLimit) {
  const std::string head = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Exchange(port(), head + "4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n").body,
            "POST /? [] 12345678");
  EXPECT_EQ(Exchange(port(), head + "4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n").status(), 413);
}

TEST_F(HttpServerTest, LongPathsAndHeadersAreRefusedByTheirLimit) {
  // Up to the largest that is looked at in full, four times the limit of the head.
  for (const std::size_t bytes : {8001U, 20'000U, 60'000U}) {
    const RawAnswer answer = Get(port(), "/" + std::string(bytes - 1, 'x'));
    EXPECT_EQ(answer.status(), 414) << bytes;
    EXPECT_EQ(answer.body, "the path with its query is larger than 8000 bytes\n");
  }
  EXPECT_EQ(Get(port(), "/" + std::string(7999, 'x')).status(), 200);
  for (const std::size_t bytes : {16'384U, 60'000U}) {
    const RawAnswer answer = Get(port(), "/", "X-Huge: " + std::string(bytes, 'x') + "\r\n");
    EXPECT_EQ(answer.status(), 431) << bytes;
    EXPECT_EQ(answer.body, "request line and headers are larger than 16384 bytes\n");
  }
  const RawAnswer answer = Get(port(), "/", "X-Huge: " + std::string(70'000, 'x') + "\r\n");
  EXPECT_EQ(answer.status(), 400);
  EXPECT_THAT(answer.body, HasSubstr("larger than 16384 bytes"));
}

TEST_F(HttpServerTest, AHeaderThatIsOneTooManyIsNotPassedOver) {
  std::string headers;
  for (int i = 0; i < 62; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(Get(port(), "/", headers).status(), 200);
  EXPECT_EQ(Get(port(), "/", headers + "X-More: 1\r\n").status(), 431);
  EXPECT_EQ(Get(port(), "/", headers + headers).status(), 431);
}

TEST_F(HttpServerTest, PathsEndAtNoZeroByte) {
  EXPECT_EQ(Get(port(), "/a%00b").status(), 400);
  EXPECT_EQ(Get(port(), "/a%zz").body,
            "the path holds an escape (%) that stands for no character\n");
}

TEST_F(HttpServerTest, BodiesAreAskedForWhereTheClientWaits) {
  const std::string head = "POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n";
  const RawAnswer answer = Exchange(port(), head + "Content-Length: 2\r\n\r\nab");
  EXPECT_EQ(answer.head, "HTTP/1.1 100 Continue\r\n");
  EXPECT_THAT(answer.body, HasSubstr("HTTP/1.1 200 OK\r\n"));
  // What is too large is not asked for.
  EXPECT_EQ(Exchange(port(), head + "Content-Length: 9\r\n\r\n").status(), 413);
}

TEST_F(HttpServerTest, BrokenLengthsAndChunksAreRefused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: test\r\n";
  for (const char* rest :
       {"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"}) {
    EXPECT_EQ(Exchange(port(), head + rest).status(), 400) << rest;
  }
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  EXPECT_EQ(Exchange(port(), "hello\r\n\r\n").status(), 400);
}

TEST_F(HttpServerTest, AnyHostNameIsServed) {
  EXPECT_EQ(Exchange(port(), "GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n").status(), 200);
}

TEST_F(HttpServerTest, CrossOriginQuestionsReachTheHandler) {
  const RawAnswer answer =
      Send(port(), "OPTIONS", "/",
           "Origin: http://other.example\r\nAccess-Control-Request-Method: POST\r\n");
  EXPECT_EQ(answer.Header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(answer.body, "OPTIONS /? [] ");
}

TEST_F(HttpServerTest, ThrownErrorsBecomeA500) {
  const RawAnswer answer = Get(port(), "/throw");
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body, "this request met an error in the exporter; its log says more\n");
}

TEST(HttpServerResponse, LineBreaksInAHeaderBeginNoOther) {
  HttpServerResult result =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}}, [](const HttpRequest&) {
        HttpResponse response;
        response.headers.push_back({"X-Name", "a\r\nX-Other: b"});
        return response;
      });
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(Get(result.server->port(), "/").Header("X-Name"), "aX-Other: b");
}

TEST(HttpServerResponse, ConnectionsStayOpenWhereAskedTo) {
  HttpServerResult result =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}, .keep_alive_timeout_ms = 5000}, Echo);
  ASSERT_EQ(result.error, "");
  const RawAnswer answer = Exchange(result.server->port(),
                                    "GET /1 HTTP/1.1\r\nHost: test\r\n\r\n"
                                    "GET /2 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer.body, StartsWith("GET /1? [] HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer.body, HasSubstr("GET /2? [] "));
}

TEST(HttpServerResponse, ARequestThatDoesNotEndIsToldItsTime) {
  HttpServerResult result =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}, .request_timeout_ms = 30}, Echo);
  ASSERT_EQ(result.error, "");
  const RawAnswer answer = Exchange(result.server->port(), "GET / HTTP/1.1\r\n");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_EQ(answer.body, "the request was not whole within 30 ms\n");
}

std::string StartError(const std::string& address) {
  return HttpServer::Start({.listen_addresses = {address}}, Echo).error;
}

TEST(HttpServerStart, PortInUseIsASentenceWithTheAddress) {
  HttpServerResult first = HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}}, Echo);
  ASSERT_EQ(first.error, "");
  const std::string address = first.server->addresses()[0].ToString();
  EXPECT_EQ(StartError(address),
            "cannot listen on " + address +
                ": Address already in use; another process serves there, choose another port");
}

TEST(HttpServerStart, ForeignAddressIsASentence) {
  EXPECT_EQ(StartError("192.0.2.1:0"),
            "cannot listen on 192.0.2.1:0: Cannot assign requested address; no interface of this "
            "machine has that address");
}

TEST(HttpServerStart, UnknownNameIsASentence) {
  EXPECT_THAT(StartError("no-such-host.invalid:0"),
              StartsWith("cannot listen on no-such-host.invalid:0: "));
}

int StatusOver(IpVersion version, const HttpServer& server) {
  return Exchange(server.port(), "GET / HTTP/1.1\r\n\r\n", version).status();
}

TEST(HttpServerStart, Ipv6IsServedOrRefusedInWords) {
  HttpServerResult result = HttpServer::Start({.listen_addresses = {"[::1]:0"}}, Echo);
  if (result.server == nullptr && result.error.find("this machine") != std::string::npos) {
    GTEST_SKIP() << "NOT TESTED: " << result.error;
  }
  if (result.server == nullptr) {
    EXPECT_EQ(result.error,
              "cannot listen on [::1]:0: the CivetWeb library of this build has no IPv6; give an "
              "IPv4 address, or only :PORT for all IPv4 interfaces");
    GTEST_SKIP() << "NOT TESTED: listening on IPv6, which needs PODPROBE_CIVETWEB_SOURCE_DIR";
  }
  EXPECT_EQ(StatusOver(IpVersion::k6, *result.server), 200);
  EXPECT_EQ(StatusOver(IpVersion::k4, *result.server), 0);
  const HttpServerResult both = HttpServer::Start({.listen_addresses = {":0"}}, Echo);
  ASSERT_EQ(both.error, "");
  EXPECT_EQ(StatusOver(IpVersion::k6, *both.server), 200);
  EXPECT_EQ(StatusOver(IpVersion::k4, *both.server), 200);
  const std::string taken = "[::1]:" + std::to_string(result.server->port());
  EXPECT_EQ(HttpServer::Start({.listen_addresses = {taken}}, Echo).error,
            "cannot listen on " + taken +
                ": Address already in use; another process serves there, choose another port");
}

TEST(HttpServerStart, NoAddressIsAnError) {
  EXPECT_EQ(HttpServer::Start({}, Echo).error, "no listen address was given");
}

// A machine without /etc/hosts may not know it.
bool IsLocalhostKnown() {
  addrinfo* found = nullptr;
  const bool is_known = getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
  if (is_known) freeaddrinfo(found);
  return is_known;
}

TEST(HttpServerStart, NamesAndAllInterfacesAreServed) {
  const std::string name = IsLocalhostKnown() ? "localhost:0" : "127.0.0.1:0";
  HttpServerResult result = HttpServer::Start({.listen_addresses = {":0", name}}, Echo);
  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.server->addresses().size(), 2U);
  for (const ListenAddress& address : result.server->addresses()) {
    EXPECT_EQ(Get(address.port, "/").status(), 200) << address.ToString();
  }
}

TEST(HttpServerLimit, OneRequestTooManyIsToldToComeAgain) {
  std::promise<void> entered;
  std::promise<void> leave;
  const HttpServerResult result = HttpServer::Start({.listen_addresses = {"127.0.0.1:0"},
                                                     .max_requests = 1,
                                                     .max_wait_ms = 0,
                                                     .error_headers = OwnHeader},
                                                    [&](const HttpRequest&) {
                                                      entered.set_value();
                                                      leave.get_future().wait();
                                                      return HttpResponse::Text(200, "first\n");
                                                    });
  ASSERT_EQ(result.error, "");
  const int port = result.server->port();
  std::future<RawAnswer> first = std::async(std::launch::async, [port] { return Get(port, "/"); });
  entered.get_future().wait();
  const RawAnswer second = Get(port, "/");
  EXPECT_EQ(second.status(), 503);
  EXPECT_EQ(second.Header("Retry-After"), "1");
  EXPECT_EQ(second.Header("X-Own"), "1");
  leave.set_value();
  EXPECT_EQ(first.get().body, "first\n");
}

TEST(HttpServerEnd, AnAnswerThatHasBegunIsWholeAndNoneBegins) {
  std::promise<void> entered;
  std::promise<void> leave;
  const std::string page(8 << 20, 'x');  // more than the sockets hold
  HttpServerResult result =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}}, [&](const HttpRequest& request) {
        if (request.path != "/page") return HttpResponse::Text(200, "");
        entered.set_value();
        leave.get_future().wait();
        return HttpResponse::Text(200, page);
      });
  ASSERT_EQ(result.error, "");
  const int port = result.server->port();
  std::future<RawAnswer> first =
      std::async(std::launch::async, [port] { return Get(port, "/page"); });
  entered.get_future().wait();
  std::future<void> end = std::async(std::launch::async, [&] { result.server.reset(); });
  int status = 200;
  while (status == 200) status = Get(port, "/").status();
  EXPECT_EQ(status, 503);
  leave.set_value();
  EXPECT_EQ(first.get().body.size(), page.size());
  end.get();
}

TEST(HttpServerLimit, WhatIsNoHttpGetsTheHeadersOfErrors) {
  const HttpServerResult result =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}, .error_headers = OwnHeader},
                        [](const HttpRequest&) { return HttpResponse::Text(200, ""); });
  ASSERT_EQ(result.error, "");
  const RawAnswer answer = Exchange(result.server->port(), "nonsense\r\n\r\n");
  EXPECT_EQ(answer.status(), 400);
  EXPECT_EQ(answer.Header("X-Own"), "1");
  EXPECT_EQ(answer.body, "400 Bad Request\n");
}

}  // namespace
}  // namespace podprobe

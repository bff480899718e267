// What a kubelet can answer, and what we make of it: over real sockets, through the reading loop.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/loop_harness.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kToken[] = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.payload.signature";

Answer Raw(const std::string& bytes) {
  return [bytes](Peer& peer) { peer.Send(bytes); };
}

Answer RawThenClose(const std::string& bytes) {
  return [bytes](Peer& peer) {
    peer.Send(bytes);
    peer.Close();
  };
}

Answer Chunked(const std::string& chunks) {
  return Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
}

struct AnswerCase {
  const char* name;
  Answer answer;
  const char* want;
};

void ExpectAnswers(Source source, const std::vector<AnswerCase>& cases) {
  for (const AnswerCase& row : cases) {
    FakeKubelet kubelet;
    kubelet.On(std::string(SourcePath(source)), row.answer);
    LoopHarness harness(TargetOf(kubelet.url()));
    EXPECT_EQ(harness.ReadOnce(source), row.want) << row.name;
  }
}

TEST(ClientTest, WholeBodiesAreGood) {
  ExpectAnswers(
      Source::kProbes,
      {{"fixed length", Respond("200 OK", "up 1\n"), "good, 5 bytes"},
       {"empty", Respond("200 OK", ""), "good, 0 bytes"},
       {"chunked", Chunked("3\r\nup \r\n2\r\n1\n\r\n0\r\n\r\n"), "good, 5 bytes"},
       {"until the connection ends", RawThenClose("HTTP/1.0 200 OK\r\n\r\nup 1\n"),
        "good, 5 bytes"},
       {"longer than its length says",
        RawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nup 1\n"), "good, 3 bytes"},
       {"HTML is for the reader of the body to refuse", Respond("200 OK", "<html>log in</html>"),
        "good, 19 bytes"}});
}

TEST(ClientTest, StatusesOtherThan200AreExplained) {
  ExpectAnswers(
      Source::kProbes,
      {{"404", Respond("404 Not Found", "404 page not found\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 404, want 200: 404 page not found: the "
        "kubelet is too old to have this page, or kubelet.url is not a kubelet's"},
       {"401 without a token", Respond("401 Unauthorized", "Unauthorized"),
        "auth: GET http://KUBELET/metrics/probes: HTTP 401, want 200: Unauthorized: no token was "
        "sent: set kubelet.authorization.credentials_file, or run with a service account"},
       {"403 for want of rights",
        Respond("403 Forbidden",
                "Forbidden (user=system:serviceaccount:monitoring:no-rights, verb=get, "
                "resource=nodes, subresource(s)=[metrics])\n"),
        "forbidden: GET http://KUBELET/metrics/probes: HTTP 403, want 200: Forbidden "
        "(user=system:serviceaccount:monitoring:no-rights, verb=get, resource=nodes, "
        "subresource(s)=[metrics]): allow this user to get nodes/metrics (RBAC, API group \"\", "
        "resource nodes/metrics, verb get); nodes/proxy does not open it"},
       {"403 as anonymous",
        Respond("403 Forbidden",
                "Forbidden (user=system:anonymous, verb=get, resource=nodes, "
                "subresource(s)=[metrics])\n"),
        "forbidden: GET http://KUBELET/metrics/probes: HTTP 403, want 200: Forbidden "
        "(user=system:anonymous, verb=get, resource=nodes, subresource(s)=[metrics]): no token was "
        "sent: set kubelet.authorization.credentials_file, or run with a service account"},
       {"500 while the API server is away",
        Respond("500 Internal Server Error",
                "Authorization error (user=some-user, verb=get, resource=nodes, "
                "subresource=metrics)\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 500, want 200: Authorization error "
        "(user=some-user, verb=get, resource=nodes, subresource=metrics): the kubelet cannot ask "
        "the API server about our rights, which passes"},
       {"500", Respond("500 Internal Server Error", ""),
        "status: GET http://KUBELET/metrics/probes: HTTP 500, want 200"},
       {"400 of a TLS port",
        RawThenClose("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS "
                     "server.\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 400, want 200: Client sent an HTTP "
        "request "
        "to an HTTPS server.: write https:// in kubelet.url"},
       {"redirect", Respond("307 Temporary Redirect", "", "Location: http://elsewhere/x\r\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 307, want 200: a redirect to "
        "http://elsewhere/x is not followed: set kubelet.url to the kubelet itself"},
       {"204", Raw("HTTP/1.1 204 No Content\r\n\r\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 204, want 200"},
       {"206", Respond("206 Partial Content", "up 1\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 206, want 200: up 1"},
       {"error page of many lines", Respond("503 Service Unavailable", "<html>\n<body>\n"),
        "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200: <html>"},
       {"error body with control characters", Respond("503 Service Unavailable", "a\x1b[2Jb\tc"),
        "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200: a\\x1b[2Jb\\x09c"},
       {"error body cut off", RawThenClose("HTTP/1.1 503 X\r\nContent-Length: 99\r\n\r\nbusy"),
        "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200: busy"},
       {"endless error body",
        [](Peer& peer) {
          peer.Send("HTTP/1.1 503 X\r\n\r\nbusy\n");
          while (peer.Send(std::string(10000, 'x'))) {
          }
          peer.Close();
        },
        "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200: busy"}});
  ExpectAnswers(
      Source::kPods,
      {{"403 of /pods",
        Respond("403 Forbidden",
                "Forbidden (user=system:serviceaccount:monitoring:metrics-only, verb=get, "
                "resource=nodes, subresource(s)=[pods proxy])\n"),
        "forbidden: GET http://KUBELET/pods: HTTP 403, want 200: Forbidden "
        "(user=system:serviceaccount:monitoring:metrics-only, verb=get, resource=nodes, "
        "subresource(s)=[pods proxy]): allow this user to get nodes/pods (RBAC, API group \"\", "
        "resource nodes/pods, verb get; Kubernetes 1.33 and later), or switch the source off: "
        "sources.pods.enabled: false"}});
}

TEST(ClientTest, AnswersThatEndEarlyAreCutOff) {
  ExpectAnswers(
      Source::kProbes,
      {{"shorter than its length",
        RawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nup 1\n"),
        "truncated: GET http://KUBELET/metrics/probes: the answer was cut off after 5 bytes of its "
        "body: transfer closed with 94 bytes remaining to read"},
       {"chunks without an end",
        RawThenClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nup 1\n\r\n"),
        "truncated: GET http://KUBELET/metrics/probes: the answer was cut off after 5 bytes of its "
        "body: transfer closed with outstanding read data remaining"},
       {"no chunk length", Chunked("zz\r\nup 1\n"),
        "truncated: GET http://KUBELET/metrics/probes: the answer was cut off after 0 bytes of its "
        "body: Illegal or missing hexadecimal sequence in chunked-encoding"},
       {"nothing", [](Peer& peer) { peer.Close(); },
        "truncated: GET http://KUBELET/metrics/probes: the answer was cut off after 0 bytes of its "
        "body: Empty reply from server"},
       {"reset", [](Peer& peer) { peer.Reset(); },
        "truncated: GET http://KUBELET/metrics/probes: the answer was cut off after 0 bytes of its "
        "body: Recv failure: Connection reset by peer"}});
}

TEST(ClientTest, WhatIsNoHttpIsSaidToBeNone) {
  ExpectAnswers(
      Source::kProbes,
      {{"SSH", RawThenClose("SSH-2.0-OpenSSH_9.2\r\n"),
        "status: GET http://KUBELET/metrics/probes: what came is no HTTP (Received HTTP/0.9 "
        "when not allowed): is kubelet.url a kubelet's?"}});
}

TEST(ClientTest, BodyAtTheLimitIsReadAndOneByteMoreIsNot) {
  for (const Source source : {Source::kProbes, Source::kPods}) {
    FakeKubelet kubelet;
    LoopHarness harness(TargetOf(kubelet.url()));
    harness.options().limits.pods_bytes = 1000;
    harness.options().limits.metrics_bytes = 1000;
    const std::string path(SourcePath(source));
    kubelet.On(path, Respond("200 OK", std::string(1000, 'x')));
    EXPECT_EQ(harness.ReadOnce(source), "good, 1000 bytes");
    kubelet.On(path, Respond("200 OK", std::string(1001, 'x')));
    const std::string key = source == Source::kPods ? "limits.pods_bytes" : "limits.metrics_bytes";
    EXPECT_EQ(harness.ReadOnce(source),
              "size: GET http://KUBELET" + path + ": the answer is over " + key +
                  " (1000 bytes): is this a kubelet, or does the node need a higher limit?");
  }
}

TEST(ClientTest, EndlessBodyEndsAtTheLimit) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", [](Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.Send(std::string(100000, 'x'))) {
    }
    peer.Close();
  });
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().limits.metrics_bytes = 3000000;
  EXPECT_THAT(harness.ReadOnce(Source::kProbes), StartsWith("size: "));
  EXPECT_LE(harness.body(Source::kProbes).size(), 3000000u);
}

TEST(ClientTest, EndlessHeaderEndsAtALimit) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", [](Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n");
    while (peer.Send("X-Header: " + std::string(1000, 'x') + "\r\n")) {
    }
    peer.Close();
  });
  LoopHarness harness(TargetOf(kubelet.url()));
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "size: GET http://KUBELET/metrics/probes: the answer's header is over 65536 bytes: is "
            "kubelet.url a kubelet's?");
}

TEST(ClientTest, RequestsAreWhatTheKubeletExpects) {
  FakeKubelet kubelet;
  LoopHarness harness(TargetOf(kubelet.url()));
  const std::string host = "Host: 127.0.0.1:" + std::to_string(kubelet.port()) + "\r\n";
  harness.ReadOnce(Source::kProbes);
  EXPECT_EQ(kubelet.requests().back(), "GET /metrics/probes HTTP/1.1\r\n" + host +
                                           "User-Agent: podprobe-exporter/" PODPROBE_VERSION
                                           "\r\n"
                                           "Accept-Encoding: identity\r\n"
                                           "Accept: text/plain;version=0.0.4\r\n\r\n");
  LoopHarness pods(TargetOf(kubelet.url() + "/prefix/"));
  pods.ReadOnce(Source::kPods);
  EXPECT_EQ(kubelet.requests().back(), "GET /prefix/pods HTTP/1.1\r\n" + host +
                                           "User-Agent: podprobe-exporter/" PODPROBE_VERSION
                                           "\r\n"
                                           "Accept-Encoding: identity\r\n"
                                           "Accept: application/json\r\n\r\n");
}

TEST(ClientTest, ProxyOfTheEnvironmentIsNotUsed) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", Respond("200 OK", "up 1\n"));
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  LoopHarness harness(TargetOf(kubelet.url()));
  EXPECT_EQ(harness.ReadOnce(Source::kProbes), "good, 5 bytes");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(ClientTest, TokenIsReadAnewForEachRequest) {
  const TempDir dir;
  FakeKubelet kubelet;
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.token_file = dir.Write("token", "one\n");
  harness.ReadOnce(Source::kProbes);
  EXPECT_THAT(kubelet.requests().back(), HasSubstr("\r\nAuthorization: Bearer one\r\n"));
  dir.Write("token", "two");
  harness.ReadOnce(Source::kProbes);
  EXPECT_THAT(kubelet.requests().back(), HasSubstr("\r\nAuthorization: Bearer two\r\n"));
}

TEST(ClientTest, TokenThatIsNotAcceptedIsNamedByItsFileOnly) {
  const TempDir dir;
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", Respond("401 Unauthorized", "Unauthorized"));
  LoopHarness harness(TargetOf(kubelet.url()));
  const std::string file = dir.Write("token", kToken);
  harness.options().target.token_file = file;
  EXPECT_EQ(
      harness.ReadOnce(Source::kProbes),
      "auth: GET http://KUBELET/metrics/probes: HTTP 401, want 200: Unauthorized: the "
      "kubelet does not accept the token in " +
          file +
          ": it has expired, is of another cluster or audience, or the kubelet cannot ask the "
          "API server about it, which passes; every attempt reads the file anew");
}

TEST(ClientTest, EchoedTokenIsNotShown) {
  const TempDir dir;
  FakeKubelet kubelet;
  const Answer echo = [](Peer& peer) {
    const std::string& request = peer.request();
    const std::size_t at = request.find("Bearer");
    peer.Send(Response("400 Bad Request", request.substr(at, request.find('\r', at) - at)));
  };
  kubelet.On("/metrics/probes", echo);
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.token_file = dir.Write("token", kToken);
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "status: GET http://KUBELET/metrics/probes: HTTP 400, want 200: Bearer <token>");
}

TEST(ClientTest, PageThatEchoesTheTokenIsNotHandedOnToItsEnd) {
  const TempDir dir;
  FakeKubelet kubelet;
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.token_file = dir.Write("token", kToken);
  const std::string body = "GET /\nAuthorization: Bearer " + std::string(kToken) + "\nup 1\n";
  // At once, and torn at every byte.
  for (const bool is_slow : {false, true}) {
    kubelet.On("/metrics/probes", [is_slow, body](Peer& peer) {
      if (!is_slow) return (void)peer.Send(Response("200 OK", body));
      peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (const char c : body) peer.Send(std::string("1\r\n") + c + "\r\n");
      peer.Send("0\r\n\r\n");
    });
    EXPECT_EQ(harness.ReadOnce(Source::kProbes),
              "parse: GET http://KUBELET/metrics/probes: the answer shows the token that was sent: "
              "is kubelet.url a kubelet's?");
    EXPECT_THAT(harness.body(Source::kProbes),
                ::testing::Not(HasSubstr(std::string(kToken).substr(0, 16))));
  }
}

TEST(ClientTest, RequestIsNotSentWithoutATokenThatWasAskedFor) {
  const TempDir dir;
  FakeKubelet kubelet;
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.token_file = dir.path() + "/none";
  harness.options().target.is_token_required = true;
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "auth: GET http://KUBELET/metrics/probes: not sent: there is no token file " +
                dir.path() + "/none (kubelet.authorization.credentials_file)");
  harness.options().target.token_file = dir.Write("empty", "");
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "auth: GET http://KUBELET/metrics/probes: not sent: the token file " + dir.path() +
                "/empty is empty (kubelet.authorization.credentials_file)");
  EXPECT_EQ(kubelet.connection_count(), 0);
}

TEST(ClientTest, WithheldTokenIsTheReasonFor401) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", Respond("401 Unauthorized", "Unauthorized"));
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.is_token_withheld = true;
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "auth: GET http://KUBELET/metrics/probes: HTTP 401, want 200: Unauthorized: the token "
            "was not sent, since plain http shows it to the network: write https:// in "
            "kubelet.url");
}

// A port on which nothing listens, for as long as this lives.
class ClosedPort {
 public:
  ClosedPort() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~ClosedPort() { close(fd_); }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  int port_ = 0;
};

TEST(ClientTest, KubeletThatIsNotThereIsNoConnection) {
  const ClosedPort port;
  LoopHarness harness(TargetOf(port.url()));
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "connect: GET http://KUBELET/metrics/probes: no connection to 127.0.0.1 port N: "
            "Connection refused: does the kubelet run, and is this its address (kubelet.url, "
            "NODE_IP)?");
}

TEST(ClientTest, NameThatCannotBeIsNotResolved) {
  // A label of 64 bytes: every resolver refuses it without asking anyone.
  const std::string name(64, 'x');
  LoopHarness harness(TargetOf("http://" + name + ":10250"));
  EXPECT_EQ(harness.ReadOnce(Source::kProbes),
            "dns: GET http://KUBELET/metrics/probes: the name " + name +
                " cannot be resolved: put the node's address into kubelet.url, or leave it out and "
                "set NODE_IP (status.hostIP)");
}

TEST(ClientTest, ReadingsUseOneConnectionAgain) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", Respond("200 OK", "up 1\n"));
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.Enable(Source::kProbes);
  int readings = 0;
  harness.Run([&](Source, const std::string&) {
    harness.Advance(5);
    return ++readings < 4;
  });
  EXPECT_EQ(kubelet.requests().size(), 4u);
  EXPECT_EQ(kubelet.connection_count(), 1);
}

TEST(ClientTest, RefusedReadingsUseOneConnectionAgain) {
  FakeKubelet kubelet;
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.Enable(Source::kProbes);
  int readings = 0;
  harness.Run([&](Source, const std::string&) {
    harness.Advance(100);
    return ++readings < 3;
  });
  EXPECT_EQ(kubelet.connection_count(), 1);
}

TEST(ClientTest, ConnectionThatTheKubeletClosedMeanwhileIsNoFailure) {
  FakeKubelet kubelet;
  kubelet.On("/metrics/probes", [](Peer& peer) {
    peer.Send(Response("200 OK", "up 1\n"));
    peer.Close();
  });
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.Enable(Source::kProbes);
  int readings = 0;
  harness.Run([&](Source, const std::string&) {
    harness.Advance(5);
    return ++readings < 3;
  });
  EXPECT_THAT(harness.lines(), ElementsAre("begin probes", "end probes: good, 5 bytes",
                                           "begin probes", "end probes: good, 5 bytes",
                                           "begin probes", "end probes: good, 5 bytes"));
}

}  // namespace
}  // namespace podprobe

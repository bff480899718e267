#ifndef PODPROBE_EXPORTER_WEB_HTTP_SERVER_H_
#define PODPROBE_EXPORTER_WEB_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/http_message.h"
#include "exporter/web/listen_address.h"
#include "exporter/web/request_check.h"
#include "exporter/web/tls_context.h"

namespace podprobe {

// Answers a request. Called from many threads at once. What it throws becomes a 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest& request)>;

struct HttpServerResult;

// An HTTP/1.1 server on some addresses, with or without TLS; every request goes to one handler. No
// files are ever served.
//
//   HttpServerResult result = HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}}, handler);
//   if (result.server == nullptr) return Fail(result.error);
//   result.server->port();
//
// It listens from Start to the destructor, which waits for the requests under way.
class HttpServer {
 public:
  struct Options {
    // As in ListenAddress. Port 0 takes a free one.
    std::vector<std::string> listen_addresses;
    // A connection holds one of these threads until it is closed.
    int num_threads = 16;
    // A client that sends or takes nothing for so long is cut off.
    int request_timeout_ms = 2000;
    // How long a connection may wait for its next request; 0 closes it after each answer.
    int keep_alive_timeout_ms = 0;
    // What is larger is refused with a 413, 414 or 431 that names the limit.
    RequestLimits limits = {};
    // Null: no TLS. The server keeps it.
    std::shared_ptr<TlsContext> tls = nullptr;
    // So many requests at once are answered; one more waits for its turn, and then gets a 503. 0:
    // no limit.
    int max_requests = 0;
    int max_wait_ms = 2000;
    // An answer that its client has not taken by then is given up.
    int max_answer_ms = 30'000;
    // Those added to the answers that the server itself gives, such as a 400 to what is no HTTP.
    // Empty: none.
    std::function<std::vector<HttpHeader>()> error_headers = {};
    // Told what goes wrong below HTTP, one sentence at a time, from any thread. May be empty.
    std::function<void(std::string_view message)> on_error;
    // Told what a handler threw, our own error. May be empty.
    std::function<void(std::string_view message)> on_exception;
  };

  static HttpServerResult Start(const Options& options, HttpHandler handler);
  // Ends the answers that have begun, within a second; refuses what comes meanwhile with a 503.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // As bound, in the order of the options: port 0 is replaced by what came out.
  const std::vector<ListenAddress>& addresses() const;
  // That of the first address.
  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct HttpServerResult {
  std::unique_ptr<HttpServer> server;  // null on error
  std::string error;                   // which address, what happened, what mends it
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_HTTP_SERVER_H_

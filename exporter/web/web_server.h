#ifndef PODPROBE_EXPORTER_WEB_WEB_SERVER_H_
#define PODPROBE_EXPORTER_WEB_WEB_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/web_config.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/health/snapshot.h"
#include "exporter/web/listen_address.h"

namespace podprobe {

struct WebServerResult;

// What the exporter serves: /metrics, the page at /, and whether it is healthy and ready.
//
//   WebServerResult web = WebServer::Start({.listen_addresses = {":9714"}}, &self_metrics);
//   ...
//   web.server->Publish(snapshot);   // after each change
//   web.server->MarkAlive();         // each time the loop comes round
//
// Scrapers are answered from the last snapshot published and never wait for the kubelet.
// All calls are safe from any thread.
class WebServer {
 public:
  struct Options {
    std::vector<std::string> listen_addresses = {":9714"};
    // A server of its own for the health paths alone, so that clients that hold all
    // connections of the other cannot fail a liveness probe. Empty: off.
    std::string health_listen_address = ":9715";
    std::string telemetry_path = "/metrics";
    // Adds _created series to OpenMetrics pages, with this Unix time. Prometheus stores
    // them as series of their own, so they are off where this is 0.
    double created_unix_seconds = 0;
    std::string version;    // for the page at /
    std::string node_name;  // likewise; may be empty
    // TLS, users and headers; the health address has none of them.
    WebFileConfig web_file = {};
    // Where that stands: users and headers count as soon as they change there. Empty: they do not.
    std::string web_config_file = {};
    // Each costs 20 to 35 KiB of memory for good, and one is taken for request_timeout_ms by who
    // sends half a request.
    int num_threads = 16;
    int request_timeout_ms = 2000;
    // So many requests are answered at once; others wait for two seconds, and then get a 503. The
    // threads beyond them are those that say so.
    int max_requests = 14;
    // Healthy means that MarkAlive was called within this time.
    double alive_within_seconds = 30;
    // Whether POST /-/reload is allowed.
    bool is_lifecycle_enabled = false;
    // Loads the configuration again and returns what is wrong with it; empty: it is in force. Runs
    // on a thread of the server's.
    std::function<std::string()> reload = {};
    // A clock that only goes forward; tests give their own.
    std::function<double()> steady_seconds;
    // Told why changed TLS files are not in force. May be empty.
    std::function<void(std::string_view message)> on_tls_error = {};
    // Told why a changed web_config_file, or a part of it, is not in force; and when one is. May
    // be empty.
    std::function<void(std::string_view message)> on_web_file_error = {};
    std::function<void()> on_web_file_change = {};
    // Told what goes wrong below HTTP. May be empty.
    std::function<void(std::string_view message)> on_error;
    // Told what a handler threw, our own error. May be empty.
    std::function<void(std::string_view message)> on_exception = {};
  };

  // `self_metrics` must outlive the server.
  static WebServerResult Start(Options options, const SelfMetrics* self_metrics);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  // What is served from now on. The first one makes the exporter ready.
  void Publish(std::shared_ptr<const Snapshot> snapshot);
  // The reading loop moves; the server's start counts as the first call.
  void MarkAlive();

  // As bound.
  const std::vector<ListenAddress>& addresses() const;
  int port() const;
  int health_port() const;                      // 0 where it is off
  const ListenAddress* health_address() const;  // null where it is off

 private:
  class Impl;
  explicit WebServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct WebServerResult {
  std::unique_ptr<WebServer> server;  // null on error
  std::string error;                  // a sentence
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_WEB_SERVER_H_

#include "exporter/demo_command.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "exporter/demo/simulated_kubelet.h"
#include "exporter/log.h"
#include "exporter/web/http_server.h"

namespace podprobe {
namespace {

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The simulated kubelet as the handler of an HTTP server.
class ServedKubelet {
 public:
  ServedKubelet() : kubelet_({.start_unix_seconds = UnixNow()}) {}

  HttpResponse Answer(const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    kubelet_.Advance(UnixNow());
    SimulatedKubelet::Response page = kubelet_.Get(request.path);
    HttpResponse response;
    response.status = page.status;
    response.content_type = std::move(page.content_type);
    response.AppendBody(std::move(page.body));
    return response;
  }

 private:
  std::mutex mutex_;  // guards kubelet_
  SimulatedKubelet kubelet_;
};

}  // namespace

int RunDemo(ServeOptions options) {
  ServedKubelet kubelet;
  const HttpServerResult served =
      HttpServer::Start({.listen_addresses = {"127.0.0.1:0"}, .num_threads = 8},
                        [&kubelet](const HttpRequest& request) { return kubelet.Answer(request); });
  if (served.server == nullptr) {
    Log(LogLevel::kError, "cannot serve the simulated kubelet", {{"error", served.error}});
    return 1;
  }
  KubeletConfig& config = options.config.kubelet;
  config = KubeletConfig();
  config.url = "http://127.0.0.1:" + std::to_string(served.server->port());
  // Ratios come after half of their window: nobody should wait minutes for the first.
  std::vector<WindowConfig>& windows = options.config.windows;
  const auto is_a_minute = [](const WindowConfig& window) { return window.seconds == 60; };
  if (std::ranges::none_of(windows, is_a_minute)) {
    windows.insert(windows.begin(), {.name = "1m", .seconds = 60});
  }
  options.on_listening = [url = config.url,
                          path = options.config.web.telemetry_path](const std::string& exporter) {
    std::printf(
        "A simulated kubelet with its pods runs in this process; the exporter reads it.\n"
        "\n"
        "  %s%s   what Prometheus scrapes\n"
        "  %s/   a page for people\n"
        "  %s/metrics/probes   what the simulated kubelet says\n"
        "\n"
        "The first success ratios come after 30 seconds, half of the window 1m that only the\n"
        "demo has; those of 5m after 2.5 minutes. Stop with Ctrl-C.\n",
        exporter.c_str(), path.c_str(), exporter.c_str(), url.c_str());
    std::fflush(stdout);
  };
  return RunServe(options);
}

}  // namespace podprobe

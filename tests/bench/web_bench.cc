// What a page costs: rendered once per snapshot and encoding, and served from then on.
//   web_bench
// For nodes of 110, 500 and 5,000 pods with two probes each, all well but one in ten.

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/exposition/families.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/web/gzip.h"
#include "exporter/web/status_page.h"
#include "exporter/web/web_server.h"
#include "tests/unit/web/http_client.h"

namespace podprobe {
namespace {

std::shared_ptr<const Snapshot> SnapshotOf(int pods) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->unix_seconds = 1'800'000'000;
  for (int i = 0; i < pods; ++i) {
    const std::string pod = "web-" + std::to_string(100'000 + i) + "-7d9f8b6c5-x2x7z";
    const std::string workload = "web-" + std::to_string(100'000 + i);
    const bool is_ill = i % 10 == 0;
    snapshot->pods.push_back({.labels = {.pod_namespace = "shop",
                                         .pod = pod,
                                         .workload = workload,
                                         .workload_type = "deployment"},
                              .has_failing_probe = is_ill});
    for (const char* type : {"Liveness", "Readiness"}) {
      ProbeSnapshot probe;
      probe.labels = {.pod_namespace = "shop",
                      .pod = pod,
                      .workload = workload,
                      .workload_type = "deployment",
                      .probe_type = type};
      probe.phases = {{.phase = "steady", .attempts = 12345, .failures = is_ill ? 17.0 : 0.0}};
      probe.success_ratios = {{.window = "5m", .ratio = 0.97}, {.window = "1h", .ratio = 0.99}};
      ContainerProbe container{.container = "app"};
      if (is_ill) {
        container.condition = Condition::kFailing;
        container.consecutive_failures = 2;
        container.failing_since_unix = 1'799'999'900;
        container.forecast = Forecast{.action = "restart", .seconds = 12};
        container.evidence = {{.signal = "cpu_throttled", .ratio = 0.4}};
      }
      probe.containers = {std::move(container)};
      snapshot->probes.push_back(std::move(probe));
    }
  }
  return snapshot;
}

// Milliseconds of one call: the best of some.
template <typename Call>
double BestMs(Call call) {
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  return best;
}

// Requests per second of four clients that ask one after the other for two seconds.
double RequestsPerSecond(int port, const std::string& headers) {
  constexpr int kClients = 4;
  constexpr std::chrono::seconds kTime(2);
  std::vector<int> counts(kClients);
  std::vector<std::thread> clients;
  const auto end = std::chrono::steady_clock::now() + kTime;
  for (int& count : counts) {
    clients.emplace_back([&count, port, &headers, end] {
      while (std::chrono::steady_clock::now() < end) {
        if (Get(port, "/metrics", headers).status() == 200) ++count;
      }
    });
  }
  int all = 0;
  for (std::thread& client : clients) client.join();
  for (const int count : counts) all += count;
  return all / 2.0;
}

void Run(int pods) {
  const std::shared_ptr<const Snapshot> snapshot = SnapshotOf(pods);
  const std::vector<MetricFamily> families = BuildFamilies(*snapshot);
  const std::string text = WriteText(families);
  std::printf("%d pods: page of %zu kB\n", pods, text.size() / 1000);
  std::printf("  families %.2f ms, text %.2f ms, OpenMetrics %.2f ms, gzip %.2f ms\n",
              BestMs([&] { BuildFamilies(*snapshot); }), BestMs([&] { WriteText(families); }),
              BestMs([&] { WriteOpenMetrics(families); }), BestMs([&] { GzipHead head(text); }));
  std::printf("  status page %.2f ms\n", BestMs([&] { RenderStatusPage({}, snapshot.get(), ""); }));
  const SelfMetrics self_metrics({});
  WebServerResult web = WebServer::Start(
      {.listen_addresses = {"127.0.0.1:0"}, .health_listen_address = ""}, &self_metrics);
  if (web.server == nullptr) {
    std::printf("  %s\n", web.error.c_str());
    return;
  }
  web.server->Publish(snapshot);
  std::printf("  served: text %.0f/s, gzip %.0f/s (four clients on this machine)\n",
              RequestsPerSecond(web.server->port(), ""),
              RequestsPerSecond(web.server->port(), "Accept-Encoding: gzip\r\n"));
}

}  // namespace
}  // namespace podprobe

int main() {
  for (const int pods : {110, 500, 5'000}) podprobe::Run(pods);
}

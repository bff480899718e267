// What a page costs: rendered once per snapshot and encoding, and served from then on.
//   web_bench [NAME=PORT...]
// For nodes of 110, 500 and 5,000 pods with two probes each, all well but one in ten; beside it a
// page of the same series from prometheus-cpp's own serializer and server, and whatever serves
// /metrics on the ports named. Servers run in processes of their own: what is measured of them is
// theirs alone.

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/exposition/families.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/web/gzip.h"
#include "exporter/web/status_page.h"
#include "exporter/web/web_server.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"
#include "tests/unit/web/http_client.h"

#ifdef PODPROBE_HAS_PEER_SERVER
#include "prometheus/collectable.h"
#include "prometheus/exposer.h"
#endif

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
      // What was good throughout but, where it is ill, every other minute.
      probe.last_hour.attempted_minutes = (std::uint64_t{1} << LastHour::kMinutes) - 1;
      for (std::uint8_t ago = 59; is_ill && ago > 1; ago = static_cast<std::uint8_t>(ago - 2)) {
        probe.last_hour.flawed.push_back({.minutes_ago = ago, .percent = 50});
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

constexpr char kOpenMetrics[] = "Accept: application/openmetrics-text;version=1.0.0\r\n";
constexpr char kGzip[] = "Accept-Encoding: gzip\r\n";
// Prometheus keeps its connection, the servers here close theirs: a client that asks them to
// measures the same of all.
constexpr char kClose[] = "Connection: close\r\n";

RawAnswer Scrape(int port, const std::string& headers) {
  return Get(port, "/metrics", headers + kClose);
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
        if (Scrape(port, headers).status() == 200) ++count;
      }
    });
  }
  int all = 0;
  for (std::thread& client : clients) client.join();
  for (const int count : counts) all += count;
  return all / 2.0;
}

// Of a path, so many at once; all must be answered.
void GetAtOnce(int port, int clients, const std::string& path, const std::string& headers) {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(clients));
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] { good += Get(port, path, headers + kClose).status() == 200; });
  }
  for (std::thread& thread : threads) thread.join();
  if (good != clients) std::printf("  %d of %d scrapes failed\n", clients - good, clients);
}

// A server in a process of its own, which ends with this.
class ServerProcess {
 public:
  struct Server {
    int port = 0;
    std::function<void()> renew;  // what it serves is another page from now on
    std::shared_ptr<void> owner;
  };

  explicit ServerProcess(const std::function<Server()>& start) {
    int to_child[2] = {};
    int from_child[2] = {};
    if (pipe(to_child) != 0 || pipe(from_child) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(to_child[1]);
      close(from_child[0]);
      Serve(start, to_child[0], from_child[1]);
      _exit(0);
    }
    close(to_child[0]);
    close(from_child[1]);
    to_child_ = to_child[1];
    from_child_ = from_child[0];
    if (read(from_child_, &port_, sizeof(port_)) != sizeof(port_)) port_ = 0;
  }
  ~ServerProcess() {
    close(to_child_);
    close(from_child_);
    waitpid(pid_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }

  void Renew() const {
    char done = 'r';
    if (write(to_child_, &done, 1) != 1 || read(from_child_, &done, 1) != 1) std::abort();
  }

  double CpuMs() const {
    clockid_t clock = 0;
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  }

  double ResidentMegabytes() const {
    std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
    double size = 0;
    double resident = 0;
    statm >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
  }

 private:
  static void Serve(const std::function<Server()>& start, int from_parent, int to_parent) {
    const Server server = start();
    if (write(to_parent, &server.port, sizeof(server.port)) < 0) return;
    char byte = 0;
    while (read(from_parent, &byte, 1) == 1) {
      server.renew();
      if (write(to_parent, &byte, 1) != 1) return;
    }
  }

  pid_t pid_ = 0;
  int to_child_ = 0;
  int from_child_ = 0;
  int port_ = 0;
};

// The CPU time that a server spends on what `ask` asks of it: the best of some.
template <typename Ask>
double CpuMs(const ServerProcess& server, Ask ask) {
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    const double before = server.CpuMs();
    ask();
    best = std::min(best, server.CpuMs() - before);
  }
  return best;
}

// What one scrape costs the server and what 50 at once do, and how much of that a connection with
// the smallest answer costs. The clients' own CPU time is not in it.
void ReportSharing(const ServerProcess& server, const char* name, const std::string& headers) {
  constexpr int kClients = 50;
  const auto scrape = [&](int clients) { GetAtOnce(server.port(), clients, "/metrics", headers); };
  const double of_one = CpuMs(server, [&] {
    server.Renew();
    scrape(1);
  });
  const double of_all = CpuMs(server, [&] {
    server.Renew();
    scrape(kClients);
  });
  const double of_more = CpuMs(server, [&] { scrape(kClients); });
  const double of_checks =
      CpuMs(server, [&] { GetAtOnce(server.port(), kClients, "/-/ready", ""); });
  std::printf(
      "  CPU of a new page as %s: 1 scrape %.2f ms, %d at once %.2f ms; one more of a rendered "
      "page "
      "%.3f ms, a look whether it is ready %.3f ms\n",
      name, of_one, kClients, of_all, of_more / kClients, of_checks / kClients);
}

void Report(const char* name, int port) {
  std::printf("  %-15s text %6.0f/s (%zu kB), gzip %6.0f/s (%zu kB), OpenMetrics %6.0f/s\n", name,
              RequestsPerSecond(port, ""), Scrape(port, "").body.size() / 1000,
              RequestsPerSecond(port, kGzip), Scrape(port, kGzip).body.size() / 1000,
              RequestsPerSecond(port, kOpenMetrics));
}

ServerProcess::Server StartOwn(const std::shared_ptr<const Snapshot>& snapshot) {
  // One heap for all threads, as the exporter has it.
  constexpr int kLargeBytes = 64 << 10;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, kLargeBytes);
  struct Owner {
    SelfMetrics self_metrics{{}};
    std::unique_ptr<WebServer> server;
  };
  auto owner = std::make_shared<Owner>();
  WebServerResult web = WebServer::Start(
      {.listen_addresses = {"127.0.0.1:0"}, .health_listen_address = ""}, &owner->self_metrics);
  if (web.server == nullptr) {
    std::printf("  %s\n", web.error.c_str());
    return {};
  }
  owner->server = std::move(web.server);
  owner->server->Publish(snapshot);
  WebServer* server = owner->server.get();
  return {.port = server->port(),
          .renew = [server, snapshot] { server->Publish(snapshot); },
          .owner = owner};
}

// The same families as prometheus-cpp has them. What it does not have is left out: nothing.
std::vector<prometheus::MetricFamily> ForPeer(const std::vector<MetricFamily>& families) {
  std::vector<prometheus::MetricFamily> theirs;
  for (const MetricFamily& family : families) {
    if (family.type == MetricType::kHistogram) continue;  // there is none without durations
    prometheus::MetricFamily& other = theirs.emplace_back();
    other.name = family.name;
    other.help = family.help;
    const bool is_counter = family.type == MetricType::kCounter;
    other.type = is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (const Metric& metric : family.metrics) {
      prometheus::ClientMetric& to = other.metric.emplace_back();
      for (std::size_t i = 0; i < family.label_names.size(); ++i) {
        to.label.push_back({family.label_names[i], metric.label_values[i]});
      }
      (is_counter ? to.counter.value : to.gauge.value) = std::get<double>(metric.value);
    }
  }
  return theirs;
}

#ifdef PODPROBE_HAS_PEER_SERVER
ServerProcess::Server StartPeer(const std::vector<prometheus::MetricFamily>& families) {
  struct Families : prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override { return families; }
    std::vector<prometheus::MetricFamily> families;
  };
  struct Owner {
    std::shared_ptr<Families> families = std::make_shared<Families>();
    prometheus::Exposer exposer{"127.0.0.1:0", 64};
  };
  auto owner = std::make_shared<Owner>();
  owner->families->families = families;
  owner->exposer.RegisterCollectable(owner->families);
  return {.port = owner->exposer.GetListeningPorts().front(), .renew = [] {}, .owner = owner};
}
#endif

void Run(int pods) {
  const std::shared_ptr<const Snapshot> snapshot = SnapshotOf(pods);
  const std::vector<MetricFamily> families = BuildFamilies(*snapshot);
  const std::string text = WriteText(families);
  const std::vector<prometheus::MetricFamily> theirs = ForPeer(families);
  std::printf("%d pods: page of %zu kB\n", pods, text.size() / 1000);
  std::printf("  families %.2f ms, text %.2f ms, OpenMetrics %.2f ms, gzip %.2f ms\n",
              BestMs([&] { BuildFamilies(*snapshot); }), BestMs([&] { WriteText(families); }),
              BestMs([&] { WriteOpenMetrics(families); }), BestMs([&] { GzipHead head(text); }));
  std::printf("  prometheus-cpp's TextSerializer %.2f ms\n",
              BestMs([&] { prometheus::TextSerializer().Serialize(theirs); }));
  std::printf("  status page %.2f ms, %zu kB\n",
              BestMs([&] { RenderStatusPage({}, snapshot.get(), ""); }),
              RenderStatusPage({}, snapshot.get(), "").size() / 1000);

  const ServerProcess own([&] { return StartOwn(snapshot); });
  const double before = own.ResidentMegabytes();
  for (const std::string& headers : {std::string(), std::string(kGzip), std::string(kOpenMetrics),
                                     std::string(kOpenMetrics) + kGzip}) {
    Scrape(own.port(), headers);
  }
  std::printf("  memory: %.1f MB (most of it the benchmark's), with all four encodings %.1f MB\n",
              before, own.ResidentMegabytes());
  for (const auto& [name, headers] :
       {std::pair("text", ""), std::pair("gzip", kGzip), std::pair("OpenMetrics", kOpenMetrics)}) {
    ReportSharing(own, name, headers);
  }
  std::printf("  memory after that: %.1f MB\n", own.ResidentMegabytes());
  std::printf("  requests per second, four clients on this machine:\n");
  Report("podprobe", own.port());
#ifdef PODPROBE_HAS_PEER_SERVER
  const ServerProcess peer([&] { return StartPeer(theirs); });
  Report("prometheus-cpp", peer.port());
#endif
}

}  // namespace
}  // namespace podprobe

int main(int argc, char** argv) {
  // Servers are forked before this process has a thread.
  for (const int pods : {110, 500, 5'000}) podprobe::Run(pods);
  for (int i = 1; i < argc; ++i) {
    const std::string peer = argv[i];
    const std::size_t equals = peer.find('=');
    if (equals == std::string::npos) continue;
    std::printf("%s, on port %s\n", peer.substr(0, equals).c_str(),
                peer.substr(equals + 1).c_str());
    podprobe::Report(peer.substr(0, equals).c_str(), std::atoi(peer.c_str() + equals + 1));
  }
}

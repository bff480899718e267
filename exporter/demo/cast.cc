#include "exporter/demo/cast.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/demo/behaviours.h"

namespace podprobe {
namespace {

constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr char kRegistry[] = "registry.example.com/";

ProbeHandler Http(std::string path, int port = 8080) {
  return {.kind = ProbeHandler::Kind::kHttpGet, .path = std::move(path), .port = port};
}

ProbeHandler Tcp(int port) { return {.kind = ProbeHandler::Kind::kTcpSocket, .port = port}; }

ProbeHandler Exec(std::vector<std::string> command) {
  return {.kind = ProbeHandler::Kind::kExec, .command = std::move(command)};
}

ProbeTemplate Readiness(Behaviour behaviour, ProbeHandler handler = Http("/readyz")) {
  return {.type = ProbeType::kReadiness,
          .handler = std::move(handler),
          .period_seconds = 5,
          .behaviour = std::move(behaviour)};
}

ProbeTemplate Liveness(Behaviour behaviour, ProbeHandler handler = Http("/healthz")) {
  return {.type = ProbeType::kLiveness,
          .handler = std::move(handler),
          .behaviour = std::move(behaviour)};
}

ProbeTemplate Startup(Behaviour behaviour, int failure_threshold) {
  return {.type = ProbeType::kStartup,
          .handler = Http("/startupz"),
          .period_seconds = 2,
          .failure_threshold = failure_threshold,
          .behaviour = std::move(behaviour)};
}

std::vector<ProbeTemplate> Healthy() { return {Readiness(Passes(0.004)), Liveness(Passes(0.003))}; }

ContainerTemplate Container(std::string name, const std::string& image,
                            std::vector<ProbeTemplate> probes) {
  return {.name = std::move(name),
          .image = kRegistry + image,
          .resources = {.cpu_request_millicores = 20, .memory_request_bytes = 32 * kMebibyte},
          .probes = std::move(probes)};
}

PodTemplate Pod(std::vector<ContainerTemplate> containers) {
  return {.containers = std::move(containers), .termination_grace_seconds = 10};
}

std::shared_ptr<const PodTemplate> Share(PodTemplate pod) {
  return std::make_shared<const PodTemplate>(std::move(pod));
}

SimulatedWorkload Deployment(std::string pod_namespace, std::string name, PodTemplate pod) {
  return {.pod_namespace = std::move(pod_namespace),
          .name = std::move(name),
          .pod = Share(std::move(pod)),
          .age_seconds = 2 * kDay};
}

// A new version every few minutes; each third one never gets ready and is rolled back.
SimulatedWorkload Frontend() {
  std::vector<ProbeTemplate> probes = Healthy();
  probes.push_back(Startup(FailsUntil(3), 30));
  std::vector<ProbeTemplate> broken_probes = probes;
  broken_probes[0].behaviour = Fails();
  SimulatedWorkload workload =
      Deployment("shop", "frontend", Pod({Container("web", "shop/frontend:2.3.1", probes)}));
  workload.broken_pod = Share(Pod({Container("web", "shop/frontend:2.4.0-rc1", broken_probes)}));
  workload.replicas = 3;
  workload.age_seconds = 5 * kHour;
  workload.change_interval_seconds = 240;
  return workload;
}

SimulatedWorkload Checkout() {
  ContainerTemplate proxy =
      Container("proxy", "mesh/proxy:1.30.0", {Readiness(Passes(0.002), Http("/ready", 15021))});
  proxy.probes[0].period_seconds = 15;
  SimulatedWorkload workload = Deployment(
      "shop", "checkout", Pod({Container("app", "shop/checkout:5.0.2", Healthy()), proxy}));
  workload.replicas = 2;
  return workload;
}

// An init container, then a sidecar, then the program.
SimulatedWorkload Orders() {
  ContainerTemplate migrate = Container("migrate", "shop/orders:3.1.0", {});
  migrate.command = {"/bin/orders", "migrate"};
  migrate.exits_after_seconds = 4;
  ContainerTemplate mesh =
      Container("mesh", "mesh/proxy:1.30.0",
                {Readiness(Passes(0.002), Http("/ready", 15021)),
                 Liveness(Passes(0.002), Http("/live", 15021)), Startup(FailsUntil(1), 60)});
  mesh.is_sidecar = true;
  PodTemplate pod = Pod({Container("app", "shop/orders:3.1.0", Healthy())});
  pod.init_containers = {migrate, mesh};
  return Deployment("shop", "orders", pod);
}

// The readiness probe asks a path that this version does not have.
SimulatedWorkload Search() {
  ProbeTemplate readiness = Readiness(Fails(), Http("/ready/v2"));
  return Deployment(
      "shop", "search",
      Pod({Container("app", "shop/search:7.2.0", {readiness, Liveness(Passes(0.003))})}));
}

SimulatedWorkload Recommendations() {
  ProbeTemplate readiness =
      Readiness(Flaps({.cycle_seconds = 60, .failing_seconds = 20}), Http("/readyz"));
  readiness.failure_threshold = 2;
  return Deployment(
      "shop", "recommendations",
      Pod({Container("app", "shop/recommendations:0.9.4", {readiness, Liveness(Passes(0.003))})}));
}

// Well, but close to its timeout of one second.
SimulatedWorkload Gateway() {
  return Deployment(
      "payments", "gateway",
      Pod({Container("app", "payments/gateway:1.14.0",
                     {Readiness(Answers({.least_seconds = 0.55, .most_seconds = 0.98})),
                      Liveness(Passes(0.01))})}));
}

SimulatedWorkload FraudCheck() {
  return Deployment("payments", "fraud-check",
                    Pod({Container("app", "payments/fraud-check:2.0.0",
                                   {Readiness(Answers({.least_seconds = 2.5, .most_seconds = 3.5})),
                                    Liveness(Passes(0.004))})}));
}

// Liveness fails from the first second: killed and started again, ever more slowly.
SimulatedWorkload Ledger() {
  ProbeTemplate liveness = Liveness(Fails());
  liveness.period_seconds = 5;
  liveness.failure_threshold = 2;
  SimulatedWorkload workload = Deployment(
      "payments", "ledger",
      Pod({Container("app", "payments/ledger:4.4.1", {Readiness(Passes(0.004)), liveness})}));
  workload.age_seconds = 80;
  return workload;
}

// Wants three times the CPU that its limit gives it, so that some probes come too late.
SimulatedWorkload Transcoder() {
  ContainerTemplate app =
      Container("worker", "media/transcoder:11.3.0",
                {Readiness(Answers({.least_seconds = 0.1, .most_seconds = 1.2})),
                 Liveness(Answers({.least_seconds = 0.1, .most_seconds = 0.9}))});
  app.resources.cpu_limit_millicores = 200;
  app.resources.memory_limit_bytes = 256 * kMebibyte;
  app.usage = {.cpu_cores = 0.6, .throttled_periods_share = 0.62, .memory_bytes = 90.0 * kMebibyte};
  return Deployment("media", "transcoder", Pod({app}));
}

// Leaks until the kernel kills it, about every three minutes; the last answers come slowly.
SimulatedWorkload Thumbnails() {
  constexpr double kLifetimeSeconds = 190;
  ContainerTemplate app =
      Container("app", "media/thumbnails:1.2.7",
                {Readiness(SlowsDownFrom(kLifetimeSeconds - 22)), Liveness(Passes(0.003))});
  app.resources.cpu_limit_millicores = 500;
  app.resources.memory_limit_bytes = 128 * kMebibyte;
  app.usage.cpu_cores = 0.08;
  app.usage.throttled_periods_share = 0.01;
  app.usage.memory_bytes = 30.0 * kMebibyte;
  app.usage.memory_growth_bytes_per_second = (128 - 30) * kMebibyte / kLifetimeSeconds;
  SimulatedWorkload workload = Deployment("media", "thumbnails", Pod({app}));
  workload.age_seconds = 420;
  return workload;
}

SimulatedWorkload Database() {
  ProbeTemplate readiness =
      Readiness(Passes(0.04), Exec({"/bin/sh", "-c", "pg_isready -U postgres"}));
  readiness.timeout_seconds = 3;
  ProbeTemplate liveness = Liveness(Passes(0.03), Exec({"/bin/sh", "-c", "pg_isready"}));
  liveness.timeout_seconds = 3;
  liveness.initial_delay_seconds = 15;
  ContainerTemplate app = Container("postgres", "data/postgres:15.6", {readiness, liveness});
  app.resources.memory_limit_bytes = 512 * kMebibyte;
  app.resources.memory_request_bytes = 512 * kMebibyte;
  app.usage.memory_bytes = 210.0 * kMebibyte;
  app.stop_seconds = 6;
  SimulatedWorkload workload = Deployment("data", "db", Pod({app}));
  workload.kind = SimulatedWorkload::Kind::kStatefulSet;
  workload.replicas = 2;
  workload.change_interval_seconds = 420;
  return workload;
}

SimulatedWorkload Cache() {
  SimulatedWorkload workload = Deployment("data", "cache",
                                          Pod({Container("redis", "data/redis:7.0.15",
                                                         {Readiness(Passes(0.0008), Tcp(6379)),
                                                          Liveness(Passes(0.0008), Tcp(6379))})}));
  workload.kind = SimulatedWorkload::Kind::kStatefulSet;
  return workload;
}

// Takes most of a minute to start, which its startup probe allows for.
SimulatedWorkload Importer() {
  SimulatedWorkload workload = Deployment(
      "batch", "importer",
      Pod({Container(
          "app", "batch/importer:6.1.3",
          {Readiness(Passes(0.02)), Liveness(Passes(0.01)), Startup(FailsUntil(42), 45)})}));
  workload.age_seconds = 30;
  workload.change_interval_seconds = 330;
  return workload;
}

SimulatedWorkload Report() {
  ContainerTemplate job = Container("report", "batch/report:2.2.0", {Readiness(Passes(0.003))});
  job.exits_after_seconds = 75;
  PodTemplate pod = Pod({job});
  pod.restarts = false;
  return {.kind = SimulatedWorkload::Kind::kCronJob,
          .pod_namespace = "batch",
          .name = "report",
          .pod = Share(pod),
          .age_seconds = 5 * kDay,
          .change_interval_seconds = 180};
}

// The command of the readiness probe is not in the image: the kubelet counts nothing.
SimulatedWorkload ConfigSync() {
  ProbeTemplate readiness = Readiness(CannotRun(), Exec({"/usr/local/bin/sync-ready"}));
  return Deployment(
      "ops", "config-sync",
      Pod({Container("app", "ops/config-sync:0.3.0", {readiness, Liveness(Passes(0.003))})}));
}

SimulatedWorkload NodeExporter() {
  PodTemplate pod = Pod({Container(
      "node-exporter", "monitoring/node-exporter:1.7.0",
      {Readiness(Passes(0.006), Http("/", 9100)), Liveness(Passes(0.006), Http("/", 9100))})});
  pod.uses_host_network = true;
  pod.priority_class = "system-node-critical";
  return {.kind = SimulatedWorkload::Kind::kDaemonSet,
          .pod_namespace = "monitoring",
          .name = "node-exporter",
          .pod = Share(pod),
          .age_seconds = 9 * kDay};
}

SimulatedWorkload LogShipper() {
  ProbeTemplate liveness = Liveness(Passes(0.05), Exec({"/bin/sh", "-c", "test -s /run/alive"}));
  liveness.timeout_seconds = 5;
  liveness.period_seconds = 20;
  PodTemplate pod = Pod({Container("shipper", "monitoring/log-shipper:3.0.8", {liveness})});
  return {.kind = SimulatedWorkload::Kind::kDaemonSet,
          .pod_namespace = "monitoring",
          .name = "log-shipper",
          .pod = Share(pod),
          .age_seconds = 9 * kDay};
}

// No probes at all, no requests: best effort.
SimulatedWorkload KubeProxy() {
  ContainerTemplate app = Container("kube-proxy", "kube-proxy:1.36.2", {});
  app.resources = {};
  PodTemplate pod = Pod({app});
  pod.uses_host_network = true;
  pod.priority_class = "system-node-critical";
  return {.kind = SimulatedWorkload::Kind::kDaemonSet,
          .pod_namespace = "kube-system",
          .name = "kube-proxy",
          .pod = Share(pod),
          .age_seconds = 9 * kDay};
}

SimulatedWorkload CoreDns() {
  return Deployment("kube-system", "coredns",
                    Pod({Container("coredns", "coredns:1.12.1",
                                   {Readiness(Passes(0.002), Http("/ready", 8181)),
                                    Liveness(Passes(0.002), Http("/health", 8080))})}));
}

SimulatedWorkload MetricsServer() {
  ProbeTemplate readiness = Readiness(Passes(0.008), Http("/readyz", 10250));
  readiness.initial_delay_seconds = 20;
  readiness.period_seconds = 10;
  return Deployment("kube-system", "metrics-server",
                    Pod({Container("metrics-server", "metrics-server:0.7.2",
                                   {readiness, Liveness(Passes(0.006), Http("/livez", 10250))})}));
}

// From a file on the node: no owner, a uid of its own kind.
SimulatedWorkload NginxProxy() {
  PodTemplate pod = Pod({Container("nginx-proxy", "nginx:1.26.3",
                                   {Readiness(Passes(0.001), Http("/healthz", 8081)),
                                    Liveness(Passes(0.001), Http("/healthz", 8081))})});
  pod.uses_host_network = true;
  pod.priority_class = "system-node-critical";
  return {.kind = SimulatedWorkload::Kind::kStaticPod,
          .pod_namespace = "kube-system",
          .name = "nginx-proxy",
          .pod = Share(pod),
          .age_seconds = 9 * kDay};
}

SimulatedWorkload DebugShell() {
  return {.kind = SimulatedWorkload::Kind::kBarePod,
          .pod_namespace = "ops",
          .name = "debug-shell",
          .pod = Share(Pod({Container("shell", "ops/toolbox:12", {Liveness(Passes(0.003))})})),
          .age_seconds = 3 * kHour};
}

SimulatedWorkload Simple(std::string pod_namespace, std::string name) {
  const std::string image = pod_namespace + "/" + name + ":1.0.0";
  return Deployment(std::move(pod_namespace), std::move(name),
                    Pod({Container("app", image, Healthy())}));
}

}  // namespace

std::vector<SimulatedWorkload> DemoCast() {
  return {Frontend(),
          Checkout(),
          Orders(),
          Search(),
          Recommendations(),
          Gateway(),
          FraudCheck(),
          Ledger(),
          Transcoder(),
          Thumbnails(),
          Database(),
          Cache(),
          Importer(),
          Report(),
          ConfigSync(),
          NodeExporter(),
          LogShipper(),
          KubeProxy(),
          CoreDns(),
          MetricsServer(),
          NginxProxy(),
          DebugShell(),
          Simple("shop", "cart"),
          Simple("shop", "catalog"),
          Simple("media", "uploads")};
}

}  // namespace podprobe

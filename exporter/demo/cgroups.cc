#include "exporter/demo/cgroups.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace podprobe {
namespace {

constexpr double kCfsPeriodsPerSecond = 10;
constexpr double kPageBytes = 4096;

// cAdvisor looks at each cgroup on a rhythm of its own, every 8 to 20 s.
double SampledAt(std::string_view id, double now) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  const double interval = 8 + static_cast<double>(hash % 1200) / 100;
  const double phase = static_cast<double>(hash / 1200 % 1000) / 1000 * interval;
  return now - std::fmod(now - phase, interval);
}

void Sample(Cgroup* cgroup, double now) {
  cgroup->seen_at = now;
  cgroup->sampled_at = std::max(SampledAt(cgroup->id, now), cgroup->started_at);
}

Cgroup Slice(std::string id, double cpu_cores, double memory_bytes, const NodeClock& clock) {
  Cgroup cgroup{.kind = id == "/" ? Cgroup::Kind::kRoot : Cgroup::Kind::kSlice,
                .id = std::move(id),
                .started_at = clock.booted_at};
  Sample(&cgroup, clock.now);
  const double uptime_seconds = cgroup.SampledUptimeSeconds();
  cgroup.counters.cpu_seconds = cpu_cores * uptime_seconds;
  cgroup.counters.cpu_waiting_seconds = 0.01 * cpu_cores * uptime_seconds;
  const double swing = 0.03 * memory_bytes * std::sin(uptime_seconds / 300);
  cgroup.memory_bytes = std::floor((memory_bytes + swing) / kPageBytes) * kPageBytes;
  cgroup.cpu_shares = 1024;
  return cgroup;
}

double MemoryBytes(const ContainerTemplate& container, double uptime_seconds) {
  const ContainerUsage& usage = container.usage;
  // Every program breathes a little.
  const double swing = 0.02 * usage.memory_bytes * std::sin(uptime_seconds / 37);
  const double wanted =
      usage.memory_bytes + usage.memory_growth_bytes_per_second * uptime_seconds + swing;
  const double limit = static_cast<double>(container.resources.memory_limit_bytes);
  const double held = limit == 0 ? wanted : std::min(wanted, limit);
  return std::floor(held / kPageBytes) * kPageBytes;
}

CgroupCounters CountersAfter(const ContainerTemplate& container, double uptime_seconds) {
  const ContainerUsage& usage = container.usage;
  const ContainerResources& resources = container.resources;
  CgroupCounters counters;
  double cores = usage.cpu_cores;
  if (resources.cpu_limit_millicores > 0) {
    cores = std::min(cores, resources.cpu_limit_millicores / 1000.0);
    const double busy_share = std::min(1.0, 4 * usage.cpu_cores);
    counters.cfs_periods = std::floor(kCfsPeriodsPerSecond * busy_share * uptime_seconds);
    counters.cfs_throttled_periods =
        std::floor(usage.throttled_periods_share * counters.cfs_periods);
  }
  counters.cpu_seconds = cores * uptime_seconds;
  counters.cpu_waiting_seconds = (0.002 + 0.5 * usage.throttled_periods_share) * uptime_seconds;
  if (usage.memory_growth_bytes_per_second > 0) {
    const double tight_bytes = 0.95 * static_cast<double>(resources.memory_limit_bytes);
    const double tight_after_seconds =
        (tight_bytes - usage.memory_bytes) / usage.memory_growth_bytes_per_second;
    counters.memory_waiting_seconds = 0.3 * std::max(0.0, uptime_seconds - tight_after_seconds);
  }
  return counters;
}

void Add(const CgroupCounters& more, CgroupCounters* counters) {
  counters->cpu_seconds += more.cpu_seconds;
  counters->cpu_waiting_seconds += more.cpu_waiting_seconds;
  counters->memory_waiting_seconds += more.memory_waiting_seconds;
  counters->cfs_periods += more.cfs_periods;
  counters->cfs_throttled_periods += more.cfs_throttled_periods;
}

int CpuShares(int request_millicores) { return std::max(2, request_millicores * 1024 / 1000); }

Cgroup ContainerCgroup(const Cgroup& pod, const SimulatedContainer& container, double now) {
  const ContainerTemplate& made_from = *container.made_from;
  Cgroup cgroup = pod;
  cgroup.kind = Cgroup::Kind::kContainer;
  cgroup.id = pod.id + "/" + container.id;
  cgroup.image = made_from.image;
  cgroup.name = container.id;
  cgroup.container = made_from.name;
  cgroup.started_at = container.started_at;
  Sample(&cgroup, now);
  cgroup.counters = CountersAfter(made_from, cgroup.SampledUptimeSeconds());
  cgroup.memory_bytes = MemoryBytes(made_from, cgroup.SampledUptimeSeconds());
  cgroup.cpu_limit_millicores = made_from.resources.cpu_limit_millicores;
  cgroup.memory_limit_bytes = made_from.resources.memory_limit_bytes;
  cgroup.cpu_shares = CpuShares(made_from.resources.cpu_request_millicores);
  return cgroup;
}

// The pod's cgroup holds what its containers use and what the ended ones used.
void AddUp(const SimulatedPod& pod, const std::vector<Cgroup>& parts, Cgroup* whole) {
  for (const Cgroup& part : parts) {
    Add(part.counters, &whole->counters);
    whole->memory_bytes += part.memory_bytes;
  }
  int request_millicores = 0;
  bool has_cpu_limits = true;
  bool has_memory_limits = true;
  for (const SimulatedContainer& container : pod.containers()) {
    const ContainerResources& resources = container.made_from->resources;
    Add(CountersAfter(*container.made_from, container.ended_uptime_seconds), &whole->counters);
    whole->cpu_limit_millicores += resources.cpu_limit_millicores;
    whole->memory_limit_bytes += resources.memory_limit_bytes;
    request_millicores += resources.cpu_request_millicores;
    has_cpu_limits &= resources.cpu_limit_millicores > 0;
    has_memory_limits &= resources.memory_limit_bytes > 0;
  }
  whole->cpu_shares = CpuShares(request_millicores);
  if (!has_cpu_limits) whole->cpu_limit_millicores = 0;
  if (!has_memory_limits) whole->memory_limit_bytes = 0;
}

void AppendPod(const SimulatedPod& pod, double now, std::vector<Cgroup>* cgroups) {
  const PodIdentity& identity = pod.identity();
  if (pod.sandbox_id().empty() || pod.IsFinished()) return;
  const std::string qos = QosClass(pod);
  std::string parent = "/kubepods";
  if (qos == "Burstable") parent += "/burstable";
  if (qos == "BestEffort") parent += "/besteffort";
  Cgroup whole{.kind = Cgroup::Kind::kPod,
               .id = parent + "/pod" + identity.uid,
               .pod = identity.name,
               .pod_namespace = identity.pod_namespace,
               .uses_host_network = pod.made_from().uses_host_network,
               .started_at = pod.sandbox_started_at()};
  Sample(&whole, now);

  std::vector<Cgroup> parts;
  Cgroup& sandbox = parts.emplace_back(whole);
  sandbox.kind = Cgroup::Kind::kSandbox;
  sandbox.id += "/" + pod.sandbox_id();
  sandbox.image = "registry.k8s.io/pause:3.10.1";
  sandbox.name = pod.sandbox_id();
  Sample(&sandbox, now);
  sandbox.counters.cpu_seconds = 0.019;
  sandbox.memory_bytes = 217088;
  for (const SimulatedContainer& container : pod.containers()) {
    if (container.state == SimulatedContainer::State::kRunning) {
      parts.push_back(ContainerCgroup(whole, container, now));
    }
  }
  AddUp(pod, parts, &whole);
  cgroups->push_back(std::move(whole));
  cgroups->insert(cgroups->end(), parts.begin(), parts.end());
}

}  // namespace

std::vector<Cgroup> ReadCgroups(const std::vector<const SimulatedPod*>& pods,
                                const NodeClock& clock) {
  std::vector<Cgroup> cgroups;
  cgroups.push_back(Slice("/", 1.4, 0.45 * kNodeMemoryBytes, clock));
  cgroups.push_back(Slice("/kubepods", 1.1, 0.3 * kNodeMemoryBytes, clock));
  cgroups.push_back(Slice("/kubepods/besteffort", 0.02, 0.01 * kNodeMemoryBytes, clock));
  cgroups.push_back(Slice("/kubepods/burstable", 1.05, 0.28 * kNodeMemoryBytes, clock));
  for (Cgroup& cgroup : cgroups) {
    if (cgroup.id == "/" || cgroup.id == "/kubepods") {
      cgroup.memory_limit_bytes = static_cast<std::int64_t>(kNodeMemoryBytes);
    }
  }
  for (const SimulatedPod* pod : pods) AppendPod(*pod, clock.now, &cgroups);
  std::sort(cgroups.begin(), cgroups.end(), [](const Cgroup& a, const Cgroup& b) {
    return std::tie(a.container, a.id) < std::tie(b.container, b.id);
  });
  return cgroups;
}

std::string QosClass(const SimulatedPod& pod) {
  bool has_any = false;
  bool is_guaranteed = true;
  for (const SimulatedContainer& container : pod.containers()) {
    const ContainerResources& r = container.made_from->resources;
    has_any |= r.cpu_request_millicores > 0 || r.cpu_limit_millicores > 0 ||
               r.memory_request_bytes > 0 || r.memory_limit_bytes > 0;
    is_guaranteed &= r.cpu_limit_millicores > 0 && r.memory_limit_bytes > 0 &&
                     r.cpu_limit_millicores == r.cpu_request_millicores &&
                     r.memory_limit_bytes == r.memory_request_bytes;
  }
  if (!has_any) return "BestEffort";
  return is_guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace podprobe

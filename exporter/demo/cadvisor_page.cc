#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/demo/cadvisor_families.h"
#include "exporter/demo/cgroups.h"
#include "exporter/demo/metric_text.h"
#include "exporter/demo/pages.h"

namespace podprobe {
namespace {

using Rows = CadvisorFamily::Rows;
using Dimension = CadvisorFamily::Dimension;

// What a family adds to a row's labels, at their places in the alphabet.
struct MoreLabels {
  std::string_view before_id;
  std::string_view before_name;
  std::string_view at_end;
};

constexpr MoreLabels kNone[] = {{}};
constexpr MoreLabels kCpuTotal[] = {{.before_id = R"(cpu="total",)"}};
constexpr MoreLabels kDevices[] = {{.before_id = R"(device="/dev/shm",)"},
                                   {.before_id = R"(device="/dev/vda1",)"}};
constexpr MoreLabels kFailureTypes[] = {
    {.before_id = R"(failure_type="pgfault",)", .at_end = R"(,scope="container")"},
    {.before_id = R"(failure_type="pgfault",)", .at_end = R"(,scope="hierarchy")"},
    {.before_id = R"(failure_type="pgmajfault",)", .at_end = R"(,scope="container")"},
    {.before_id = R"(failure_type="pgmajfault",)", .at_end = R"(,scope="hierarchy")"}};
constexpr MoreLabels kPodInterfaces[] = {{.before_name = R"(interface="eth0",)"}};
constexpr MoreLabels kHostInterfaces[] = {{.before_name = R"(interface="cni0",)"},
                                          {.before_name = R"(interface="eth0",)"}};
constexpr MoreLabels kTaskStates[] = {{.at_end = R"(,state="iowaiting")"},
                                      {.at_end = R"(,state="running")"},
                                      {.at_end = R"(,state="sleeping")"},
                                      {.at_end = R"(,state="stopped")"},
                                      {.at_end = R"(,state="uninterruptible")"}};
constexpr MoreLabels kUlimits[] = {{.at_end = R"(,ulimit="max_open_files")"}};

constexpr FamilyHeader kVersionInfo = {
    "cadvisor_version_info", "gauge",
    "A metric with a constant '1' value labeled by kernel version, OS version, docker version, "
    "cadvisor version & cadvisor revision."};
constexpr std::string_view kVersionInfoSeries =
    R"~(cadvisor_version_info{cadvisorRevision="",cadvisorVersion="",dockerVersion="",)~"
    R"~(kernelVersion="6.12.57",osVersion="Debian GNU/Linux 12 (bookworm)"})~";

// Comes between the container families' names.
constexpr FamilyHeader kScrapeError = {
    "container_scrape_error", "gauge",
    "1 if there was an error while getting container metrics, 0 otherwise"};

struct MachineFamily {
  FamilyHeader header;
  double value = 0;
  std::span<const std::string_view> labels;
};
constexpr std::string_view kUnlabelled[] = {""};
constexpr std::string_view kMachine[] = {R"({boot_id="8fa62583-ac33-45d3-b6ba-c18d2b71d317",)"
                                         R"(machine_id="3d1219c7c4c5404aaa1f6d2a48adfda4",)"
                                         R"(system_uuid="3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"})"};
constexpr std::string_view kMachineModes[] = {
    R"({boot_id="8fa62583-ac33-45d3-b6ba-c18d2b71d317",)"
    R"(machine_id="3d1219c7c4c5404aaa1f6d2a48adfda4",mode="app_direct_mode",)"
    R"(system_uuid="3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"})",
    R"({boot_id="8fa62583-ac33-45d3-b6ba-c18d2b71d317",)"
    R"(machine_id="3d1219c7c4c5404aaa1f6d2a48adfda4",mode="memory_mode",)"
    R"(system_uuid="3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"})"};
constexpr MachineFamily kMachineFamilies[] = {
    {{"machine_cpu_books", "gauge", "Number of CPU books."}, 0, kMachine},
    {{"machine_cpu_cores", "gauge", "Number of logical CPU cores."}, 4, kMachine},
    {{"machine_cpu_drawers", "gauge", "Number of CPU drawers."}, 0, kMachine},
    {{"machine_cpu_physical_cores", "gauge", "Number of physical CPU cores."}, 4, kMachine},
    {{"machine_cpu_sockets", "gauge", "Number of CPU sockets."}, 1, kMachine},
    {{"machine_memory_bytes", "gauge", "Amount of memory installed on the machine."},
     kNodeMemoryBytes,
     kMachine},
    {{"machine_nvm_avg_power_budget_watts", "gauge", "NVM power budget."}, 0, kMachine},
    {{"machine_nvm_capacity", "gauge",
      "NVM capacity value labeled by NVM mode (memory mode or app direct mode)."},
     0,
     kMachineModes},
    {{"machine_scrape_error", "gauge",
      "1 if there was an error while getting machine metrics, 0 otherwise."},
     0,
     kUnlabelled},
    {{"machine_swap_bytes", "gauge", "Amount of swap memory available on the machine."},
     0,
     kMachine},
};

std::span<const MoreLabels> LabelsOf(Dimension dimension, const Cgroup& cgroup) {
  switch (dimension) {
    case Dimension::kNone:
      return kNone;
    case Dimension::kCpuTotal:
      return kCpuTotal;
    case Dimension::kDevice:
      return kDevices;
    case Dimension::kFailureType:
      return kFailureTypes;
    case Dimension::kInterface:
      // On the host's network a pod shows the host's interfaces.
      if (cgroup.kind == Cgroup::Kind::kRoot || cgroup.uses_host_network) return kHostInterfaces;
      return kPodInterfaces;
    case Dimension::kTaskState:
      return kTaskStates;
    case Dimension::kUlimit:
      return kUlimits;
  }
  return kNone;
}

bool HasRow(Rows rows, const Cgroup& cgroup) {
  const bool is_root = cgroup.kind == Cgroup::Kind::kRoot;
  const bool is_sandbox = cgroup.kind == Cgroup::Kind::kSandbox;
  switch (rows) {
    case Rows::kAll:
      return true;
    case Rows::kCpuLimited:
      return cgroup.cpu_limit_millicores > 0;
    case Rows::kProcesses:
      return is_root || is_sandbox || cgroup.kind == Cgroup::Kind::kContainer;
    case Rows::kNetwork:
      return is_root || is_sandbox;
    case Rows::kRoot:
      return is_root;
  }
  return false;
}

std::string SeriesText(std::string_view family, const Cgroup& cgroup, const MoreLabels& more) {
  std::string text(family);
  const auto append = [&text](std::string_view name, std::string_view value) {
    text.append(name).append("=\"").append(value).append("\"");
  };
  text += '{';
  append("container", cgroup.container);
  text.append(",").append(more.before_id);
  append("id", cgroup.id);
  append(",image", cgroup.image);
  text.append(",").append(more.before_name);
  append("name", cgroup.name);
  append(",namespace", cgroup.pod_namespace);
  append(",pod", cgroup.pod);
  text.append(more.at_end).append("}");
  return text;
}

void AppendFamily(const CadvisorFamily& family, const std::vector<Cgroup>& cgroups,
                  std::string* page) {
  struct Row {
    std::string series;
    const Cgroup* cgroup;
  };
  std::vector<Row> rows;
  for (const Cgroup& cgroup : cgroups) {
    if (!HasRow(family.rows, cgroup)) continue;
    for (const MoreLabels& more : LabelsOf(family.dimension, cgroup)) {
      rows.push_back({SeriesText(family.header.name, cgroup, more), &cgroup});
    }
  }
  if (rows.empty()) return;
  // The texts sort as the label values do: no value has a byte below the closing quote.
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.series < b.series; });
  AppendHeader(family.header, page);
  // "Last seen" is said of the moment of the reading, all else of cAdvisor's own look.
  const bool is_seen = family.header.name == "container_last_seen";
  for (const Row& row : rows) {
    const double value = family.value(*row.cgroup);
    if (family.has_timestamp) {
      const double at = is_seen ? row.cgroup->seen_at : row.cgroup->sampled_at;
      AppendSampleAt(row.series, value, at, page);
    } else {
      AppendSample(row.series, value, page);
    }
  }
}

}  // namespace

std::string WriteCadvisorPage(const std::vector<const SimulatedPod*>& pods,
                              const NodeClock& clock) {
  const std::vector<Cgroup> cgroups = ReadCgroups(pods, clock);
  std::string page;
  AppendHeader(kVersionInfo, &page);
  AppendSample(kVersionInfoSeries, 1, &page);
  bool has_scrape_error = false;
  for (const CadvisorFamily& family : CadvisorFamilies()) {
    if (!has_scrape_error && family.header.name > kScrapeError.name) {
      AppendHeader(kScrapeError, &page);
      AppendSample(kScrapeError.name, 0, &page);
      has_scrape_error = true;
    }
    AppendFamily(family, cgroups, &page);
  }
  for (const MachineFamily& family : kMachineFamilies) {
    AppendHeader(family.header, &page);
    for (const std::string_view labels : family.labels) {
      AppendSample(std::string(family.header.name).append(labels), family.value, &page);
    }
  }
  return page;
}

}  // namespace podprobe

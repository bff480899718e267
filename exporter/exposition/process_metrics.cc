#include "exporter/exposition/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "exporter/exposition/metric_table.h"

namespace podprobe {
namespace {

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// What we use of /proc/self/stat, proc(5).
struct ProcessStat {
  double user_ticks = 0;
  double system_ticks = 0;
  double start_ticks = 0;  // since boot
  double resident_pages = 0;
};

std::optional<ProcessStat> ReadStat(const std::string& proc_directory) {
  const std::optional<std::string> text = ReadFile(proc_directory + "/self/stat");
  if (!text) return std::nullopt;
  // The second field is the program's name in parentheses and may hold anything,
  // so the fields are counted from its last parenthesis on.
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text->substr(name_end + 1));
  ProcessStat stat;
  std::string field;
  for (int number = 3; number <= 24; ++number) {
    if (!(rest >> field)) return std::nullopt;
    const auto value = [&field] { return std::strtod(field.c_str(), nullptr); };
    if (number == 14) stat.user_ticks = value();
    if (number == 15) stat.system_ticks = value();
    if (number == 22) stat.start_ticks = value();
    if (number == 24) stat.resident_pages = value();
  }
  return stat;
}

std::optional<double> ReadBootTime(const std::string& proc_directory) {
  const std::optional<std::string> text = ReadFile(proc_directory + "/stat");
  if (!text) return std::nullopt;
  constexpr std::string_view kKey = "\nbtime ";
  const std::size_t found = text->find(kKey);
  if (found == std::string::npos) return std::nullopt;
  return std::strtod(text->c_str() + found + kKey.size(), nullptr);
}

std::optional<double> CountOpenFiles(const std::string& proc_directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(proc_directory + "/self/fd", error);
  if (error) return std::nullopt;
  double count = -1;  // the one that reads the folder is not counted
  while (entry != std::filesystem::directory_iterator()) {
    ++count;
    entry.increment(error);
    if (error) return std::nullopt;
  }
  return count;
}

std::optional<double> MaxOpenFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<MetricFamily> ReadProcessMetrics(const std::string& proc_directory) {
  std::vector<MetricFamily> families;
  const auto add = [&families](std::string_view name, std::optional<double> value) {
    if (!value) return;
    MetricFamily family = EmptyFamily(MetricRowOf(name));
    family.metrics.push_back({{}, *value});
    families.push_back(std::move(family));
  };

  const std::optional<ProcessStat> stat = ReadStat(proc_directory);
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  if (stat) {
    add("process_cpu_seconds_total", (stat->user_ticks + stat->system_ticks) / ticks_per_second);
    add("process_resident_memory_bytes", stat->resident_pages * page_bytes);
  }
  add("process_open_fds", CountOpenFiles(proc_directory));
  add("process_max_fds", MaxOpenFiles());
  const std::optional<double> boot_time = ReadBootTime(proc_directory);
  if (stat && boot_time) {
    add("process_start_time_seconds", *boot_time + stat->start_ticks / ticks_per_second);
  }
  return families;
}

}  // namespace podprobe

#include "exporter/status_line.h"

namespace podprobe {
namespace {

std::string Names(const Snapshot& snapshot, bool is_up) {
  std::string names;
  for (const SourceSnapshot& source : snapshot.sources) {
    if (source.is_up != is_up) continue;
    names += (names.empty() ? "" : ", ") + source.source;
  }
  return names;
}

}  // namespace

std::string StatusLine(const Snapshot& snapshot, std::string_view url, bool is_config_refused) {
  const std::string good = Names(snapshot, true);
  const std::string failing = Names(snapshot, false);
  std::string line = "reading " + std::string(url);
  if (!good.empty()) line += ": " + good;
  if (!failing.empty()) {
    line += "; failing: " + failing + " (podprobe-exporter check says what mends it)";
  }
  if (is_config_refused) line += "; the configuration file has problems, the old one is in force";
  return line;
}

}  // namespace podprobe

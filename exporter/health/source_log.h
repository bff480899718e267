#ifndef PODPROBE_EXPORTER_HEALTH_SOURCE_LOG_H_
#define PODPROBE_EXPORTER_HEALTH_SOURCE_LOG_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/health/instant.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// How one reading of a source went.
struct SourceReading {
  Instant ended;
  std::string_view error_reason;  // empty: the reading was good
  std::string message;            // the failure in words
  double body_bytes = 0;
  double samples = 0;
  double parse_errors = 0;
  std::optional<double> duration_seconds;
};

// One source's readings, as far as they are served.
class SourceLog {
 public:
  enum class Change { kNone, kWentDown, kCameUp };

  // All `reasons` a reading can fail for are counted from 0: a counter that
  // first shows as 1 hides its first increment from increase().
  SourceLog(std::string_view source, std::span<const std::string_view> reasons);

  // Returns whether the source's state changed; the first good reading is no change.
  Change Add(const SourceReading& reading);

  bool has_readings() const { return has_readings_; }
  const SourceSnapshot& state() const { return state_; }

 private:
  bool has_readings_ = false;
  SourceSnapshot state_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SOURCE_LOG_H_

#include "exporter/health/source_log.h"

namespace podprobe {

SourceLog::SourceLog(std::string_view source, std::span<const std::string_view> reasons) {
  state_.source = source;
  for (const std::string_view reason : reasons) state_.errors[std::string(reason)] = 0;
}

SourceLog::Change SourceLog::Add(const SourceReading& reading) {
  const bool was_up = !has_readings_ || state_.is_up;
  has_readings_ = true;
  state_.is_up = reading.error_reason.empty();
  state_.body_bytes = reading.body_bytes;
  state_.samples = reading.samples;
  state_.duration_seconds = reading.duration_seconds;
  state_.parse_errors += reading.parse_errors;
  state_.last_error = reading.message;
  if (state_.is_up) {
    state_.last_success_unix_seconds = reading.ended.unix_seconds;
  } else {
    state_.errors[std::string(reading.error_reason)] += 1;
  }
  if (was_up == state_.is_up) return Change::kNone;
  return state_.is_up ? Change::kCameUp : Change::kWentDown;
}

}  // namespace podprobe

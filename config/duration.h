#ifndef PODPROBE_CONFIG_DURATION_H_
#define PODPROBE_CONFIG_DURATION_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace podprobe {

// What Prometheus can hold: 2^63 - 1 nanoseconds, about 292 years.
inline constexpr std::chrono::milliseconds kLongestDuration{9223372036854};

struct DurationResult {
  std::optional<std::chrono::milliseconds> duration;  // absent on error
  std::string error;                                  // a sentence that quotes the text
};

// A duration as Prometheus writes it: whole numbers with the units y, w, d, h, m, s and ms,
// from the longest to the shortest, each at most once: "1m30s", "500ms", "0s". "0" alone
// needs no unit.
DurationResult ParseDuration(std::string_view text);

// Prometheus' own spelling: "90m" becomes "1h30m". Not for negative durations.
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_DURATION_H_

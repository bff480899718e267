#ifndef PODPROBE_EXPORTER_HEALTH_MINUTE_LOG_H_
#define PODPROBE_EXPORTER_HEALTH_MINUTE_LOG_H_

#include <array>
#include <cstdint>
#include <vector>

#include "exporter/health/snapshot.h"

namespace podprobe {

// How a probe did in each of the last 60 minutes, for people. Minutes are those of the steady
// clock, by number. What was good throughout costs a bit a minute.
class MinuteLog {
 public:
  static std::uint32_t MinuteOf(double steady_seconds);

  // What comes later than in the minute after its own is not shown.
  void Add(std::uint32_t minute, double successes, double attempts);
  // Up to that minute.
  void Serve(std::uint32_t minute, LastHour* hour) const;

 private:
  struct Counts {
    float successes = 0;
    float attempts = 0;
  };
  struct Flawed {
    std::uint32_t minute = 0;
    std::uint8_t percent = 0;
  };

  std::uint32_t newest_ = 0;
  std::uint64_t attempted_ = 0;   // bit i: there were attempts i minutes before the newest
  std::array<Counts, 2> open_{};  // of the newest minute and the one before
  std::vector<Flawed> flawed_;    // ascending
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_MINUTE_LOG_H_

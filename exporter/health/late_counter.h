#ifndef PODPROBE_EXPORTER_HEALTH_LATE_COUNTER_H_
#define PODPROBE_EXPORTER_HEALTH_LATE_COUNTER_H_

#include <optional>

#include "exporter/health/instant.h"

namespace podprobe {

// Whether a counter that a page may show for the first time long after the
// exporter's start is still held at zero, so that increase() in a monitoring
// system sees its first increments (design, "born at zero").
class Birth {
 public:
  explicit Birth(bool is_late = true) : is_late_(is_late) {}

  // A page at `now` shows the counter: returns whether it shows it as 0.
  bool IsHeldAtZero(const Instant& now, double hold_seconds) {
    if (!shown_since_) shown_since_ = now.steady_seconds;
    return is_late_ && now.steady_seconds - *shown_since_ < hold_seconds;
  }

  // The page at `now` left the counter out after all: it appears later, if it would have then.
  void TakeBack(const Instant& now) {
    if (shown_since_ != now.steady_seconds) return;
    shown_since_.reset();
    is_late_ = true;
  }

 private:
  bool is_late_;
  std::optional<double> shown_since_;  // steady time
};

// A counter with its birth.
struct LateCounter {
  double total = 0;
  Birth birth;

  double Serve(const Instant& now, double hold_seconds) {
    return birth.IsHeldAtZero(now, hold_seconds) ? 0 : total;
  }
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_LATE_COUNTER_H_

#ifndef PODPROBE_EXPORTER_WEB_STEADY_TIME_H_
#define PODPROBE_EXPORTER_WEB_STEADY_TIME_H_

#include <chrono>

namespace podprobe {

// Seconds on the clock that only goes forward: where no test gave another one.
inline double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_STEADY_TIME_H_

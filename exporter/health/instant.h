#ifndef PODPROBE_EXPORTER_HEALTH_INSTANT_H_
#define PODPROBE_EXPORTER_HEALTH_INSTANT_H_

namespace podprobe {

// A moment on two clocks. Ages, windows and graces are measured on the steady
// clock, so that a stepped system clock empties nothing; what is compared with
// the kubelet's own times, or served, is Unix time. In a replay both are the
// recording's clock.
struct Instant {
  double unix_seconds = 0;
  double steady_seconds = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_INSTANT_H_

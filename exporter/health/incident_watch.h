#ifndef PODPROBE_EXPORTER_HEALTH_INCIDENT_WATCH_H_
#define PODPROBE_EXPORTER_HEALTH_INCIDENT_WATCH_H_

#include <cstddef>
#include <optional>
#include <vector>

namespace podprobe {

// Tells when so many workloads of a node fail together that it is the node, or
// something they share. Times are steady seconds.
class IncidentWatch {
 public:
  struct Workloads {
    std::size_t probed = 0;
    std::vector<double> last_troubles;  // of those that ever were in trouble
  };

  // Looks at `workloads` as they are at `now`, which never goes back; returns
  // whether there is an incident. Between two looks troubles only age: who adds some looks before
  // and after.
  bool Evaluate(Workloads workloads, double now);

  // Workloads whose trouble is at most so old, as of the last look.
  std::size_t failing() const { return failing_; }
  std::size_t probed() const { return probed_; }
  bool is_incident() const { return is_incident_; }

 private:
  std::size_t failing_ = 0;
  std::size_t probed_ = 0;
  bool is_incident_ = false;
  bool was_enough_ = false;
  // Until when there was enough trouble, as of the last look.
  double enough_until_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_INCIDENT_WATCH_H_

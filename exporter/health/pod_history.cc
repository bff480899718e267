#include "exporter/health/pod_history.h"

#include <algorithm>
#include <utility>

namespace podprobe {
namespace {

std::vector<PodEvent> Copy(const std::shared_ptr<const std::vector<PodEvent>>& events) {
  return events == nullptr ? std::vector<PodEvent>() : *events;
}

// Makes `added` the newest.
std::shared_ptr<const std::vector<PodEvent>> With(std::vector<PodEvent> events, PodEvent added) {
  if (events.size() == PodHistory::kMaxEvents) events.erase(events.begin());
  events.push_back(std::move(added));
  return std::make_shared<const std::vector<PodEvent>>(std::move(events));
}

}  // namespace

void PodHistory::AddFailures(PodEvent failures, bool continues_run) {
  std::vector<PodEvent> events = Copy(events_);
  failures.begins_run = !continues_run;
  for (auto event = events.end(); continues_run && event != events.begin();) {
    --event;
    if (event->container != failures.container || event->probe_type != failures.probe_type) {
      continue;
    }
    if (event->phase == failures.phase && event->cause == failures.cause) {
      failures.first_unix = event->first_unix;
      failures.count += event->count;
      failures.begins_run = event->begins_run;
      events.erase(event);
      break;
    }
    if (event->begins_run) break;
  }
  events_ = With(std::move(events), std::move(failures));
}

void PodHistory::AddRestart(PodEvent restart) {
  restart.begins_run = true;
  events_ = With(Copy(events_), std::move(restart));
}

}  // namespace podprobe

#include "exporter/web/request_gate.h"

namespace podprobe {

RequestGate::RequestGate(int max_requests, std::chrono::milliseconds patience)
    : max_requests_(max_requests), patience_(patience) {}

RequestGate::Pass::Pass(RequestGate* gate) : gate_(*gate) {
  std::unique_lock lock(gate_.mutex_);
  ++gate_.present_;
  is_granted_ = gate_.changed_.wait_for(lock, gate_.patience_, [this] {
    return gate_.max_requests_ == 0 || gate_.granted_ < gate_.max_requests_;
  });
  if (is_granted_) ++gate_.granted_;
}

RequestGate::Pass::~Pass() {
  {
    const std::lock_guard lock(gate_.mutex_);
    --gate_.present_;
    if (is_granted_) --gate_.granted_;
  }
  // All: one that waits for an empty gate must not take the word from one that waits for its turn.
  gate_.changed_.notify_all();
}

void RequestGate::WaitUntilEmpty(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return present_ == 0; });
}

}  // namespace podprobe

#include "exporter/reload_desk.h"

#include <chrono>
#include <utility>

namespace podprobe {

std::string ReloadDesk::AskAndWait(const std::function<void()>& wake, double patience_seconds) {
  const std::uint64_t ticket = ++asked_;
  wake();
  std::unique_lock lock(mutex_);
  const bool is_done = is_served_.wait_for(lock, std::chrono::duration<double>(patience_seconds),
                                           [&] { return served_ >= ticket || is_closed_; });
  if (served_ >= ticket) return error_;
  return is_done ? "the exporter is stopping"
                 : "the reading loop did not get to it in time; it still may";
}

void ReloadDesk::Close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  is_served_.notify_all();
}

void ReloadDesk::Serve(const std::function<std::string()>& load) {
  const std::uint64_t asked = asked_;
  {
    const std::lock_guard lock(mutex_);
    if (served_ == asked) return;
  }
  std::string error = load();
  {
    const std::lock_guard lock(mutex_);
    served_ = asked;
    error_ = std::move(error);
  }
  is_served_.notify_all();
}

}  // namespace podprobe

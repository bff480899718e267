#ifndef PODPROBE_EXPORTER_RELOAD_DESK_H_
#define PODPROBE_EXPORTER_RELOAD_DESK_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace podprobe {

// Where signals and web threads ask for the configuration to be loaded again,
// and the thread that reads, which alone may do so, takes their wishes.
class ReloadDesk {
 public:
  // From any thread, or from a signal handler.
  void Ask() { ++asked_; }

  // From any thread but the one that serves: asks, calls `wake`, and returns what Serve's `load`
  // returned for it. Gives up after `patience_seconds`, and at once when the desk is closed.
  std::string AskAndWait(const std::function<void()>& wake, double patience_seconds);

  // Calls `load` once if anybody has asked since the last call; wishes that come during it are
  // for the next call. `load` returns what is wrong, empty if nothing is.
  void Serve(const std::function<std::string()>& load);

  // Nobody serves any more.
  void Close();

 private:
  std::atomic<std::uint64_t> asked_ = 0;
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "signal handlers ask");

  std::mutex mutex_;  // guards what follows
  std::condition_variable is_served_;
  std::uint64_t served_ = 0;
  std::string error_;  // of the last load
  bool is_closed_ = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_RELOAD_DESK_H_

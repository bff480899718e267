#ifndef PODPROBE_EXPORTER_WEB_REQUEST_GATE_H_
#define PODPROBE_EXPORTER_WEB_REQUEST_GATE_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace podprobe {

// Lets so many requests be answered at once. One more waits for a moment: a burst of quick ones is
// answered whole, while behind slow ones it is told to come again. Safe from any thread.
//
//   const RequestGate::Pass pass(&gate);
//   if (!pass.is_granted()) return ComeAgain();
class RequestGate {
 public:
  // 0 requests: no limit.
  RequestGate(int max_requests, std::chrono::milliseconds patience);

  // One request, from its arrival to the end of its answer.
  class Pass {
   public:
    // Waits for its turn.
    explicit Pass(RequestGate* gate);
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    // Whether its turn came in time.
    bool is_granted() const { return is_granted_; }

   private:
    RequestGate& gate_;
    bool is_granted_ = false;
  };

  // Returns when no request is left, refused ones included, or the time is over.
  void WaitUntilEmpty(std::chrono::milliseconds longest);

 private:
  const int max_requests_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int present_ = 0;
  int granted_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_REQUEST_GATE_H_

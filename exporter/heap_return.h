#ifndef PODPROBE_EXPORTER_HEAP_RETURN_H_
#define PODPROBE_EXPORTER_HEAP_RETURN_H_

#include <algorithm>
#include <cstddef>
#include <utility>

namespace podprobe {

// When to make the heap give back what it has free. By itself glibc gives back only what lies at
// its end; what pods leave behind that came and went in numbers lies scattered, and would be kept
// for good. To give it back takes a millisecond or two.
class HeapReturn {
 public:
  // To be asked after each page, with how many pods are known now. It is due a page after they
  // went: till then the page before, which has them all, may be read.
  bool IsDue(std::size_t pods) {
    constexpr std::size_t kWorthwhilePods = 100;
    most_pods_ = std::max(most_pods_, pods);
    const bool have_gone = most_pods_ - pods >= kWorthwhilePods;
    if (have_gone) most_pods_ = pods;
    return std::exchange(is_next_, have_gone);
  }

 private:
  std::size_t most_pods_ = 0;  // since they went in numbers
  bool is_next_ = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEAP_RETURN_H_

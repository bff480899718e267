#ifndef PODPROBE_EXPORTER_FIRST_PAGE_H_
#define PODPROBE_EXPORTER_FIRST_PAGE_H_

namespace podprobe {

// Whether the first page may be made: once each source has answered, well or not, and at the latest
// when this time is over.
inline bool IsFirstPageDue(bool has_all_answers, double waited_seconds) {
  constexpr double kLongestWaitSeconds = 10;
  return has_all_answers || waited_seconds >= kLongestWaitSeconds;
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_FIRST_PAGE_H_

#ifndef PODPROBE_PARSERS_KNOWN_SERIES_H_
#define PODPROBE_PARSERS_KNOWN_SERIES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace podprobe {

// The series of earlier pages by their text: everything of a line before the value.
// A kubelet sends the same series in the same order each time, so a series is looked
// for where it came last time, after the one before it, and only then among all.
//
// Of a text only its size and a hash of 64 bits are kept, with keys that are drawn anew
// by each process: that another text is taken for it happens once in 10^19 times, and
// nobody outside can bring it about.
//
// A page that says nothing new costs no allocation. What a page does not have is
// forgotten with it once that is a quarter of all, or once room is needed. Memory is
// bounded: beyond max_bytes nothing more is remembered.
class KnownSeries {
 public:
  struct Series {
    std::uint64_t hash = 0;
    std::uint32_t size = 0;  // of its text
    std::uint32_t id = 0;
    std::uint32_t next = 0;  // the one that came after it
    std::uint32_t page = 0;  // that had it last
  };

  explicit KnownSeries(std::size_t max_bytes) : max_bytes_(max_bytes) { StartPage(); }

  // The series that came next last time; null if there is none, or if what begins at
  // `line` and ends before `limit` does not begin with its text.
  const Series* ExpectedAt(const char* line, const char* limit) const;
  // Notes that the expected series has come.
  void TakeExpected();

  // Notes that the series of this text has come; null if it is not known.
  const Series* Find(std::string_view text);
  // Remembers a series that Find does not know. Null beyond the bound.
  const Series* Add(std::string_view text);

  // The page is over: the next one begins.
  void StartPage();

  // The index of one of its series, which stays while the page lasts.
  std::uint32_t IndexOf(const Series& series) const {
    return static_cast<std::uint32_t>(&series - series_.data());
  }
  std::size_t size() const { return series_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void Come(std::uint32_t index);
  std::uint32_t Append(const Series& series);
  void Index(std::uint32_t index);
  void ForgetOld();

  const std::size_t max_bytes_;
  std::vector<Series> series_;
  std::vector<std::uint32_t> slots_;  // open addressing, a power of two, at most half full
  std::size_t bytes_ = 0;
  std::uint32_t last_id_ = 0;
  std::uint32_t first_ = kNone;  // of the last page
  std::uint32_t last_ = kNone;   // that has come
  std::uint32_t expected_ = kNone;
  std::uint32_t page_ = 0;
  std::size_t come_ = 0;  // on this page
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_KNOWN_SERIES_H_

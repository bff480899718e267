#ifndef PODPROBE_EXPORTER_WEB_GZIP_H_
#define PODPROBE_EXPORTER_WEB_GZIP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace podprobe {

// The large first part of a gzip file, compressed once, to which small ends can be put
// again and again: a page whose first part is shared between scrapers and whose last
// lines are new for each of them.
//
//   const GzipHead head(rendered_snapshot);
//   answer = head.bytes() + head.Finish(own_metrics);
//
// The result is one ordinary gzip member. Finish may be called from many threads at once.
class GzipHead {
 public:
  // Takes the pieces of a text.
  using Sink = std::function<void(std::string_view piece)>;

  explicit GzipHead(std::string_view text);
  // The text is what `write` gives to the sink.
  explicit GzipHead(const std::function<void(const Sink& sink)>& write);

  const std::string& bytes() const { return bytes_; }
  // What must follow bytes() so that the whole decompresses to text + `end`.
  std::string Finish(std::string_view end) const;

 private:
  std::string bytes_;
  unsigned long crc_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_GZIP_H_

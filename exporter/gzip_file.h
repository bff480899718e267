#ifndef PODPROBE_EXPORTER_GZIP_FILE_H_
#define PODPROBE_EXPORTER_GZIP_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct gzFile_s;

namespace podprobe {

// A file read as a stream, decompressed if it is gzip, as it is if not.
class GzipFile {
 public:
  // Each returns an empty text, or in words what failed; "-" names `standard_input`.
  std::string Open(const std::string& path, int standard_input);
  std::string Read(const std::function<void(std::string_view)>& on_chunk);
  // Makes the next Read begin at the beginning again. What cannot be rewound is
  // copied to a temporary file, so this comes before the first Read.
  std::string MakeRewindable();
  std::string Rewind();

 private:
  struct Closer {
    void operator()(gzFile_s* file) const;
  };
  std::string OpenDescriptor(int descriptor);
  std::unique_ptr<gzFile_s, Closer> file_;
  int descriptor_ = -1;     // owned by file_
  std::int64_t begin_ = 0;  // where in the descriptor the input begins
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_GZIP_FILE_H_

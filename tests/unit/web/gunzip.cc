#include "tests/unit/web/gunzip.h"

#include <zlib.h>

namespace podprobe {

std::string Gunzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipOnly = 15 + 16;
  inflateInit2(&stream, kGzipOnly);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  char buffer[16 * 1024];
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  const bool is_whole = state == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return is_whole ? text : "not one gzip member";
}

}  // namespace podprobe

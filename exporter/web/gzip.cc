#include "exporter/web/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>

namespace podprobe {
namespace {

// A page changes every few seconds and is read a few times: on such text level 1 is
// three times as fast as the usual 6 and its output a quarter larger.
constexpr int kLevel = 1;

// How far back a text is compared with itself, and how much memory that takes.
struct Effort {
  int window_bits;
  int memory_level;
};
// A page's lines resemble those just before: 8 KiB and 64 KiB of memory.
constexpr Effort kForPage = {.window_bits = 13, .memory_level = 6};
// The end of a page is two or three kilobytes.
constexpr Effort kForEnd = {.window_bits = 10, .memory_level = 2};

// Makes raw deflate blocks.
class Deflater {
 public:
  explicit Deflater(Effort effort) {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, -effort.window_bits, effort.memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Z_FINISH ends the stream; Z_FULL_FLUSH ends at a byte and looks back no further, so that
  // another stream's blocks may follow.
  void Add(std::string_view text, int flush, std::string* out) {
    // zlib takes its input through a pointer to non-const and does not write to it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    std::size_t left = text.size();
    char buffer[4 * 1024];
    [[maybe_unused]] int last = Z_OK;
    do {
      const std::size_t slice = std::min<std::size_t>(left, std::numeric_limits<uInt>::max());
      stream_.avail_in = static_cast<uInt>(slice);
      left -= slice;
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer);
        stream_.avail_out = sizeof(buffer);
        last = deflate(&stream_, left == 0 ? flush : Z_NO_FLUSH);
        assert(last != Z_STREAM_ERROR);
        out->append(buffer, sizeof(buffer) - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (left > 0);
    assert(flush != Z_FINISH || last == Z_STREAM_END);
  }

 private:
  z_stream stream_{};
};

unsigned long Crc32(std::string_view text) {
  return crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size());
}

void AppendLittleEndian32(unsigned long value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

}  // namespace

GzipHead::GzipHead(std::string_view text) : GzipHead([text](const Sink& sink) { sink(text); }) {}

GzipHead::GzipHead(const std::function<void(const Sink& sink)>& write) {
  // RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
  constexpr std::string_view kHeader("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10);
  bytes_ = kHeader;
  crc_ = Crc32({});
  Deflater deflater(kForPage);
  write([&](std::string_view piece) {
    crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
    text_bytes_ += piece.size();
    deflater.Add(piece, Z_NO_FLUSH, &bytes_);
  });
  deflater.Add({}, Z_FULL_FLUSH, &bytes_);
}

std::string GzipHead::Finish(std::string_view end) const {
  std::string out;
  Deflater(kForEnd).Add(end, Z_FINISH, &out);
  AppendLittleEndian32(crc32_combine(crc_, Crc32(end), static_cast<z_off_t>(end.size())), &out);
  AppendLittleEndian32(text_bytes_ + end.size(), &out);
  return out;
}

}  // namespace podprobe

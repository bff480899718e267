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

// Raw deflate blocks of `text`. Z_FINISH ends the stream; Z_FULL_FLUSH ends at a byte and
// looks back no further, so that another stream's blocks may follow.
std::string Deflate(std::string_view text, int flush) {
  z_stream stream{};
  constexpr int kRawWindowBits = -15;
  constexpr int kMemoryLevel = 8;
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kRawWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  std::string out;
  // zlib takes its input through a pointer to non-const and does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  std::size_t left = text.size();
  char buffer[16 * 1024];
  [[maybe_unused]] int last = Z_OK;
  do {
    const std::size_t slice = std::min<std::size_t>(left, std::numeric_limits<uInt>::max());
    stream.avail_in = static_cast<uInt>(slice);
    left -= slice;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer);
      stream.avail_out = sizeof(buffer);
      last = deflate(&stream, left == 0 ? flush : Z_NO_FLUSH);
      assert(last != Z_STREAM_ERROR);
      out.append(buffer, sizeof(buffer) - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (left > 0);
  assert(flush != Z_FINISH || last == Z_STREAM_END);
  deflateEnd(&stream);
  return out;
}

unsigned long Crc32(std::string_view text) {
  return crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size());
}

void AppendLittleEndian32(unsigned long value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

}  // namespace

GzipHead::GzipHead(std::string_view text) : crc_(Crc32(text)), text_bytes_(text.size()) {
  // RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
  constexpr std::string_view kHeader("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10);
  bytes_ = kHeader;
  bytes_ += Deflate(text, Z_FULL_FLUSH);
}

std::string GzipHead::Finish(std::string_view end) const {
  std::string out = Deflate(end, Z_FINISH);
  AppendLittleEndian32(crc32_combine(crc_, Crc32(end), static_cast<z_off_t>(end.size())), &out);
  AppendLittleEndian32(text_bytes_ + end.size(), &out);
  return out;
}

}  // namespace podprobe

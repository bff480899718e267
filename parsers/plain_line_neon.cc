#include "parsers/plain_line.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "parsers/number.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

struct Block {
  static constexpr std::size_t kBytes = 16;

  // Four bits for each byte.
  static std::uint64_t Stops(const char* bytes) {
    const uint8x16_t v = Load(bytes);
    const uint8x16_t stops =
        vorrq_u8(vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\'))),
                 vorrq_u8(vceqq_u8(v, vdupq_n_u8('\n')), vcgeq_u8(v, vdupq_n_u8(0x80))));
    return Mask(stops);
  }
  static std::size_t FirstStop(std::uint64_t stops) {
    return static_cast<std::size_t>(__builtin_ctzll(stops)) / 4;
  }
  static bool IsEqual(const char* a, const char* b, std::size_t size) {
    while (size > 16) {
      if (Mask(vceqq_u8(Load(a), Load(b))) != ~std::uint64_t{0}) return false;
      a += 16;
      b += 16;
      size -= 16;
    }
    return (~Mask(vceqq_u8(Load(a), Load(b))) & (~std::uint64_t{0} >> (64 - 4 * size))) == 0;
  }
  static const char* FindNewline(const char* p, const char* limit) {
    return static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(limit - p)));
  }

 private:
  static uint8x16_t Load(const char* bytes) {
    return vld1q_u8(reinterpret_cast<const std::uint8_t*>(bytes));
  }
  static std::uint64_t Mask(uint8x16_t bytes) {
    const uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
  }
};

#include "parsers/plain_line_kernel.h"

constexpr PlainReader kReader = {
    .name = "neon", .read_line = ReadLine, .read_tail = ReadTail, .skip_lines = SkipLines};

}  // namespace

const PlainReader* NeonPlainReader() { return &kReader; }

}  // namespace podprobe

#else

namespace podprobe {

const PlainReader* NeonPlainReader() { return nullptr; }

}  // namespace podprobe

#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "parsers/number.h"
#include "parsers/plain_line.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

// Eight bytes in a word.
struct Block {
  static constexpr std::size_t kBytes = 8;

  static std::uint64_t Stops(const char* bytes) {
    const std::uint64_t word = Word(bytes);
    // A borrow can only run into bytes above a real stop, which is the first one found.
    return (Below(word ^ kOnes * '"') | Below(word ^ kOnes * '\\') | Below(word ^ kOnes * '\n') |
            word) &
           kOnes * 0x80;
  }
  static std::size_t FirstStop(std::uint64_t stops) {
    return static_cast<std::size_t>(__builtin_ctzll(stops)) / 8;
  }
  static bool IsEqual(const char* a, const char* b, std::size_t size) {
    while (size > 8) {
      if (Word(a) != Word(b)) return false;
      a += 8;
      b += 8;
      size -= 8;
    }
    return (Word(a) ^ Word(b)) << (64 - 8 * size) == 0;
  }
  static const char* FindNewline(const char* p, const char* limit) {
    return static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(limit - p)));
  }

 private:
  static constexpr std::uint64_t kOnes = 0x0101010101010101;

  // The first byte in the lowest bits, whatever the machine's byte order.
  static std::uint64_t Word(const char* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
  }
  // The highest bit of each byte that is zero, and perhaps of bytes above such a one.
  static std::uint64_t Below(std::uint64_t word) { return (word - kOnes) & ~word; }
};

#include "parsers/plain_line_kernel.h"

constexpr PlainReader kReader = {
    .name = "portable", .read_line = ReadLine, .read_tail = ReadTail, .skip_lines = SkipLines};

}  // namespace

const PlainReader* PortablePlainReader() { return &kReader; }

}  // namespace podprobe

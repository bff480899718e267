#include "parsers/plain_line.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "parsers/number.h"
#include "parsers/text.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt")
#endif

namespace podprobe {
namespace {

struct Block {
  static constexpr std::size_t kBytes = 32;

  static std::uint64_t Stops(const char* bytes) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
    const __m256i quotes = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
    const __m256i backslashes = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
    const __m256i newlines = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n'));
    // The mask takes each byte's highest bit, which is that of a byte beyond ASCII, too.
    const __m256i stops =
        _mm256_or_si256(_mm256_or_si256(quotes, backslashes), _mm256_or_si256(newlines, v));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(stops));
  }
  static std::size_t FirstStop(std::uint64_t stops) {
    return static_cast<std::size_t>(__builtin_ctzll(stops));
  }
  static bool IsEqual(const char* a, const char* b, std::size_t size) {
    std::uint64_t same = Same(a, b);
    if (size > 32) same |= Same(a + 32, b + 32) << 32;
    return (~same & (~std::uint64_t{0} >> (64 - size))) == 0;
  }
  static const char* FindNewline(const char* p, const char* limit) {
    const __m256i newline = _mm256_set1_epi8('\n');
    for (; p < limit; p += 64) {
      const __m256i low =
          _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), newline);
      const __m256i high =
          _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32)), newline);
      if (_mm256_testz_si256(_mm256_or_si256(low, high), newline)) continue;
      const std::uint64_t found =
          static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
          std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
      p += __builtin_ctzll(found);
      return p < limit ? p : nullptr;
    }
    return nullptr;
  }

 private:
  static std::uint64_t Same(const char* a, const char* b) {
    const __m256i same = _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)),
                                           _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(same));
  }
};

#include "parsers/plain_line_kernel.h"

constexpr PlainReader kReader = {
    .name = "avx2", .read_line = ReadLine, .read_tail = ReadTail, .skip_lines = SkipLines};

}  // namespace
}  // namespace podprobe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace podprobe {

const PlainReader* Avx2PlainReader() {
  static const bool kIsSupported = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  return kIsSupported ? &kReader : nullptr;
}

}  // namespace podprobe

#else

namespace podprobe {

const PlainReader* Avx2PlainReader() { return nullptr; }

}  // namespace podprobe

#endif

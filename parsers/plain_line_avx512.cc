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
#pragma clang attribute push(                                                          \
    __attribute__((target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512vl,avx512dq"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512vl,avx512dq")
#endif

namespace podprobe {
namespace {

struct Block {
  static constexpr std::size_t kBytes = 64;

  static std::uint64_t Stops(const char* bytes) {
    const __m512i v = _mm512_loadu_si512(bytes);
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')) |
           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')) |
           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')) | _mm512_movepi8_mask(v);
  }
  static std::size_t FirstStop(std::uint64_t stops) {
    return static_cast<std::size_t>(__builtin_ctzll(stops));
  }
  static bool IsEqual(const char* a, const char* b, std::size_t size) {
    const __mmask64 looked_at = ~std::uint64_t{0} >> (64 - size);
    return _mm512_mask_cmpneq_epi8_mask(looked_at, _mm512_loadu_si512(a), _mm512_loadu_si512(b)) ==
           0;
  }
  static const char* FindNewline(const char* p, const char* limit) {
    const __m512i newline = _mm512_set1_epi8('\n');
    for (; p < limit; p += 64) {
      const std::uint64_t found = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), newline);
      if (found == 0) continue;
      p += __builtin_ctzll(found);
      return p < limit ? p : nullptr;
    }
    return nullptr;
  }
};

#include "parsers/plain_line_kernel.h"

constexpr PlainReader kReader = {
    .name = "avx512", .read_line = ReadLine, .read_known = ReadKnown, .skip_lines = SkipLines};

}  // namespace
}  // namespace podprobe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace podprobe {

const PlainReader* Avx512PlainReader() {
  static const bool kIsSupported =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("bmi2");
  return kIsSupported ? &kReader : nullptr;
}

}  // namespace podprobe

#else

namespace podprobe {

const PlainReader* Avx512PlainReader() { return nullptr; }

}  // namespace podprobe

#endif

// The body of a PlainReader. No header of its own: each plain_line_<set>.cc includes
// it inside an unnamed namespace, after switching the compiler to its instruction set
// and defining `Block`:
//
//   struct Block {
//     static constexpr std::size_t kBytes;
//     // Bit i (times kBitsPerByte) is set where byte i is a quote, a backslash, a
//     // newline or not ASCII; 0 if none is.
//     static std::uint64_t Stops(const char* bytes);
//     static std::size_t FirstStop(std::uint64_t stops);
//     // Whether the first `size` bytes are the same; 1 <= size <= 64. Looks at 64.
//     static bool IsEqual(const char* a, const char* b, std::size_t size);
//     // The first newline; null if there is none before `limit`.
//     static const char* FindNewline(const char* p, const char* limit);
//   };
//
// What it includes was included before, so that no code shared with other files is
// built for an instruction set that the machine may lack.

// 10^0 to 10^22, each exactly a double.
inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << 53;

inline bool IsPlainDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

inline std::uint64_t Load64(const char* bytes) {
  std::uint64_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

// Reads at most kMaxDigits digits, which is more than fit.
inline constexpr std::ptrdiff_t kMaxDigits = 20;
inline const char* ReadDigits(const char* p, std::uint64_t* integer) {
  const char* const begin = p;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // Eight at a time: pairs, then fours, then all.
  while (p - begin <= kMaxDigits - 8) {
    std::uint64_t word = Load64(p);
    if (((word & (word + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030) break;
    word = (word & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
    word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    word = (word & 0x0000ffff0000ffff) * 42949672960001 >> 32;
    *integer = *integer * 100'000'000 + word;
    p += 8;
  }
#endif
  while (p - begin < kMaxDigits && IsPlainDigit(*p)) {
    *integer = *integer * 10 + static_cast<std::uint64_t>(*p - '0');
    ++p;
  }
  return p;
}

// Reads a decimal number whose nearest double is found by one exact multiplication
// or division (Clinger's fast path). Null for everything else, as NaN.
inline const char* ReadSimpleNumber(const char* p, double* value) {
  const bool is_negative = *p == '-';
  if (is_negative) ++p;
  const char* const begin = p;
  std::uint64_t integer = 0;
  p = ReadDigits(p, &integer);
  std::ptrdiff_t digits = p - begin;
  std::ptrdiff_t exponent = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    p = ReadDigits(p, &integer);
    exponent = fraction - p;
    digits -= exponent;
  }
  // With more digits the integer may have wrapped around.
  if (digits == 0 || digits > 19 || integer > kExactIntegers) return nullptr;
  if ((*p | 0x20) == 'e') {
    ++p;
    const bool is_below_one = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    if (!IsPlainDigit(p[0])) return nullptr;
    std::ptrdiff_t power = *p++ - '0';
    if (IsPlainDigit(*p)) power = power * 10 + (*p++ - '0');
    if (IsPlainDigit(*p)) return nullptr;
    exponent += is_below_one ? -power : power;
  }
  if (exponent < -22 || exponent > 22) return nullptr;
  double result = static_cast<double>(integer);
  result = exponent < 0 ? result / kPowersOfTen[-exponent] : result * kPowersOfTen[exponent];
  *value = is_negative ? -result : result;
  return p;
}

inline const char* ReadTail(const char* p, const char* limit, PlainTail* tail) {
  if (p >= limit) return nullptr;
  const char* const begin = p;
  p = ReadSimpleNumber(p, &tail->value);
  if (__builtin_expect(p == nullptr, false)) {
    p = begin;
    while (p < limit && *p != ' ' && *p != '\n') ++p;
    const std::string_view word(begin, static_cast<std::size_t>(p - begin));
    if (ParseNumber(word, &tail->value) != NumberStatus::kOk) return nullptr;
  }
  if (p >= limit) return nullptr;
  tail->has_timestamp = *p == ' ';
  if (tail->has_timestamp) {
    const char* const digits = ++p;
    std::uint64_t timestamp = 0;
    p = ReadDigits(p, &timestamp);
    if (p == digits || p - digits > 18) return nullptr;
    tail->timestamp_ms = static_cast<std::int64_t>(timestamp);
  }
  return p < limit && *p == '\n' ? p + 1 : nullptr;
}

inline const char* SkipLines(const char* begin, const char* limit, std::string_view prefix,
                             const SkipLimits& limits, std::size_t* lines) {
  const char* p = begin;
  std::size_t count = 0;
  while (p < limit && count < limits.max_lines && Block::IsEqual(p, prefix.data(), prefix.size())) {
    const char* const newline = Block::FindNewline(p, limit);
    if (newline == nullptr) break;
    if (static_cast<std::size_t>(newline - p) > limits.max_line_bytes) break;
    ++count;
    p = newline + 1;
  }
  *lines = count;
  return p;
}

inline const char* ReadLine(const char* begin, const char* limit, PlainLayout* layout,
                            Sample* sample, Label* labels, const char** series_end) {
  if (begin >= limit || layout->name_size == 0) return nullptr;
  const char* p = begin;
  std::size_t name_size = layout->name_size;
  const bool is_known =
      Block::IsEqual(p, layout->name, name_size) && (p[name_size] == '{' || p[name_size] == ' ');
  if (!is_known) {
    // The families change all the time, their names are easily checked.
    if (!IsMetricNameStart(*p)) return nullptr;
    name_size = 1;
    while (name_size < PlainLayout::kKeyBytes && IsMetricNameByte(p[name_size])) ++name_size;
    if (name_size == PlainLayout::kKeyBytes || (p[name_size] != '{' && p[name_size] != ' ')) {
      return nullptr;
    }
    layout->name_size = static_cast<std::uint32_t>(name_size);
    __builtin_memcpy(layout->name, p, PlainLayout::kKeyBytes);
  }
  p += name_size;
  if (p >= limit) return nullptr;

  std::size_t count = 0;
  if (*p == '{') {
    for (;;) {
      if (count == layout->key_count) return nullptr;
      const PlainLayout::Key& key = layout->keys[count];
      if (!Block::IsEqual(p, key.text, key.size)) return nullptr;
      const std::size_t prefix = count == 0 ? 1 : 2;
      labels[count].name = std::string_view(p + prefix, key.size - prefix - 2);
      p += key.size;
      if (p >= limit) return nullptr;
      const char* const value = p;
      // Mostly it is that of the line before. Then its end is known before its bytes have
      // come, while a search has to wait for them (AVX2, three runs: probes 1.14 to 1.41,
      // cadvisor 1.05 to 1.24 times as fast as with the search alone).
      const std::string_view before = labels[count].value;
      if (count < layout->value_count && before.size() < 64 &&
          Block::IsEqual(p, before.data(), before.size() + 1)) {
        p += before.size();
        if (p >= limit) return nullptr;
        labels[count].value = std::string_view(value, before.size());
        ++count;
        if (p[1] == '}') break;
        continue;
      }
      std::uint64_t stops;
      while ((stops = Block::Stops(p)) == 0) {
        p += Block::kBytes;
        if (p >= limit) return nullptr;
      }
      p += Block::FirstStop(stops);
      // A backslash, a newline or more than ASCII is not plain.
      if (p >= limit || *p != '"') return nullptr;
      labels[count].value = std::string_view(value, static_cast<std::size_t>(p - value));
      ++count;
      if (p[1] == '}') break;
    }
    p += 2;
    if (*p != ' ') return nullptr;
  }
  ++p;
  *series_end = p;
  PlainTail tail;
  p = ReadTail(p, limit, &tail);
  if (p == nullptr) return nullptr;
  sample->name = std::string_view(begin, name_size);
  sample->labels = std::span<const Label>(labels, count);
  layout->value_count = static_cast<std::uint32_t>(count);
  sample->value = tail.value;
  if (tail.has_timestamp) {
    sample->timestamp_ms = tail.timestamp_ms;
  } else {
    sample->timestamp_ms.reset();
  }
  return p;
}

#include "exporter/exposition/utf8.h"

namespace podprobe {
namespace {

// The rows of RFC 3629's grammar with more than one byte. Only the second byte has
// limits of its own; the others are 80 to BF.
struct Utf8Row {
  unsigned char first_min, first_max;
  unsigned char second_min, second_max;
  std::size_t bytes;
};
constexpr Utf8Row kRows[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

bool IsWithin(char byte, unsigned char min, unsigned char max) {
  const auto value = static_cast<unsigned char>(byte);
  return min <= value && value <= max;
}

}  // namespace

std::size_t Utf8CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  if (IsWithin(text[0], 0x00, 0x7F)) return 1;
  for (const Utf8Row& row : kRows) {
    if (!IsWithin(text[0], row.first_min, row.first_max)) continue;
    if (text.size() < row.bytes || !IsWithin(text[1], row.second_min, row.second_max)) return 0;
    for (const char byte : text.substr(2, row.bytes - 2)) {
      if (!IsWithin(byte, 0x80, 0xBF)) return 0;
    }
    return row.bytes;
  }
  return 0;
}

}  // namespace podprobe

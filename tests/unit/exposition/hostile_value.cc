#include "tests/unit/exposition/hostile_value.h"

#include <vector>

namespace podprobe {

std::string HostileValue(std::mt19937_64* random) {
  static const std::vector<std::string> kPieces = {"\"",
                                                   "\\",
                                                   "\n",
                                                   "\\n",
                                                   "{",
                                                   "}",
                                                   ",",
                                                   "=",
                                                   " ",
                                                   "#",
                                                   "a",
                                                   "\t",
                                                   "\xC3\xA9",
                                                   "\xE2\x82\xAC",
                                                   "\xF0\x9F\x90\xB3",
                                                   "\r"};
  std::string value;
  const std::size_t length = (*random)() % 12;
  for (std::size_t i = 0; i < length; ++i) value += kPieces[(*random)() % kPieces.size()];
  return value;
}

}  // namespace podprobe

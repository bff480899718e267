#include "exporter/exposition/utf8.h"

#include <gtest/gtest.h>

#include <string_view>

namespace podprobe {
namespace {

TEST(Utf8, CharactersHaveTheirLengthAndAnythingElseHasNone) {
  struct Case {
    const char* name;
    std::string_view text;
    std::size_t want;
  };
  using namespace std::literals;
  const Case cases[] = {
      {"nothing", ""sv, 0},
      {"NUL", "\0"sv, 1},
      {"ASCII", "ab"sv, 1},
      {"last of one byte", "\x7F"sv, 1},
      {"continuation first", "\x80"sv, 0},
      {"overlong slash", "\xC0\xAF"sv, 0},
      {"overlong C1", "\xC1\xBF"sv, 0},
      {"first of two", "\xC2\x80"sv, 2},
      {"last of two", "\xDF\xBF"sv, 2},
      {"two cut", "\xC3"sv, 0},
      {"two with ASCII", "\xC3\x28"sv, 0},
      {"overlong three", "\xE0\x9F\xBF"sv, 0},
      {"first of three", "\xE0\xA0\x80"sv, 3},
      {"before the surrogates", "\xED\x9F\xBF"sv, 3},
      {"first surrogate", "\xED\xA0\x80"sv, 0},
      {"last surrogate", "\xED\xBF\xBF"sv, 0},
      {"after the surrogates", "\xEE\x80\x80"sv, 3},
      {"last of three", "\xEF\xBF\xBF"sv, 3},
      {"three cut", "\xE2\x82"sv, 0},
      {"bad third", "\xE2\x82\x28"sv, 0},
      {"overlong four", "\xF0\x8F\xBF\xBF"sv, 0},
      {"first of four", "\xF0\x90\x80\x80"sv, 4},
      {"last of all", "\xF4\x8F\xBF\xBF"sv, 4},
      {"past the last", "\xF4\x90\x80\x80"sv, 0},
      {"five bytes", "\xF8\x88\x80\x80\x80"sv, 0},
      {"never a byte of UTF-8", "\xFF"sv, 0},
      {"bad fourth", "\xF0\x90\x80\x41"sv, 0},
  };
  for (const Case& row : cases) EXPECT_EQ(Utf8CharacterBytes(row.text), row.want) << row.name;
}

}  // namespace
}  // namespace podprobe

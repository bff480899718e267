#include "parsers/text.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(Text, Utf8IsWhatUnicodeSays) {
  for (const std::string_view text :
       {"", "ascii", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "Bj\xc3\xb6rn \xe4\xbd\x96"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << Quote(text);
  }
  for (const std::string_view text :
       {"\x80", "\xff", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x90\x80"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << Quote(text);
  }
  EXPECT_EQ(ValidUtf8Length("ab\xc3\xb6\xff"), 4u);
}

TEST(Text, QuoteShowsWhatCannotBeSeen) {
  EXPECT_EQ(Quote(""), R"("")");
  EXPECT_EQ(Quote("a b"), R"("a b")");
  EXPECT_EQ(Quote(std::string_view("a\0b\r\n\t\x1b\x7f", 8)), R"("a\x00b\r\n\t\x1b\x7f")");
  EXPECT_EQ(Quote("say \"\\\""), R"("say \"\\\"")");
  EXPECT_EQ(Quote("\xc3\xb6\xff"), "\"\xc3\xb6\\xff\"");
}

TEST(Text, QuoteIsBoundedAndCutsNoCharacter) {
  EXPECT_EQ(Quote("abcd", 4), "\"abcd\"");
  EXPECT_EQ(Quote("abcde", 4), "\"abcd…\"");
  EXPECT_EQ(Quote("abc\xc3\xb6", 4), "\"abc…\"");
}

}  // namespace
}  // namespace podprobe

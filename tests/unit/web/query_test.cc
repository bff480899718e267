#include "exporter/web/query.h"

#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

std::string Rendered(std::string_view text) {
  const std::optional<Query> query = Query::Parse(text);
  if (!query) return "broken";
  std::string rendered;
  for (const Query::Parameter& parameter : query->parameters()) {
    rendered += "[" + parameter.name + "|" + parameter.value + "]";
  }
  return rendered;
}

TEST(Query, IsDecoded) {
  struct Case {
    const char* text;
    const char* rendered;
  };
  const Case cases[] = {{"", ""},
                        {"a=1", "[a|1]"},
                        {"a", "[a|]"},
                        {"a=&b=2", "[a|][b|2]"},
                        {"&&a=1&", "[a|1]"},
                        {"a=b=c", "[a|b=c]"},
                        {"a+b=c%20d%26", "[a b|c d&]"},
                        {"a=%C3%a9", "[a|\xC3\xA9]"},
                        {"=x", "[|x]"},
                        {"a=%", "broken"},
                        {"a=%4", "broken"},
                        {"a=%zz", "broken"}};
  for (const Case& row : cases) EXPECT_EQ(Rendered(row.text), row.rendered) << row.text;
}

TEST(Query, HasAtMostAHundredParameters) {
  std::string text;
  for (int i = 0; i < Query::kMaxParameters; ++i) text += "a=1&";
  EXPECT_TRUE(Query::Parse(text).has_value());
  EXPECT_FALSE(Query::Parse(text + "a=1").has_value());
}

TEST(Query, PathsKeepTheirPlusAndHoldNoZeroByte) {
  EXPECT_EQ(DecodePath("/a+b%20%2Bc"), "/a+b +c");
  for (const char* broken : {"/%", "/%4", "/%zz", "/metrics%00", "/metrics%00.html"}) {
    EXPECT_EQ(DecodePath(broken), std::nullopt) << broken;
  }
}

TEST(Query, EscapedTextComesBack) {
  const std::string text = "a b&c=d%\"<\xC3\xA9+";
  EXPECT_EQ(EscapeQuery(text), "a%20b%26c%3Dd%25%22%3C%C3%A9%2B");
  EXPECT_EQ(Query::Parse("x=" + EscapeQuery(text))->Last("x"), text);
}

}  // namespace
}  // namespace podprobe

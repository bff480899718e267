#include "parsers/item_splitter.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace podprobe {
namespace {

// The items, each with where it begins, and the rest.
std::string Split(std::string_view text, std::size_t piece_bytes) {
  std::string split;
  ItemSplitter splitter([&split](std::string_view item, std::size_t begin) {
    split += std::to_string(begin) + ":" + std::string(item) + " ";
  });
  for (std::size_t i = 0; i < text.size(); i += piece_bytes) {
    splitter.Feed(text.substr(i, piece_bytes));
  }
  return split + "rest " + splitter.Finish().text;
}

TEST(ItemSplitter, TakesTheObjectsOfItemsOut) {
  const struct {
    const char* what;
    const char* text;
    const char* want;
  } cases[] = {
      {"none", "", "rest "},
      {"no item", R"({"items":[]})", R"(rest {"items":[]})"},
      {"one", R"({"items":[{}]})", R"(10:{} rest {"items":[null]})"},
      {"two", R"({"items":[{"a":1},{"b":2}]})",
       R"(10:{"a":1} 18:{"b":2} rest {"items":[null,null]})"},
      {"blanks between", "{ \"items\" :\n[ {} ,\t{}\r] }",
       "14:{} 19:{} rest { \"items\" :\n[ null ,\tnull\r] }"},
      {"objects and arrays in one", R"({"items":[{"a":[{},[{}]]}]})",
       R"(10:{"a":[{},[{}]]} rest {"items":[null]})"},
      {"brackets in a string", R"({"items":[{"a":"}]{["}]})",
       R"(10:{"a":"}]{["} rest {"items":[null]})"},
      {"a quote in a string", R"({"items":[{"a":"\"}"}]})",
       R"(10:{"a":"\"}"} rest {"items":[null]})"},
      {"a backslash that ends a string", R"({"items":[{"a":"\\"},{}]})",
       R"(10:{"a":"\\"} 21:{} rest {"items":[null,null]})"},
      {"other elements", R"({"items":[1,[{}],"{}",null,{}]})",
       R"(27:{} rest {"items":[1,[{}],"{}",null,null]})"},
      {"items of something else", R"({"metadata":{"items":[{}]},"x":[{"items":[{}]}]})",
       R"(rest {"metadata":{"items":[{}]},"x":[{"items":[{}]}]})"},
      {"behind other fields", R"({"kind":"items","a":{"items":1},"items":[{}],"b":[{}]})",
       R"(41:{} rest {"kind":"items","a":{"items":1},"items":[null],"b":[{}]})"},
      {"a value that is no key", R"({"a":"items","b":[{}]})", R"(rest {"a":"items","b":[{}]})"},
      {"a key with a quote and a bracket", R"({"a\"[":{},"items":[{}]})",
       R"(20:{} rest {"a\"[":{},"items":[null]})"},
      {"twice", R"({"items":[{}],"items":[{}]})",
       R"(10:{} 23:{} rest {"items":[null],"items":[null]})"},
      {"no array", R"({"items":{"a":{}}})", R"(rest {"items":{"a":{}}})"},
      {"in an array", R"([{"items":[{}]}])", R"(rest [{"items":[{}]}])"},
      {"behind the end", R"({"items":[]}{"items":[{}]})", R"(rest {"items":[]}{"items":[{}]})"},
      {"no comma", R"({"items":[{}{}]})", R"(10:{} rest {"items":[null{}]})"},
      {"a word before", R"({"items":[x{},{}]})", R"(14:{} rest {"items":[x{},null]})"},
      {"wrong brackets in one", R"({"items":[{"a":[}]},{}]})",
       R"(10:{"a":[}] rest {"items":[null},{}]})"},
      {"wrong brackets outside", R"({"items":[}{},{}]})", R"(rest {"items":[}{},{}]})"},
      {"closed before it was open", R"(]{"items":[{}]})", R"(rest ]{"items":[{}]})"},
      {"cut off in one", R"({"items":[{"a":"}],)", R"(rest {"items":[{"a":"}],)"},
      {"cut off in another", R"({"items":[{},{"a)", R"(10:{} rest {"items":[null,{"a)"},
  };
  for (const auto& c : cases) {
    for (const std::size_t piece_bytes : {1U, 2U, 5U, 1000U}) {
      EXPECT_EQ(Split(c.text, piece_bytes), c.want) << c.what << ", in pieces of " << piece_bytes;
    }
  }
}

TEST(ItemSplitter, TheEndMayBeANul) {
  const std::string text = std::string("7\0", 2) + R"({"items":[{}]})";
  EXPECT_EQ(Split(text, 1), "rest " + text);
}

TEST(ItemSplitter, TheNextTextBeginsAnew) {
  std::string items;
  ItemSplitter splitter([&items](std::string_view item, std::size_t) { items += item; });
  for (const char* unfinished :
       {R"({"items":[{"a":)", R"({"items":[{"a":"\)", R"({"items":[)", "{}"}) {
    splitter.Feed(unfinished);
    EXPECT_EQ(splitter.Finish().text, unfinished);
    splitter.Feed(R"({"items":[{"b":1}]})");
    EXPECT_EQ(splitter.Finish().text, R"({"items":[null]})") << unfinished;
    EXPECT_EQ(std::exchange(items, ""), R"({"b":1})") << unfinished;
  }
}

TEST(ItemSplitter, KnowsWhereInTheWholeAByteOfTheRestWas) {
  const std::string text = R"({"items":[{}, {"b":22}],"c":[]})";
  ItemSplitter splitter([](std::string_view, std::size_t) {});
  splitter.Feed(text);
  const ItemSplitter::Rest rest = splitter.Finish();
  ASSERT_EQ(rest.text, R"({"items":[null, null],"c":[]})");
  for (const char* at : {"[", ", ", "],", ":[]", "}"}) {
    // The last in both: the brackets of an item are no longer there.
    const std::size_t in_rest = rest.text.rfind(at);
    EXPECT_EQ(rest.InWhole(in_rest), text.rfind(at)) << at;
  }
  EXPECT_EQ(rest.InWhole(0), 0);
  EXPECT_EQ(rest.InWhole(10), 10);
  EXPECT_EQ(rest.InWhole(rest.text.size()), text.size());
}

}  // namespace
}  // namespace podprobe

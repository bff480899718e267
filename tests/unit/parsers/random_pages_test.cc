// Random pages against the oracle: what is near the grammar's edges, thousands of
// times, in random chunks.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/text.h"
#include "tests/unit/parsers/oracle.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

constexpr std::string_view kSeeds[] = {
    "up 1\n",
    "a{b=\"c\",d=\"e\\\\f\\\"g\\nh\"} 1.5e3 1000\n",
    "prober_probe_total{container=\"app\",namespace=\"shop\",pod=\"web-0\",probe_type=\"Liveness\","
    "result=\"successful\"} 12\n",
    "container_memory_usage_bytes{id=\"/kubepods/burstable/pod0123456789/abcdef\",image=\"\","
    "name=\"\"} 1.795461223e+09 1795461223000\n",
    "{\"a.b\",\"c.d\"=\"\xc3\xb6\",e=\"\xe4\xbd\x96\"} +Inf -5\n",
    "\t a { b = \"c\" , } NaN\t7 \n",
    "# HELP a b \\n c\n# TYPE a histogram\n",
    "# TYPE \"a.b\" gauge\n#comment\n\n",
    "a_bucket{le=\"+Inf\"} 0.000000000000000000001\n",
    "a -0 9223372036854775807\n",
};

constexpr std::string_view kBits[] = {
    " ",     "\t",
    "\n",    "\r",
    "\"",    "\\",
    "\\\"",  "{",
    "}",     "=",
    ",",     "#",
    "# ",    "# HELP ",
    "a",     "_",
    ":",     "1",
    "9",     ".",
    "-",     "+",
    "e",     "E5",
    "Inf",   "nan",
    "1e400", "x",
    "0x1",   "\xff",
    "\xc3",  "\xc3\xb6",
    "{}",    "b=\"c\"",
    "\"a\"", ",,",
    "1 2",   " # {a=\"b\"} 1",
    "\v",    "infinity",
    "\x80",
};

class PageMaker {
 public:
  explicit PageMaker(std::uint32_t seed) : random_(seed) {}

  std::string Page() {
    std::string page;
    for (std::size_t lines = 1 + Pick(3); lines > 0; --lines)
      page += kSeeds[Pick(std::size(kSeeds))];
    for (std::size_t edits = Pick(4); edits > 0; --edits) Edit(&page);
    return page;
  }
  std::size_t Pick(std::size_t count) { return random_() % count; }

 private:
  void Edit(std::string* page) {
    const std::size_t at = Pick(page->size() + 1);
    switch (Pick(6)) {
      case 0:
        page->erase(at, 1 + Pick(3));
        break;
      case 1:
        if (at < page->size()) (*page)[at] = static_cast<char>(random_());
        break;
      case 2:
        page->insert(at, page->substr(Pick(page->size() + 1), Pick(12)));
        break;
      case 3:
        page->insert(at, 1, '\0');
        break;
      default:
        page->insert(at, kBits[Pick(std::size(kBits))]);
    }
  }
  std::mt19937 random_;
};

TEST(RandomPages, ParserAndOracleAgreeInAnyChunks) {
  for (std::uint32_t seed = 0; seed < 10000; ++seed) {
    PageMaker maker(seed);
    const std::string page = maker.Page();
    const std::string whole = ParseInChunks(page, page.size() + 1);
    ASSERT_EQ(WithoutErrorTexts(whole), OracleRender(page))
        << "seed " << seed << " " << Quote(page, 10000);
    const std::size_t chunk = 1 + maker.Pick(page.size() + 1);
    ASSERT_EQ(ParseInChunks(page, chunk), whole)
        << "seed " << seed << " in chunks of " << chunk << " " << Quote(page, 10000);
  }
}

}  // namespace
}  // namespace podprobe

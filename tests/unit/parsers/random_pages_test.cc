// Random pages against the oracle: what is near the grammar's edges, thousands of
// times, in random chunks.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/plain_line.h"
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
    "a_bucket{b=\"c\",le=\"1\"} 12345678.9\na_bucket{b=\"c\",le=\"+Inf\"} 1e+06\n"
    "a_sum{b=\"c\"} 7.424100000000001e-05\na_count{b=\"c\"} 12345678901234567890\n",
    "a{b=\"0123456789012345678901234567890123456789012345678901234567890123456789\"} 3\n",
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
    // The fast way is taken only some way before the end of a chunk.
    if (Pick(2) == 0) page += "# " + std::string(100, 'x');
    return page;
  }
  std::size_t Pick(std::size_t count) { return random_() % count; }

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

 private:
  std::mt19937 random_;
};

// Every instruction set that this machine has.
std::vector<std::string> Paths() {
  std::vector<std::string> paths;
  for (const PlainReader* reader :
       {PortablePlainReader(), Avx2PlainReader(), Avx512PlainReader(), NeonPlainReader()}) {
    if (reader != nullptr) paths.emplace_back(reader->name);
  }
  return paths;
}

// Renders, and checks that an id never stands for two series.
class IdCheckingSink : public RenderingSink {
 public:
  void OnSample(const Sample& sample) override {
    RenderingSink::OnSample(sample);
    if (sample.series_id == 0) return;
    std::string series(sample.name);
    for (const Label& label : sample.labels) {
      series.append("|").append(label.name).append("=").append(label.value);
    }
    const auto [known, is_new] = series_.emplace(sample.series_id, series);
    EXPECT_EQ(known->second, series);
  }

 private:
  std::map<std::uint64_t, std::string> series_;
};

class RandomPages : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { setenv("PODPROBE_PARSER_PATH", GetParam().c_str(), 1); }
  void TearDown() override { unsetenv("PODPROBE_PARSER_PATH"); }
};

TEST_P(RandomPages, ParserAndOracleAgreeInAnyChunks) {
  ASSERT_EQ(SelectPlainReader().name, GetParam());
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
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

// One parser for all pages, each like the one before: what it remembers of them
// must not show.
TEST_P(RandomPages, RememberedSeriesDoNotShow) {
  IdCheckingSink sink;
  ExpositionParser parser({.remember_series = true}, &sink);
  PageMaker maker(7);
  std::string page;
  for (int round = 0; round < 6000; ++round) {
    if (round % 7 == 0) page = maker.Page();
    if (round % 3 == 0) maker.Edit(&page);
    sink.Clear();
    parser.Reset();
    for (std::string_view rest = page; !rest.empty();) {
      const std::string chunk(rest.substr(0, 1 + maker.Pick(2 * page.size())));
      parser.Feed(chunk);
      rest.remove_prefix(chunk.size());
    }
    parser.Finish();
    ASSERT_EQ(sink.text(), ParseInChunks(page, page.size() + 1)) << Quote(page, 10000);
  }
}

TEST_P(RandomPages, SelectionIsWhatAFilterWouldLeave) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    PageMaker maker(seed);
    const std::string page = maker.Page();
    const ExpositionParser::Options options = {.families = {"a", "prober_probe_total"},
                                               .remember_series = seed % 2 == 0};
    const std::string whole = ParseInChunks(page, page.size() + 1, options);
    const std::size_t chunk = 1 + maker.Pick(page.size() + 1);
    ASSERT_EQ(ParseInChunks(page, chunk, options), whole) << Quote(page, 10000);
    // Every line that is delivered is one of the full parse, in its order.
    const std::string full = ParseInChunks(page, page.size() + 1);
    std::size_t position = 0;
    for (std::size_t begin = 0; begin < whole.size();) {
      const std::size_t end = whole.find('\n', begin) + 1;
      position = full.find(whole.substr(begin, end - begin), position);
      ASSERT_NE(position, std::string::npos) << whole << "is not in\n" << full;
      begin = end;
    }
  }
}

// OpenMetrics pages: families with one edit or two, so that many are still right.
TEST(RandomOpenMetricsPages, ParserAndOracleAgreeInAnyChunks) {
  constexpr std::string_view kFamilies[] = {
      "# TYPE a counter\n# HELP a b\na_total{b=\"c\"} 1 2 # {d=\"e\"} 3 4\na_created{b=\"c\"} 7 "
      "2\n",
      "# TYPE b histogram\nb_bucket{le=\"1\"} 1\nb_bucket{le=\"+Inf\"} 2\nb_sum 3\nb_count 2\n",
      "# TYPE c gaugehistogram\nc_bucket{le=\"-1\"} 1\nc_bucket{le=\"+Inf\"} 2\nc_gsum -3\n"
      "c_gcount 2\n",
      "# TYPE d summary\nd{quantile=\"0.5\"} 1\nd_sum 3\nd_count 2\nd{a=\"b\",quantile=\"1\"} 1\n",
      "# TYPE e stateset\ne{e=\"x\"} 1\ne{e=\"y\"} 0\n",
      "# TYPE f info\nf_info{a=\"b\"} 1 2\nf_info{a=\"c\"} 1 1\n",
      "# UNIT g_s s\n# TYPE g_s gauge\ng_s{a=\"1\"} 1 1\ng_s{a=\"1\"} 2 2\ng_s{a=\"2\"} 3 1\n",
      "h{a=\"b\"} 1\nh{a=\"c\"} 2\n",
  };
  std::size_t accepted = 0;
  for (std::uint32_t seed = 0; seed < 10000; ++seed) {
    PageMaker maker(seed);
    std::string page;
    for (std::size_t families = 1 + maker.Pick(3); families > 0; --families) {
      page += kFamilies[maker.Pick(std::size(kFamilies))];
    }
    page += "# EOF\n";
    for (std::size_t edits = maker.Pick(3); edits > 0; --edits) maker.Edit(&page);
    const ExpositionParser::Options options = {.format = ExpositionFormat::kOpenMetrics};
    const std::string whole = ParseInChunks(page, page.size() + 1, options);
    const std::size_t chunk = 1 + maker.Pick(page.size() + 1);
    ASSERT_EQ(ParseInChunks(page, chunk, options), whole) << Quote(page, 10000);
    const std::optional<std::string> want = OracleRenderOpenMetrics(page);
    ASSERT_EQ(WithoutErrorTexts(whole) == whole, want.has_value())
        << "seed " << seed << " " << whole << Quote(page, 10000);
    if (!want.has_value()) continue;
    ++accepted;
    ASSERT_EQ(whole, *want) << Quote(page, 10000);
  }
  EXPECT_GT(accepted, 1000u);
}

INSTANTIATE_TEST_SUITE_P(Paths, RandomPages, testing::ValuesIn(Paths()),
                         [](const auto& test) { return test.param; });

TEST(PlainReader, UnknownPathIsTheBest) {
  const std::string_view best = SelectPlainReader().name;
  setenv("PODPROBE_PARSER_PATH", "mmx", 1);
  EXPECT_EQ(SelectPlainReader().name, best);
  unsetenv("PODPROBE_PARSER_PATH");
}

}  // namespace
}  // namespace podprobe

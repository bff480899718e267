#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parsers/exposition_parser.h"
#include "parsers/openmetrics_page.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

using std::string_view_literals::operator""sv;

struct Case {
  std::string_view name;
  std::string_view page;  // without # EOF
  std::string_view want;
};

constexpr Case kCases[] = {
    // The grammar of a line.
    {"value only", "up 1\n", "up{} 1\n"},
    {"labels and timestamp", "up{a=\"b\",c=\"d\"} 1 1.5\n", "up{a=\"b\",c=\"d\"} 1 @1500\n"},
    {"empty braces", "up{} 1\n", "up{} 1\n"},
    {"timestamps", "a 1 -1\nb 1 1e3\nc 1 0.0019\n", "a{} 1 @-1000\nb{} 1 @1000000\nc{} 1 @1\n"},
    {"a timestamp beyond all times", "a 1 12345678901234567890\n", "a{} 1 @-9223372036854775808\n"},
    {"quoted names", "{\"a.b\",\"c.d\"=\"e\"} 1\n", "a.b{c.d=\"e\"} 1\n"},
    {"metric name after a label", "{c=\"d\",\"a.b\"} 1\n", "a.b{c=\"d\"} 1\n"},
    {"escapes", "a{b=\"\\\\ \\\" \\n \\t\"} 1\n", "a{b=\"\\ \" \n \\t\"} 1\n"},
    {"NUL in a label value", "a{b=\"\0\"} 1\n"sv, "a{b=\"\0\"} 1\n"sv},
    {"metadata", "# HELP a b \\\"\\n c\n# TYPE a gauge\na 1\n",
     "help a b \"\n c\ntype a gauge\na{} 1\n"},
    {"empty metadata", "# HELP a \n# UNIT a \n", "help a \nunit a \n"},
    {"unit", "# UNIT a_seconds seconds\n# TYPE a_seconds gauge\n",
     "unit a_seconds seconds\ntype a_seconds gauge\n"},
    {"exemplar", "# TYPE a counter\na_total 1 2 # {b=\"c\"} 3 4\n",
     "type a counter\na_total{} 1 @2000 # {b=\"c\"} 3 @4000\n"},
    {"exemplar without labels and timestamps", "# TYPE a counter\na_total{d=\"e\"} 1 # {} 3\n",
     "type a counter\na_total{d=\"e\"} 1 # {} 3\n"},
    {"exemplar with a quoted label name", "# TYPE a counter\na_total 1 # {\"b.c\"=\"d\"} 3\n",
     "type a counter\na_total{} 1 # {b.c=\"d\"} 3\n"},

    {"reserved label names", "a{__b=\"c\"} 1\na{_b=\"c\"} 1\na{\"__b\"=\"c\"} 1\n",
     "error 1:3: label name is reserved: \"__b\"\na{_b=\"c\"} 1\n"
     "error 3:3: label name is reserved: \"__b\"\n"},
    {"reserved label name of an exemplar", "# TYPE a counter\na_total 1 # {__b=\"c\"} 3\n",
     "type a counter\nerror 2:14: label name is reserved: \"__b\"\n"},
    {"blank line", "a 1\n\n", "a{} 1\nerror 2:1: blank line\n"},
    {"leading blank", " a 1\n", "error 1:1: metric name expected: \" a 1\"\n"},
    {"two blanks before the value", "a  1\n", "error 1:3: value is not a number: \"\"\n"},
    {"tab before the value", "a\t1\n",
     "error 1:2: one blank expected before the value: \"\\t1\"\n"},
    {"no blank before the value", "a{b=\"c\"}1\n",
     "error 1:9: one blank expected before the value: \"1\"\n"},
    {"trailing blank", "a 1 \n", "error 1:5: missing timestamp\n"},
    {"blank after the timestamp", "a 1 2 \n",
     "error 1:7: # of an exemplar or the end of line expected, the line ends: \"a 1 2 \"\n"},
    {"blank before the braces", "a {b=\"c\"} 1\n",
     "error 1:3: value is not a number: \"{b=\\\"c\\\"}\"\n"},
    {"blank between labels", "a{b=\"c\", d=\"e\"} 1\n",
     "error 1:9: label name expected: \" d=\\\"e\\\"} 1\"\n"},
    {"trailing comma", "a{b=\"c\",} 1\n", "error 1:9: label name expected: \"} 1\"\n"},
    {"no comma", "a{b=\"c\"d=\"e\"} 1\n",
     "error 1:8: , or } expected after the label: \"d=\\\"e\\\"} 1\"\n"},
    {"infinite timestamp", "a 1 Inf\n", "error 1:5: timestamp is not finite: \"Inf\"\n"},
    {"carriage return", "a 1\r\n", "error 1:3: value is not a number: \"1\\r\"\n"},
    {"label name twice", "a{b=\"c\",b=\"d\"} 1\n", "error 1:2: label name occurs twice: \"b\"\n"},
    {"free comment", "# FOO a b\n",
     "error 1:3: # HELP, # TYPE, # UNIT or # EOF expected: \"# FOO a b\"\n"},
    {"comment without blank", "#a\n",
     "error 1:2: # HELP, # TYPE, # UNIT or # EOF expected: \"a\"\n"},
    {"something after EOF on its line", "# EOF \n",
     "error 1:3: # HELP, # TYPE, # UNIT or # EOF expected: \"# EOF \"\n"},
    {"help without text", "# HELP a\n",
     "error 1:9: one blank expected before the help text, the line ends: \"# HELP a\"\n"},
    {"untyped", "# TYPE a untyped\n", "error 1:10: unknown metric type: \"untyped\"\n"},
    {"no type", "# TYPE a \n", "error 1:10: missing metric type\n"},
    {"unit that is not in the name", "# UNIT a seconds\n",
     "error 1:10: the metric's name does not end in its unit: \"seconds\"\n"},
    {"unit without underscore", "# UNIT aseconds seconds\n",
     "error 1:17: the metric's name does not end in its unit: \"seconds\"\n"},
    {"invalid UTF-8 in help", "# HELP a \xff\n",
     "error 1:10: text is not valid UTF-8: \"\\xff\"\n"},
    {"exemplar without blank", "# TYPE a counter\na_total 1 #{} 1\n",
     "type a counter\nerror 2:12: one blank expected before the exemplar's labels: \"{} 1\"\n"},
    {"exemplar without value", "# TYPE a counter\na_total 1 # {}\n",
     "type a counter\nerror 2:15: one blank expected before the exemplar's value, the line ends: "
     "\"a_total 1 # {}\"\n"},
    {"exemplar with a bare string", "# TYPE a counter\na_total 1 # {\"b\"} 1\n",
     "type a counter\nerror 2:17: = expected after the label name: \"} 1\"\n"},
    {"exemplar with a label name twice", "# TYPE a counter\na_total 1 # {b=\"\",b=\"\"} 1\n",
     "type a counter\nerror 2:13: label name occurs twice: \"b\"\n"},

    // The order of a family.
    {"metadata after samples", "# TYPE a gauge\na 1\n# HELP a b\n",
     "type a gauge\na{} 1\nerror 3:1: metadata after its samples: \"# HELP a b\"\n"},
    {"type twice", "# TYPE a gauge\n# TYPE a gauge\n",
     "type a gauge\nerror 2:1: a second time for this family: \"# TYPE a gauge\"\n"},
    {"help twice", "# HELP a b\n# HELP a b\n",
     "help a b\nerror 2:1: a second time for this family: \"# HELP a b\"\n"},
    {"unit twice", "# UNIT a_b b\n# UNIT a_b b\n",
     "unit a_b b\nerror 2:1: a second time for this family: \"# UNIT a_b b\"\n"},
    {"interleaved families", "# TYPE a gauge\na 1\nb 1\na{c=\"d\"} 1\n",
     "type a gauge\na{} 1\nb{} 1\nerror 4:1: name clashes with a family before: \"a\"\n"},
    {"clash of a suffix", "# TYPE a_total gauge\n# TYPE a counter\n",
     "type a_total gauge\nerror 2:1: name clashes with a family before: \"a_total\"\n"},
    {"clash with a suffix", "# TYPE a counter\n# TYPE a_created gauge\n",
     "type a counter\nerror 2:1: name clashes with a family before: \"a_created\"\n"},
    {"sample without the type's suffix", "# TYPE a counter\na 1\n",
     "type a counter\nerror 2:1: name clashes with a family before: \"a\"\n"},
    {"unit of an info", "# TYPE a_b info\n# UNIT a_b b\n",
     "type a_b info\nerror 2:1: an info or stateset has no unit: \"# UNIT a_b b\"\n"},
    {"type of a family with unit", "# UNIT a_b b\n# TYPE a_b stateset\n",
     "unit a_b b\nerror 2:1: an info or stateset has no unit: \"# TYPE a_b stateset\"\n"},

    // What the type demands of a sample.
    {"counter", "# TYPE a counter\na_total 1\na_created 2\n",
     "type a counter\na_total{} 1\na_created{} 2\n"},
    {"negative counter", "# TYPE a counter\na_total -1\n",
     "type a counter\nerror 2:1: what counts is not negative: \"a_total -1\"\n"},
    {"counter that is no number", "# TYPE a counter\na_total NaN\n",
     "type a counter\nerror 2:1: what counts is not NaN: \"a_total NaN\"\n"},
    {"info", "# TYPE a info\na_info{b=\"c\"} 1\na_info{b=\"d\"} 2\n",
     "type a info\na_info{b=\"c\"} 1\nerror 3:1: an info's value is 1: \"a_info{b=\\\"d\\\"} "
     "2\"\n"},
    {"stateset", "# TYPE a stateset\na{a=\"b\"} 1\na{a=\"c\"} 2\na{b=\"c\"} 1\n",
     "type a stateset\na{a=\"b\"} 1\nerror 3:1: a stateset's value is 0 or 1: \"a{a=\\\"c\\\"} "
     "2\"\n"
     "error 4:1: a stateset's sample has a label of its family's name: \"a{b=\\\"c\\\"} 1\"\n"},
    {"summary",
     "# TYPE a summary\na{quantile=\"0.5\"} 1\na{quantile=\"1\"} 1\na_count 2\na_sum 3\n",
     "type a summary\na{quantile=\"0.5\"} 1\na{quantile=\"1\"} 1\na_count{} 2\na_sum{} 3\n"},
    {"summary without quantile", "# TYPE a summary\na 1\n",
     "type a summary\nerror 2:1: a summary's sample has a label quantile from 0 to 1: \"a 1\"\n"},
    {"quantile above one", "# TYPE a summary\na{quantile=\"1.01\"} 1\n",
     "type a summary\nerror 2:1: a summary's sample has a label quantile from 0 to 1: "
     "\"a{quantile=\\\"1.01\\\"} 1\"\n"},
    {"exemplar of a gauge", "# TYPE a gauge\na 1 # {} 1\n",
     "type a gauge\nerror 2:1: only a histogram's buckets and a counter's total have exemplars: "
     "\"a 1 # {} 1\"\n"},
    {"exemplar of a sum", "# TYPE a histogram\na_sum 1 # {} 1\n",
     "type a histogram\nerror 2:1: only a histogram's buckets and a counter's total have "
     "exemplars: \"a_sum 1 # {} 1\"\n"},

    // Label sets.
    {"label sets interleaved", "# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"1\"} 1\n",
     "type a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\n"
     "error 4:1: samples of one label set are not together: \"a{b=\\\"1\\\"} 1\"\n"},
    {"label order does not matter",
     "# TYPE a gauge\na{b=\"1\",c=\"2\"} 1 1\na{c=\"2\",b=\"1\"} 1 2\n",
     "type a gauge\na{b=\"1\",c=\"2\"} 1 @1000\na{c=\"2\",b=\"1\"} 1 @2000\n"},
    {"names and values are not taken for each other",
     "# TYPE a gauge\na{b=\"c\"} 1\na{c=\"b\"} 1\na{b=\"c\",d=\"\"} 1\na 1\n",
     "type a gauge\na{b=\"c\"} 1\na{c=\"b\"} 1\na{b=\"c\",d=\"\"} 1\na{} 1\n"},
    {"timestamps go back", "# TYPE a gauge\na 1 2\na 1 1\n",
     "type a gauge\na{} 1 @2000\nerror 3:1: timestamps of a label set go back: \"a 1 1\"\n"},
    {"timestamp missing", "# TYPE a gauge\na 1 2\na 1\n",
     "type a gauge\na{} 1 @2000\nerror 3:1: a label set has samples with and without timestamp: "
     "\"a 1\"\n"},

    // Histograms.
    {"histogram",
     "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 3\na_count 2\n",
     "type a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum{} 3\na_count{} 2\n"},
    {"histogram at two times",
     "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1 1\na_bucket{le=\"+Inf\"} 2 2\n",
     "type a histogram\na_bucket{le=\"+Inf\"} 1 @1000\na_bucket{le=\"+Inf\"} 2 @2000\n"},
    {"bucket without le", "# TYPE a histogram\na_bucket 1\n",
     "type a histogram\nerror 2:1: a bucket has a label le, a number or +Inf: \"a_bucket 1\"\n"},
    {"infinity spelled otherwise", "# TYPE a histogram\na_bucket{le=\"inf\"} 1\n",
     "type a histogram\nerror 2:1: a bucket has a label le, a number or +Inf: "
     "\"a_bucket{le=\\\"inf\\\"} 1\"\n"},
    {"fraction of a count", "# TYPE a histogram\na_bucket{le=\"+Inf\"} 0.5\n",
     "type a histogram\nerror 2:1: a count is a whole number: \"a_bucket{le=\\\"+Inf\\\"} 0.5\"\n"},
    {"infinite count", "# TYPE a summary\na_count +Inf\n",
     "type a summary\nerror 2:1: a count is a whole number: \"a_count +Inf\"\n"},
    {"two counts", "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 2\na_sum 1\na_count 1\n",
     "type a histogram\na_bucket{le=\"+Inf\"} 1\na_count{} 2\na_sum{} 1\na_count{} 1\n"
     "error 5:1: histogram \"a\" has a _count other than its +Inf bucket\n"},
    {"buckets out of order",
     "# TYPE a histogram\na_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\n",
     "type a histogram\na_bucket{le=\"2\"} 1\nerror 3:1: buckets out of order: "
     "\"a_bucket{le=\\\"1\\\"} 1\"\na_bucket{le=\"+Inf\"} 2\n"},
    {"bucket below the one before",
     "# TYPE a histogram\na_bucket{le=\"2\"} 2\na_bucket{le=\"+Inf\"} 1\n",
     "type a histogram\na_bucket{le=\"2\"} 2\nerror 3:1: bucket below the one before: "
     "\"a_bucket{le=\\\"+Inf\\\"} 1\"\n"},
    {"no infinite bucket", "# TYPE a histogram\na_bucket{le=\"1\"} 1\n# HELP b c\n",
     "type a histogram\na_bucket{le=\"1\"} 1\nerror 2:1: histogram \"a\" has no +Inf bucket\n"
     "help b c\n"},
    {"count other than the infinite bucket",
     "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
     "type a histogram\na_bucket{le=\"+Inf\"} 1\na_sum{} 1\na_count{} 2\n"
     "error 4:1: histogram \"a\" has a _count other than its +Inf bucket\n"},
    {"sum without count",
     "# TYPE a histogram\na_bucket{b=\"1\",le=\"+Inf\"} 1\na_sum{b=\"1\"} 1\n"
     "a_bucket{b=\"2\",le=\"+Inf\"} 1\n",
     "type a histogram\na_bucket{b=\"1\",le=\"+Inf\"} 1\na_sum{b=\"1\"} 1\n"
     "error 3:1: histogram \"a\" has _sum and no _count\na_bucket{b=\"2\",le=\"+Inf\"} 1\n"},
    {"count without sum", "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gcount 1\n",
     "type a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gcount{} 1\n"
     "error 3:1: histogram \"a\" has _gcount and no _gsum\n"},
    {"sum of a histogram with negative buckets",
     "# TYPE a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
     "type a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum{} 1\na_count{} 1\n"
     "error 5:1: histogram \"a\" has a negative bucket bound and _sum\n"},
    {"negative sum of a gauge histogram",
     "# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gsum -1\na_gcount 1\n",
     "type a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gsum{} -1\na_gcount{} 1\n"
     "error 4:1: histogram \"a\" has a negative _gsum and no negative bucket bound\n"},
};

constexpr ExpositionParser::Options OpenMetrics() {
  return {.format = ExpositionFormat::kOpenMetrics};
}

TEST(OpenMetrics, ReadsEveryRowInEveryChunkSize) {
  for (const Case& test : kCases) {
    const std::string page = std::string(test.page) + "# EOF\n";
    for (std::size_t chunk = 1; chunk <= page.size() + 1; ++chunk) {
      ASSERT_EQ(ParseInChunks(page, chunk, OpenMetrics()), test.want)
          << test.name << ", in chunks of " << chunk;
    }
  }
}

TEST(OpenMetrics, ResetForgetsThePage) {
  RenderingSink sink;
  ExpositionParser parser(OpenMetrics(), &sink);
  for (const Case& test : kCases) {
    sink.Clear();
    parser.Reset();
    parser.Feed(std::string(test.page) + "# EOF\n");
    parser.Finish();
    ASSERT_EQ(sink.text(), test.want) << test.name;
  }
}

TEST(OpenMetrics, PageEndsWithEof) {
  constexpr std::string_view kMissing = "the page ends without # EOF\n";
  for (std::size_t chunk = 1; chunk < 10; ++chunk) {
    const auto parsed = [&](std::string_view page) {
      return ParseInChunks(page, chunk, OpenMetrics());
    };
    EXPECT_EQ(parsed("# EOF\n"), "");
    EXPECT_EQ(parsed("# EOF"), "");
    EXPECT_EQ(parsed(""), "error 1:1: " + std::string(kMissing));
    EXPECT_EQ(parsed("a 1\n"), "a{} 1\nerror 2:1: " + std::string(kMissing));
    EXPECT_EQ(parsed("a 1"), "a{} 1\nerror 2:1: " + std::string(kMissing));
    EXPECT_EQ(parsed("# EOF\n\n"), "error 2:1: text after # EOF: \"\"\n");
    EXPECT_EQ(parsed("# EOF\na 1"), "error 2:1: text after # EOF: \"a 1\"\n");
  }
}

TEST(OpenMetrics, ExemplarLabelsAreLimitedInCharacters) {
  const auto page = [](std::size_t characters, std::string_view character) {
    std::string text = "# TYPE a counter\na_total 1 # {b=\"";
    for (std::size_t i = 1; i < characters; ++i) text += character;
    return text + "\"} 1\n# EOF\n";
  };
  for (const std::string_view character : {"x", "\xe2\x98\x83"}) {
    EXPECT_EQ(ParseInChunks(page(128, character), 1 << 20, OpenMetrics()).find("error"),
              std::string::npos);
    EXPECT_EQ(ParseInChunks(page(129, character), 1 << 20, OpenMetrics()),
              "type a counter\nerror 2:13: exemplar labels longer than 128 characters\n");
  }
}

TEST(OpenMetrics, FamilyCountIsLimited) {
  RenderingSink sink;
  ExpositionParser parser(OpenMetrics(), &sink);
  for (std::size_t i = 0; i < OpenMetricsPage::kMaxFamilies; ++i) {
    parser.Feed("a" + std::to_string(i) + " 1\n");
  }
  EXPECT_EQ(parser.stats().errors, 0u);
  sink.Clear();
  parser.Feed("b 1\n");
  EXPECT_EQ(sink.text(), "error 100001:1: more than 100000 names of families\n");
}

TEST(OpenMetrics, OnlyWantedFamiliesAreRead) {
  EXPECT_EQ(ParseInChunks("# TYPE a counter\n# TYPE b nonsense\na_total 1\nb{not looked at\n"
                          "b_total 2\na_total{c=\"d\"} 3\nc 4\n# EOF\nb 5\n",
                          5, {.families = {"a"}, .format = ExpositionFormat::kOpenMetrics}),
            "type a counter\nerror 2:10: unknown metric type: \"nonsense\"\n"
            "a_total{} 1\na_total{c=\"d\"} 3\nerror 9:1: text after # EOF: \"b 5\"\n");
}

}  // namespace
}  // namespace podprobe

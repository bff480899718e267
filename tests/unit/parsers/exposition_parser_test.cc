#include "parsers/exposition_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parsers/line.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

using std::string_view_literals::operator""sv;

struct Case {
  std::string_view name;
  std::string_view page;
  std::string_view want;
};

constexpr Case kCases[] = {
    // What a page consists of.
    {"empty page", "", ""},
    {"blank lines", "\n \n\t \n", ""},
    {"value only", "up 1\n", "up{} 1\n"},
    {"no final newline", "up 1", "up{} 1\n"},
    {"labels", "up{a=\"b\",c=\"d\"} 1\n", "up{a=\"b\",c=\"d\"} 1\n"},
    {"empty braces", "up{} 1\n", "up{} 1\n"},
    {"timestamp", "up 1 1000\n", "up{} 1 @1000\n"},
    {"negative timestamp", "up 1 -1000\n", "up{} 1 @-1000\n"},
    {"largest timestamp", "up 1 9223372036854775807\n", "up{} 1 @9223372036854775807\n"},
    {"colons in a name", "a:b:rate5m 1\n", "a:b:rate5m{} 1\n"},
    {"several lines", "a 1\nb 2\n", "a{} 1\nb{} 2\n"},
    {"reserved label name", "a{__name__=\"b\"} 1\n", "a{__name__=\"b\"} 1\n"},
    {"infinities", "a +Inf\na -inf\na Infinity\n", "a{} +Inf\na{} -Inf\na{} +Inf\n"},
    {"not a number", "a NaN\n", "a{} NaN\n"},

    // Blanks.
    {"blanks around every token", "\t a\t {  b = \"c\"\t, d=\"e\" , }  1\t 2 \t\n",
     "a{b=\"c\",d=\"e\"} 1 @2\n"},
    {"no blank before the value", "a{b=\"c\"}1\n", "a{b=\"c\"} 1\n"},
    {"a sign ends the name", "a-1\nb+2\nc.5\n", "a{} -1\nb{} 2\nc{} 0.5\n"},
    {"other white space is none", "a\v1\n", "error 1:2: value is not a number: \"\\x0b1\"\n"},
    {"no-break space is none",
     "a\xc2\xa0"
     "1\n",
     "error 1:2: value is not a number: \"\xc2\xa0"
     "1\"\n"},

    // Commas.
    {"trailing comma", "a{b=\"c\",} 1\n", "a{b=\"c\"} 1\n"},
    {"no comma between labels", "a{b=\"c\"d=\"e\"} 1\n", "a{b=\"c\",d=\"e\"} 1\n"},
    {"comma alone", "a{,} 1\n", "error 1:3: label name expected: \",} 1\"\n"},
    {"two commas", "a{b=\"c\",,} 1\n", "error 1:9: label name expected: \",} 1\"\n"},
    {"leading comma", "a{,b=\"c\"} 1\n", "error 1:3: label name expected: \",b=\\\"c\\\"} 1\"\n"},

    // Escapes.
    {"escapes in a label value", R"(a{b="\"\\\n"} 1)", "a{b=\"\"\\\n\"} 1\n"},
    {"unknown escapes stay", R"(a{b="\t\x"} 1)", "a{b=\"\\t\\x\"} 1\n"},
    {"backslashes before the quote", R"(a{b="\\",c="\\\""} 1)", "a{b=\"\\\",c=\"\\\"\"} 1\n"},
    {"escapes of many labels", R"(a{b="\\1",c="2",d="\n3"} 1)",
     "a{b=\"\\1\",c=\"2\",d=\"\n3\"} 1\n"},
    {"braces, commas and hashes in a value", R"(a{b="{},# \" "} 1)", "a{b=\"{},# \" \"} 1\n"},

    // Quoted names.
    {"quoted metric name", R"({"a.b"} 1)", "a.b{} 1\n"},
    {"quoted metric name with labels", R"({"a.b",c="d"} 1)", "a.b{c=\"d\"} 1\n"},
    {"metric name after labels", R"({c="d","a.b"} 1)", "a.b{c=\"d\"} 1\n"},
    {"quoted label name", R"(a{"b.c"="d"} 1)", "a{b.c=\"d\"} 1\n"},
    {"escapes in names", R"({"a\"b","c\nd"="e"} 1)", "a\"b{c\nd=\"e\"} 1\n"},
    {"quoted name and trailing comma", R"({"a.b",} 1)", "a.b{} 1\n"},
    {"empty quoted name", R"({""} 1)", "{} 1\n"},
    {"no name", R"({a="b"} 1)", "error 1:1: missing metric name: \"{a=\\\"b\\\"} 1\"\n"},
    {"nothing at all in braces", "{} 1\n", "error 1:1: missing metric name: \"{} 1\"\n"},
    {"two names", R"({"a","b"} 1)", "error 1:6: a second metric name: \"b\"\n"},
    {"second name in braces", R"(a{"b"} 1)", "error 1:3: a second metric name: \"b\"\n"},
    {"bare name in braces", "{a} 1\n", "error 1:3: = expected after the label name: \"} 1\"\n"},
    {"name in quotes outside of braces", "\"a\" 1\n",
     "error 1:1: metric name expected: \"\\\"a\\\" 1\"\n"},
    {"NUL in a quoted name", "{\"a\0b\"} 1\n"sv,
     "error 1:4: name holds a NUL byte: \"\\\"a\\x00b\\\"\"\n"},
    {"invalid UTF-8 in a quoted name", "{\"a\xff\"} 1\n",
     "error 1:4: name is not valid UTF-8: \"\\xff\"\n"},

    // Comments.
    {"free comments", "#\n# \n#a\n# EOF\n  # HELPx a\n#HELP 1\n# HELP\n# type 1\n", ""},
    {"anything goes in a comment", "# \0\xff\r\n"sv, ""},
    {"help and type", "# HELP a b  c\n# TYPE a counter\n", "help a b  c\ntype a counter\n"},
    {"help without text", "# HELP a\n# HELP b \n", "help a \nhelp b \n"},
    {"escapes in help", R"(# HELP a \\ \n \" \t)", "help a \\ \n \\\" \\t\n"},
    {"help keeps its carriage return and NUL", "# HELP a \0\r\n"sv, "help a \0\r\n"sv},
    {"tabs in comments", "\t#\tTYPE\ta\tgauge\n", "type a gauge\n"},
    {"quoted name in comments", R"(# TYPE "a.\"b" summary)", "type a.\"b summary\n"},
    {"repeated metadata", "# TYPE a gauge\n# TYPE a counter\na 1\n# HELP a b\n",
     "type a gauge\ntype a counter\na{} 1\nhelp a b\n"},
    {"any byte parts name and text", "# HELP a.b c\n", "help a b c\n"},
    {"types", "# TYPE a untyped\n# TYPE a histogram\n", "type a untyped\ntype a histogram\n"},
    {"unknown type", "# TYPE a info\n",
     "error 1:10: unknown metric type: \"info\", not counter, gauge, histogram, summary or "
     "untyped\n"},
    {"type with a trailing blank", "# TYPE a gauge \n",
     "error 1:10: unknown metric type: \"gauge \", not counter, gauge, histogram, summary or "
     "untyped\n"},
    {"two blanks before the type", "# TYPE a  gauge\n",
     "error 1:10: unknown metric type: \" gauge\", not counter, gauge, histogram, summary or "
     "untyped\n"},
    {"no type", "# TYPE a\n", "error 1:9: missing metric type\n"},
    {"no name in help", "# HELP \n",
     "error 1:8: metric name expected, the line ends: \"# HELP \"\n"},
    {"bad name in type", "# TYPE 1a gauge\n", "error 1:8: metric name expected: \"1a gauge\"\n"},
    {"invalid UTF-8 in help", "# HELP a b\xff\n",
     "error 1:11: help text is not valid UTF-8: \"\\xff\"\n"},
    {"NUL after the name in help", "# HELP a\0b\n"sv,
     "error 1:9: blank expected after the metric name: \"\\x00b\"\n"},

    // Errors.
    {"no value", "up\n", "error 1:3: missing value\n"},
    {"no value after labels", "up{a=\"b\"} \n", "error 1:11: missing value\n"},
    {"bad line between good ones", "a 1\nb x\nc 3\n",
     "a{} 1\nerror 2:3: value is not a number: \"x\"\nc{} 3\n"},
    {"value too large", "a 1e400\n", "error 1:3: value too large for a double: \"1e400\"\n"},
    {"fractional timestamp", "a 1 1.5\n",
     "error 1:5: timestamp is not a whole number of milliseconds: \"1.5\"\n"},
    {"timestamp out of range", "a 1 9223372036854775808\n",
     "error 1:5: timestamp out of range: \"9223372036854775808\"\n"},
    {"timestamp with a plus", "a 1 +1\n",
     "error 1:5: timestamp is not a whole number of milliseconds: \"+1\"\n"},
    {"text after the timestamp", "a 1 2 3\n",
     "error 1:7: end of line expected after the timestamp: \"3\"\n"},
    {"exemplar", "a 1 # {b=\"c\"} 1\n",
     "error 1:5: timestamp is not a whole number of milliseconds: \"#\"\n"},
    {"name begins with a digit", "1a 1\n", "error 1:1: metric name expected: \"1a 1\"\n"},
    {"dot in a bare name", "a.b 1\n", "error 1:2: value is not a number: \".b\"\n"},
    {"hash in a label name", "a{b#=\"c\"} 1\n",
     "error 1:4: = expected after the label name: \"#=\\\"c\\\"} 1\"\n"},
    {"colon in a label name", "a{b:c=\"d\"} 1\n",
     "error 1:4: = expected after the label name: \":c=\\\"d\\\"} 1\"\n"},
    {"empty label name", "a{=\"b\"} 1\n", "error 1:3: label name expected: \"=\\\"b\\\"} 1\"\n"},
    {"label value without quotes", "a{b=c} 1\n",
     "error 1:5: label value in double quotes expected: \"c} 1\"\n"},
    {"label value not closed", "prober_probe_total{pod=\"web-0\n",
     "error 1:24: label value not closed: \"\\\"web-0\"\n"},
    {"escaped closing quote", "a{b=\"c\\\"} 1\n",
     "error 1:5: label value not closed: \"\\\"c\\\\\\\"} 1\"\n"},
    {"backslash at the end", "a{b=\"\\", "error 1:5: label value not closed: \"\\\"\\\\\"\n"},
    {"newline in a label value", "a{b=\"c\nd\"} 1\n",
     "error 1:5: label value not closed: \"\\\"c\"\nerror 2:2: value is not a number: "
     "\"\\\"}\"\n"},
    {"brace not closed", "a{b=\"c\"\n",
     "error 1:8: label name expected, the line ends: \"a{b=\\\"c\\\"\"\n"},
    {"label name twice", "a{b=\"c\",b=\"d\"} 1\n", "error 1:2: label name occurs twice: \"b\"\n"},
    {"label name twice, once in quotes", "a{b=\"c\",\"b\"=\"d\"} 1\n",
     "error 1:2: label name occurs twice: \"b\"\n"},
    {"invalid UTF-8 in a label value", "a{b=\"c\xff\"} 1\n",
     "error 1:7: label value is not valid UTF-8: \"\\xff\"\n"},
    {"NUL in a label value", "a{b=\"\0\"} 1\n"sv, "a{b=\"\0\"} 1\n"sv},
    {"NUL in a name", "a\0b 1\n"sv, "error 1:2: value is not a number: \"\\x00b\"\n"},
    {"NUL at the beginning of a line", "\0a 1\n"sv,
     "error 1:1: metric name expected: \"\\x00a 1\"\n"},
    {"carriage return", "a 1\r\n", "error 1:3: value is not a number: \"1\\r\"\n"},
    {"carriage return after the timestamp", "a 1 2\r\n",
     "error 1:5: timestamp is not a whole number of milliseconds: \"2\\r\"\n"},
    {"carriage return on an empty line", "\r\n", "error 1:1: metric name expected: \"\\r\"\n"},
    {"HTML", "<html>\n<body>Not found</body>\n",
     "error 1:1: metric name expected: \"<html>\"\n"
     "error 2:1: metric name expected: \"<body>Not found</body>\"\n"},
    {"JSON", "{\"kind\":\"Status\",\"code\":403}\n",
     "error 1:8: = expected after the label name: \":\\\"Status\\\",\\\"code\\\":403}\"\n"},
    {"two samples on a line", "a 1 b 2\n",
     "error 1:5: timestamp is not a whole number of milliseconds: \"b\"\n"},
    {"a brace after the value", "a 1{b=\"c\"}\n",
     "error 1:3: value is not a number: \"1{b=\\\"c\\\"}\"\n"},
};

TEST(ExpositionParser, ReadsEveryRowInEveryChunkSize) {
  for (const Case& test : kCases) {
    for (std::size_t chunk = 1; chunk <= test.page.size() + 1; ++chunk) {
      ASSERT_EQ(ParseInChunks(test.page, chunk), test.want)
          << test.name << ", in chunks of " << chunk;
    }
  }
}

// One page of all rows: what a line does must not depend on the lines before it.
TEST(ExpositionParser, RowsDoNotInfluenceEachOther) {
  RenderingSink together;
  ExpositionParser parser({}, &together);
  for (const Case& test : kCases) {
    together.Clear();
    parser.Reset();
    parser.Feed(test.page);
    parser.Finish();
    ASSERT_EQ(together.text(), test.want) << test.name;
  }
}

TEST(ExpositionParser, StatsCountBytesSamplesAndErrors) {
  RenderingSink sink;
  ExpositionParser parser({}, &sink);
  parser.Feed("# HELP a b\na 1\na x\n\nb");
  parser.Feed(" 2");
  EXPECT_EQ(parser.stats().samples, 1u);
  parser.Finish();
  EXPECT_EQ(parser.stats().bytes, 23u);
  EXPECT_EQ(parser.stats().samples, 2u);
  EXPECT_EQ(parser.stats().errors, 1u);
  parser.Reset();
  EXPECT_EQ(parser.stats().bytes, 0u);
  EXPECT_EQ(parser.stats().samples, 0u);
  EXPECT_EQ(parser.stats().errors, 0u);
}

TEST(ExpositionParser, ResetForgetsAHalfLine) {
  RenderingSink sink;
  ExpositionParser parser({}, &sink);
  parser.Feed("a{b=\"");
  parser.Reset();
  parser.Feed("c 1\n");
  parser.Finish();
  EXPECT_EQ(sink.text(), "c{} 1\n");
}

TEST(ExpositionParser, OnlyWantedFamiliesAreReadAndAllAreCounted) {
  const std::string_view page =
      "# TYPE a counter\n# TYPE b nonsense\n# TYPE c nonsense\n"
      "a 1\n"
      "b{not looked at\n"
      "a_bucket{le=\"1\"} 2\na_sum 3\na_count 4\na_total 5\n"
      "ab 6\na_other 7\nb 8\n"
      "{\"a\"} 9\n{\"b\"} 10\n"
      "c x\n"
      "\n# a comment\n  a 11\n  b 12\n"
      "b";
  for (std::size_t chunk = 1; chunk <= page.size(); ++chunk) {
    RenderingSink sink;
    ExpositionParser parser({.families = {"a", "c"}}, &sink);
    for (std::size_t i = 0; i < page.size(); i += chunk) parser.Feed(page.substr(i, chunk));
    parser.Finish();
    ASSERT_EQ(sink.text(),
              "type a counter\n"
              "error 3:10: unknown metric type: \"nonsense\", not counter, gauge, histogram, "
              "summary or untyped\n"
              "a{} 1\na_bucket{le=\"1\"} 2\na_sum{} 3\na_count{} 4\na_total{} 5\na{} 9\n"
              "error 15:3: value is not a number: \"x\"\n"
              "a{} 11\n"
              "error 20:2: missing value\n");
    ASSERT_EQ(parser.stats().samples, 13u);
    ASSERT_EQ(parser.stats().errors, 3u);
  }
}

TEST(ExpositionParser, LineWithoutAReadableNameIsReportedWhateverIsWanted) {
  EXPECT_EQ(ParseInChunks("<html>\n1\n\x80 1\nb\r\n", 100, {.families = {"a"}}),
            "error 1:1: metric name expected: \"<html>\"\n"
            "error 2:1: metric name expected: \"1\"\n"
            "error 3:1: metric name expected: \"\\x80 1\"\n"
            "error 4:2: value is not a number: \"\\r\"\n");
}

TEST(ExpositionParser, NoLineIsPassedOverUnreadBeforeTheFirstSample) {
  const std::string_view page = "It works!\nnot {found\nb 1\nIt works!\na 2\n";
  const std::string want =
      "error 1:4: value is not a number: \"works!\"\n"
      "error 2:11: = expected after the label name, the line ends: \"not {found\"\n"
      "a{} 2\n";
  for (std::size_t chunk = 1; chunk <= page.size(); ++chunk) {
    RenderingSink sink;
    ExpositionParser parser({.families = {"a"}}, &sink);
    for (const char* const when : {"first page", "once more"}) {
      for (std::size_t i = 0; i < page.size(); i += chunk) parser.Feed(page.substr(i, chunk));
      parser.Finish();
      EXPECT_EQ(sink.text(), want) << when;
      EXPECT_EQ(parser.stats().samples, 3u) << when;
      sink.Clear();
      parser.Reset();
    }
    parser.Feed("b 1\n");
    parser.Reset();
    parser.Feed(
        "b is what the last page began with, and a line must be longer than any look ahead\n");
    EXPECT_EQ(parser.stats().errors, 1u);
  }
}

// Limits: each exactly met, then exceeded by one.

TEST(ExpositionParser, LineLengthIsLimited) {
  const std::size_t limit = ExpositionParser::kMaxLineBytes;
  const std::string blanks(limit - 3, ' ');
  const std::string page = "a" + blanks + " 1\nb" + blanks + "  2\nc 3\nd" + blanks + "  4";
  const std::string want =
      "a{} 1\n"
      "error 2:131073: line longer than 131072 bytes: "
      "\"b                                                           …\"\n"
      "c{} 3\n"
      "error 4:131073: line longer than 131072 bytes: "
      "\"d                                                           …\"\n";
  for (const std::size_t chunk : {page.size(), limit - 1, limit, limit + 1, std::size_t{4096}}) {
    EXPECT_EQ(ParseInChunks(page, chunk), want) << chunk;
  }
}

TEST(ExpositionParser, EndlessLineIsOneError) {
  RenderingSink sink;
  ExpositionParser parser({}, &sink);
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) parser.Feed(chunk);
  parser.Feed("\na 1\n");
  EXPECT_EQ(parser.stats().errors, 1u);
  EXPECT_EQ(parser.stats().samples, 1u);
}

TEST(ExpositionParser, LabelCountIsLimited) {
  const auto page = [](std::size_t labels) {
    std::string text = "a{";
    for (std::size_t i = 0; i < labels; ++i) text += "l" + std::to_string(i) + "=\"\",";
    return text + "} 1\n";
  };
  EXPECT_EQ(ParseInChunks(page(kMaxLabels), 1 << 20).substr(0, 7), "a{l0=\"\"");
  EXPECT_EQ(ParseInChunks(page(kMaxLabels + 1), 1 << 20), "error 1:8117: more than 1024 labels\n");
}

TEST(ExpositionParser, RepeatedLabelNameIsFoundAmongMany) {
  std::string page = "a{";
  for (int i = 0; i < 100; ++i) page += "l" + std::to_string(i) + "=\"\",";
  EXPECT_EQ(ParseInChunks(page + "l50=\"\"} 1\n", 1 << 20),
            "error 1:2: label name occurs twice: \"l50\"\n");
}

TEST(ExpositionParser, NameLengthIsLimited) {
  const std::string name(kMaxNameBytes, 'n');
  const std::string quote = "\"" + std::string(60, 'n') + "…\"\n";
  EXPECT_EQ(ParseInChunks(name + " 1\n", 1 << 20), name + "{} 1\n");
  EXPECT_EQ(ParseInChunks(name + "n 1\n", 1 << 20),
            "error 1:1: metric name longer than 16384 bytes: " + quote);
  EXPECT_EQ(ParseInChunks("a{" + name + "=\"\"} 1\n", 1 << 20), "a{" + name + "=\"\"} 1\n");
  EXPECT_EQ(ParseInChunks("a{" + name + "n=\"\"} 1\n", 1 << 20),
            "error 1:3: label name longer than 16384 bytes: " + quote);
  EXPECT_EQ(ParseInChunks("{\"" + name + "\"} 1\n", 1 << 20), name + "{} 1\n");
  EXPECT_EQ(ParseInChunks("{\"" + name + "n\"} 1\n", 1 << 20),
            "error 1:2: name longer than 16384 bytes: " + quote);
}

TEST(ExpositionParser, LabelValueLengthIsLimited) {
  const std::string value(kMaxLabelValueBytes, 'v');
  EXPECT_EQ(ParseInChunks("a{b=\"" + value + "\"} 1\n", 1 << 20), "a{b=\"" + value + "\"} 1\n");
  EXPECT_EQ(ParseInChunks("a{b=\"" + value + "v\"} 1\n", 1 << 20),
            "error 1:5: label value longer than 65536 bytes: \"" + std::string(60, 'v') + "…\"\n");
}

TEST(ExpositionParser, SampleCountIsLimited) {
  EXPECT_EQ(ParseInChunks("a 1\na 2\n", 3, {.max_samples = 2}), "a{} 1\na{} 2\n");
  EXPECT_EQ(ParseInChunks("a 1\n\na 2\na 3\na 4\nx\n", 3, {.max_samples = 2}),
            "a{} 1\na{} 2\nerror 4:1: more than 2 samples: the rest of the page is not read\n");
  EXPECT_EQ(ParseInChunks("b 1\na 2\nb 3\na 4\n", 3, {.families = {"a"}, .max_samples = 2}),
            "a{} 2\nerror 3:1: more than 2 samples: the rest of the page is not read\n");
}

}  // namespace
}  // namespace podprobe

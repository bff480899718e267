#include "parsers/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace podprobe {
namespace {

std::string Parsed(std::string_view text) {
  double value = 0;
  switch (ParseNumber(text, &value)) {
    case NumberStatus::kOk:
      return FormatNumber(value);
    case NumberStatus::kSyntax:
      return "syntax";
    case NumberStatus::kRange:
      return "range";
  }
  return "";
}

TEST(Number, ReadsWhatPrometheusReads) {
  struct Case {
    std::string text;
    std::string_view want;
  };
  const std::string zeros(400, '0');
  const Case cases[] = {
      {"0", "0"},
      {"-0", "-0"},
      {"+1", "1"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"-.5e1", "-5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"1e-3", "0.001"},
      {"1.795461223e+09", "1795461223"},
      {"9007199254740993", "9007199254740992"},
      {"Inf", "+Inf"},
      {"+inf", "+Inf"},
      {"-INFINITY", "-Inf"},
      {"nAn", "NaN"},
      {"4.9e-324", "5e-324"},
      {"2e-324", "0"},
      {"-1e-400", "-0"},
      {"1e-99999999999999999999", "0"},
      {"0e99999999999999999999", "0"},
      {"0." + zeros + "1", "0"},
      {"0." + zeros + "1e401", "1"},
      {"1" + zeros + "e-400", "1"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"1.7976931348623159e308", "range"},
      {"1e400", "range"},
      {"-1e400", "range"},
      {"1" + zeros, "range"},
      {"1e99999999999999999999", "range"},
      {"", "syntax"},
      {"+", "syntax"},
      {".", "syntax"},
      {"-.", "syntax"},
      {"e5", "syntax"},
      {"1e", "syntax"},
      {"1e+", "syntax"},
      {"1e400x", "syntax"},
      {"1e400.5", "syntax"},
      {"1.2.3", "syntax"},
      {"--1", "syntax"},
      {"+-1", "syntax"},
      {"0x1", "syntax"},
      {"0x1p-3", "syntax"},
      {"1_000", "syntax"},
      {"1,5", "syntax"},
      {"1f", "syntax"},
      {"infin", "syntax"},
      {"infinityx", "syntax"},
      {"+nan", "syntax"},
      {"-NaN", "syntax"},
      {"nan(1)", "syntax"},
      {"NaNx", "syntax"},
      {" 1", "syntax"},
      {"1 ", "syntax"},
      {std::string("1\0", 2), "syntax"},
      {"1\r", "syntax"},
  };
  for (const Case& test : cases) EXPECT_EQ(Parsed(test.text), test.want) << test.text;
}

TEST(Number, EveryNanIsPrometheusNormalNan) {
  double value = 0;
  ASSERT_EQ(ParseNumber("NaN", &value), NumberStatus::kOk);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), 0x7ff8000000000001u);
}

TEST(Number, EveryDoubleIsReadBackBitByBit) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const double want = std::bit_cast<double>(random());
    if (std::isnan(want)) continue;
    double got = 0;
    ASSERT_EQ(ParseNumber(FormatNumber(want), &got), NumberStatus::kOk);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got), std::bit_cast<std::uint64_t>(want));
  }
}

// Digits with a point somewhere and perhaps an exponent: the form of the kubelet's values,
// and the form in which a wrong last bit hides.
TEST(Number, AgreesWithStrtodOnRandomDecimals) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    const std::size_t digits = 1 + random() % (i % 50 == 0 ? 400 : 24);
    const std::size_t point = random() % (digits + 1);
    for (std::size_t d = 0; d < digits; ++d) {
      if (d == point) text += '.';
      text += static_cast<char>('0' + random() % 10);
    }
    if (random() % 2 == 0) text += "e" + std::to_string(static_cast<int>(random() % 80) - 40);
    double got = 0;
    const NumberStatus status = ParseNumber(text, &got);
    const double want = std::strtod(text.c_str(), nullptr);
    if (std::isinf(want)) {
      ASSERT_EQ(status, NumberStatus::kRange) << text;
      continue;
    }
    ASSERT_EQ(status, NumberStatus::kOk) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got), std::bit_cast<std::uint64_t>(want)) << text;
  }
}

TEST(Number, IntegersHoldInt64) {
  const auto parsed = [](std::string_view text) -> std::string {
    std::int64_t value = 0;
    switch (ParseInteger(text, &value)) {
      case NumberStatus::kOk:
        return std::to_string(value);
      case NumberStatus::kSyntax:
        return "syntax";
      case NumberStatus::kRange:
        return "range";
    }
    return "";
  };
  EXPECT_EQ(parsed("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(parsed("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(parsed("9223372036854775808"), "range");
  EXPECT_EQ(parsed("000"), "0");
  EXPECT_EQ(parsed("-0"), "0");
  EXPECT_EQ(parsed("+1"), "syntax");
  EXPECT_EQ(parsed("-"), "syntax");
  EXPECT_EQ(parsed(""), "syntax");
  EXPECT_EQ(parsed("1.5"), "syntax");
  EXPECT_EQ(parsed("99999999999999999999x"), "syntax");
}

}  // namespace
}  // namespace podprobe

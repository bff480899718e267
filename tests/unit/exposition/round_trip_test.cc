// What the writer writes, our own parser reads back: names, labels and the exact value.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "exporter/exposition/families.h"
#include "exporter/exposition/text_writer.h"
#include "parsers/exposition_parser.h"
#include "tests/unit/exposition/full_snapshot.h"
#include "tests/unit/exposition/hostile_value.h"

namespace podprobe {
namespace {

struct ReadSample {
  std::string name;
  std::vector<std::string> label_values;
  double value = 0;
};

class Collector : public SampleSink {
 public:
  void OnSample(const Sample& sample) override {
    ReadSample read{.name = std::string(sample.name), .label_values = {}, .value = sample.value};
    for (const Label& label : sample.labels) read.label_values.emplace_back(label.value);
    samples.push_back(std::move(read));
  }
  void OnError(const ParseError& error) override {
    errors += std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
              error.message + "\n";
  }

  std::vector<ReadSample> samples;
  std::string errors;
};

Collector Read(const std::string& page) {
  Collector collector;
  ExpositionParser parser({}, &collector);
  parser.Feed(page);
  parser.Finish();
  return collector;
}

TEST(RoundTrip, HostileLabelValuesAndAnyDoubleSurvive) {
  std::mt19937_64 random(7);
  MetricFamily family{.name = "podprobe_test",
                      .type = MetricType::kGauge,
                      .help = "Quotes \", backslashes \\ and\nnewlines.",
                      .unit = "",
                      .label_names = {"one", "two"},
                      .metrics = {}};
  for (int i = 0; i < 10'000; ++i) {
    const auto value = std::bit_cast<double>(std::uint64_t{random()});
    family.metrics.push_back({{HostileValue(&random), HostileValue(&random)}, value});
  }
  const Collector read = Read(WriteText(std::vector{family}));
  EXPECT_EQ(read.errors, "");
  ASSERT_EQ(read.samples.size(), family.metrics.size());
  for (std::size_t i = 0; i < read.samples.size(); ++i) {
    const double want = std::get<double>(family.metrics[i].value);
    EXPECT_EQ(read.samples[i].label_values, family.metrics[i].label_values);
    if (want != want) {
      EXPECT_NE(read.samples[i].value, read.samples[i].value);
    } else {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(read.samples[i].value),
                std::bit_cast<std::uint64_t>(want));
    }
  }
}

TEST(RoundTrip, AWholePageIsReadWithoutAnError) {
  const std::vector<MetricFamily> families = BuildFamilies(FullSnapshot());
  std::size_t metrics = 0;
  for (const MetricFamily& family : families) metrics += CountLines(family);
  const Collector read = Read(WriteText(families));
  EXPECT_EQ(read.errors, "");
  EXPECT_EQ(read.samples.size(), metrics);
}

TEST(RoundTrip, AHistogramIsReadWithoutAnError) {
  const MetricFamily family{
      .name = "podprobe_test_seconds",
      .type = MetricType::kHistogram,
      .help = "Test.",
      .unit = "seconds",
      .label_names = {"l"},
      .metrics = {
          {{"x"}, HistogramValue{.buckets = {{0.005, 1}, {10, 2}}, .count = 3, .sum = 11}}}};
  const Collector read = Read(WriteText(std::vector{family}));
  EXPECT_EQ(read.errors, "");
  EXPECT_EQ(read.samples.size(), 5U);
}

}  // namespace
}  // namespace podprobe

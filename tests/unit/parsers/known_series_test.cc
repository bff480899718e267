#include "parsers/known_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "parsers/exposition_parser.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

// The ids of a page's samples, in its order.
class IdSink : public SampleSink {
 public:
  void OnSample(const Sample& sample) override {
    ids.push_back(sample.series_id);
    indexes.push_back(sample.series_index);
    sum += sample.value;
  }
  bool OnKnownSample(const KnownSample& sample) override {
    if (!takes_known) return false;
    ids.push_back(sample.series_id);
    indexes.push_back(sample.series_index);
    sum += sample.value;
    ++taken;
    return true;
  }
  void OnError(const ParseError&) override { ++errors; }
  bool takes_known = true;
  std::size_t taken = 0;
  std::vector<std::uint64_t> ids;
  std::vector<std::uint32_t> indexes;
  double sum = 0;
  std::size_t errors = 0;
};

class KnownSeriesTest : public testing::TestWithParam<bool> {
 protected:
  KnownSeriesTest() { sink_.takes_known = GetParam(); }
  std::vector<std::uint64_t> Ids(const std::string& page) {
    sink_.ids.clear();
    sink_.indexes.clear();
    parser_.Reset();
    parser_.Feed(page);
    parser_.Finish();
    return sink_.ids;
  }

  IdSink sink_;
  ExpositionParser parser_{{.remember_series = true}, &sink_};
};

using Ids = std::vector<std::uint64_t>;

TEST_P(KnownSeriesTest, SeriesKeepTheirIdsFromPageToPage) {
  EXPECT_EQ(this->Ids("a 1\nb{c=\"d\"} 2\n"), (podprobe::Ids{1, 2}));
  EXPECT_EQ(this->Ids("a 3\nb{c=\"d\"} 4 5\n"), (podprobe::Ids{1, 2}));
}

TEST_P(KnownSeriesTest, OrderDoesNotMatter) {
  EXPECT_EQ(this->Ids("a 1\nb 2\nc 3\nd 4\n"), (podprobe::Ids{1, 2, 3, 4}));
  EXPECT_EQ(this->Ids("d 4\nb 2\na 1\nc 3\n"), (podprobe::Ids{4, 2, 1, 3}));
  EXPECT_EQ(this->Ids("a 1\nb 2\nc 3\nd 4\n"), (podprobe::Ids{1, 2, 3, 4}));
}

TEST_P(KnownSeriesTest, SeriesComeAndGo) {
  EXPECT_EQ(this->Ids("a 1\nb 2\nc 3\n"), (podprobe::Ids{1, 2, 3}));
  EXPECT_EQ(this->Ids("a 1\nx 2\nc 3\n"), (podprobe::Ids{1, 4, 3}));
  EXPECT_EQ(this->Ids("a 1\nx 2\nb 2\nc 3\n"), (podprobe::Ids{1, 4, 2, 3}));
}

TEST_P(KnownSeriesTest, OneSeriesTwiceOnAPage) {
  EXPECT_EQ(this->Ids("a 1\na 2\nb 3\n"), (podprobe::Ids{1, 1, 2}));
  EXPECT_EQ(this->Ids("a 1\na 2\nb 3\n"), (podprobe::Ids{1, 1, 2}));
}

TEST_P(KnownSeriesTest, SeriesThatArePrefixesOfOthersAreTheirOwn) {
  EXPECT_EQ(this->Ids("a 1\nab 2\na{b=\"c\"} 3\na{b=\"c\",d=\"e\"} 4\na-1\na1 5\n"),
            (podprobe::Ids{1, 2, 3, 4, 0, 5}));
  EXPECT_EQ(this->Ids("a 1\na1 2\nab 2\na{b=\"c\",d=\"e\"} 4\na{b=\"c\"} 3\n"),
            (podprobe::Ids{1, 5, 2, 4, 3}));
}

TEST_P(KnownSeriesTest, BadLineIsAnErrorAlsoInAKnownSeries) {
  EXPECT_EQ(this->Ids("a 1\nb 2\nc 3\n"), (podprobe::Ids{1, 2, 3}));
  EXPECT_EQ(this->Ids("a 1\nb x\nc 3\n"), (podprobe::Ids{1, 3}));
  EXPECT_EQ(sink_.errors, 1u);
}

TEST_P(KnownSeriesTest, WhatMostPagesLackIsForgotten) {
  std::string page;
  for (int i = 0; i < 100; ++i) page += "a{i=\"" + std::to_string(i) + "\"} 1\n";
  EXPECT_EQ(this->Ids(page).back(), 100u);
  EXPECT_EQ(this->Ids("a{i=\"7\"} 1\n"), podprobe::Ids{8});
  EXPECT_EQ(this->Ids("a{i=\"7\"} 1\na{i=\"8\"} 1\n"), (podprobe::Ids{8, 101}));
}

TEST_P(KnownSeriesTest, EachSeriesOfAPageHasItsPlaceInASmallTable) {
  for (int page = 0; page < 20; ++page) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "a{i=\"" + std::to_string(page * 70 + i) + "\"} 1\n";
    this->Ids(text);
    std::sort(sink_.indexes.begin(), sink_.indexes.end());
    EXPECT_EQ(std::unique(sink_.indexes.begin(), sink_.indexes.end()), sink_.indexes.end());
    EXPECT_LT(sink_.indexes.back(), 300u);
  }
}

INSTANTIATE_TEST_SUITE_P(TakenOrNot, KnownSeriesTest, testing::Bool());

TEST(KnownSeries, MemoryIsBounded) {
  KnownSeries known(100'000);
  std::size_t added = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = "name" + std::to_string(i) + " ";
    if (known.Find(text) == nullptr && known.Add(text) != nullptr) ++added;
  }
  EXPECT_GT(added, 100u);
  EXPECT_EQ(known.size(), added);
  EXPECT_LT(known.bytes(), 400'000u);
}

TEST(KnownSeries, WhatIsGoneMakesRoom) {
  KnownSeries known(100'000);
  const auto read = [&](int first, int count) {
    std::size_t remembered = 0;
    for (int i = first; i < first + count; ++i) {
      const std::string text = "name" + std::to_string(i) + " ";
      if (known.Find(text) != nullptr || known.Add(text) != nullptr) ++remembered;
    }
    known.StartPage();
    return remembered;
  };
  const std::size_t all = read(0, 100'000);
  // Most are still there, a few are others.
  const int most = static_cast<int>(all) - 10;
  EXPECT_EQ(read(0, most), static_cast<std::size_t>(most));
  EXPECT_EQ(read(0, most) + read(1'000'000, 10), static_cast<std::size_t>(most) + 10);
}

TEST(SteadyReading, AllocatesNothing) {
  std::string page;
  for (int i = 0; i < 2000; ++i) {
    const std::string number = std::to_string(i);
    page += "prober_probe_total{container=\"app\",pod=\"web-" + number + "\"} " + number + "\n";
    page += "other{pod=\"" + number + "\"} 1\n";
    page += "a{escaped=\"\\\"" + number + "\"} 1.5 1000\n";
  }
  for (const std::size_t way : {0U, 1U, 2U}) {
    IdSink sink;
    const bool remember_series = way > 0;
    sink.takes_known = way == 2;
    ExpositionParser parser(
        {.families = {"prober_probe_total", "a"}, .remember_series = remember_series}, &sink);
    const auto read = [&] {
      sink.ids.clear();
      sink.indexes.clear();
      parser.Reset();
      for (std::size_t i = 0; i < page.size(); i += 4096) {
        parser.Feed(std::string_view(page).substr(i, 4096));
      }
      parser.Finish();
    };
    read();
    read();
    const std::size_t before = AllocationCount();
    read();
    EXPECT_EQ(AllocationCount(), before);
    EXPECT_EQ(sink.ids.size(), 4000u);
    EXPECT_EQ(sink.taken, way == 2 ? 8000u : 0u);
  }
}

}  // namespace
}  // namespace podprobe

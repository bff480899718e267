#include "exporter/health/duration_log.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// A log that has seen, after an empty baseline, these counts in reading 10: up to 0.1 s, 0.5 s,
// 1 s, above.
class Log {
 public:
  Log() { Observe(0, {0, 0, 0, 0}); }
  explicit Log(const std::vector<double>& counts) : Log() { Observe(10, counts); }

  void Observe(std::uint32_t reading, const std::vector<double>& counts) {
    const std::vector<double> bounds = {0.1, 0.5, 1, kInf};
    DurationHistogram histogram;
    double all = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      all += counts[i];
      histogram.buckets.push_back({.upper_bound = bounds[i], .count = all});
    }
    histogram.count = all;
    ++context_.number;
    context_.last_complete = context_.number - 1;
    log_.Observe(histogram, context_, reading);
  }
  DurationLog& operator*() { return log_; }
  DurationLog* operator->() { return &log_; }

 private:
  ReadingContext context_ = {.process = 1};
  DurationLog log_;
};

TEST(DurationLog, AQuantileIsTheBoundOfItsBucket) {
  const struct {
    std::string_view name;
    std::vector<double> counts;
    double quantile;
    std::optional<double> want;
  } cases[] = {
      {"no success", {0, 0, 0, 0}, 0.99, {}},
      {"all fast", {5, 0, 0, 0}, 0.99, 0.1},
      {"one is slow, of 99", {98, 1, 0, 0}, 0.99, 0.5},
      {"one is slow, of 100", {99, 1, 0, 0}, 0.99, 0.1},
      {"one is slow, of 101", {100, 1, 0, 0}, 0.99, 0.1},
      {"two are slow, of 101", {99, 2, 0, 0}, 0.99, 0.5},
      {"one is beyond all bounds", {0, 0, 0, 1}, 0.99, kInf},
      {"an empty bucket between", {1, 0, 1, 0}, 0.99, 1},
      {"the median", {2, 1, 1, 0}, 0.5, 0.1},
      {"just above the median", {2, 1, 1, 0}, 0.51, 0.5},
  };
  for (const auto& c : cases) {
    Log log(c.counts);
    EXPECT_EQ(log->QuantileBound(c.quantile), c.want) << c.name;
  }
}

TEST(DurationLog, NearTheTimeoutIsSlowerThanTheSmallestBoundFromItsHalfOn) {
  const struct {
    double timeout;
    std::optional<double> want_slow;  // of 1 + 2 + 4 + 8
  } cases[] = {
      {0.1, {}},   // no bound from 0.05 to below 0.1
      {0.15, 14},  // 0.1
      {0.2, 14},   // 0.1 is just its half
      {0.21, {}},  // and just not
      {0.5, {}},   // 0.5 is not below it
      {0.51, 12},  // 0.5
      {1, 12},    {1.1, 8}, {2, 8}, {2.1, {}},
  };
  for (const auto& c : cases) {
    Log log({1, 2, 4, 8});
    const auto share = log->NearTimeout(c.timeout);
    EXPECT_EQ(share.has_value(), c.want_slow.has_value()) << c.timeout;
    if (!share || !c.want_slow) continue;
    EXPECT_EQ(share->slow, *c.want_slow) << c.timeout;
    EXPECT_EQ(share->all, 15) << c.timeout;
  }
}

TEST(DurationLog, WithoutSuccessesThereIsNoShareAndNoQuantile) {
  Log log;
  log.Observe(10, {0, 0, 1, 0});
  EXPECT_EQ(log->QuantileBound(0.99), 1);
  EXPECT_EQ(log->NearTimeout(1)->all, 1);
  log->Prune(11);
  EXPECT_EQ(log->QuantileBound(0.99), std::nullopt);
  EXPECT_EQ(log->NearTimeout(1)->all, 0);
}

TEST(DurationLog, PruningForgetsWhatCameBefore) {
  Log log;
  log.Observe(10, {1, 0, 0, 0});
  log.Observe(20, {1, 1, 0, 0});
  log->Prune(10);
  EXPECT_EQ(log->NearTimeout(1)->all, 2);
  log->Prune(11);
  EXPECT_EQ(log->NearTimeout(1)->all, 1);
  log->Prune(21);
  EXPECT_TRUE(log->is_empty());
}

TEST(DurationLog, CountsThatNoEntryHoldsAreCountedAll) {
  Log log;
  log.Observe(10, {1e9, 0.5, 65536, 65535});
  EXPECT_EQ(log->NearTimeout(1)->all, 1e9 + 0.5 + 65536 + 65535);
  log->Prune(10);
  EXPECT_EQ(log->NearTimeout(1)->all, 1e9 + 0.5 + 65536 + 65535);
  log.Observe(11, {1e9 + 1, 0.5, 65536, 65535});
  log->Prune(11);
  EXPECT_EQ(log->NearTimeout(1)->all, 1);
  log->Prune(12);
  EXPECT_EQ(log->NearTimeout(1)->all, 0);
  EXPECT_TRUE(log->is_empty());
}

TEST(DurationLog, ABucketThatComesBetweenOthersLeavesThemTheirs) {
  Log log;
  log.Observe(10, {0, 0, 3, 0});
  log.Observe(11, {5, 0, 3, 2});
  log.Observe(12, {5, 1, 3, 2});
  EXPECT_EQ(log->QuantileBound(0.5), 0.5);
  log->Prune(11);
  EXPECT_EQ(log->QuantileBound(0.5), 0.1);
  log->Prune(12);
  EXPECT_EQ(log->QuantileBound(0.5), 0.5);
}

TEST(DurationLog, AfterAClearOnlyWhatIsNewCounts) {
  Log log({9, 0, 0, 0});
  log->Clear();
  EXPECT_TRUE(log->is_empty());
  log.Observe(20, {9, 1, 0, 0});
  EXPECT_EQ(log->QuantileBound(0.99), 0.5);
}

}  // namespace
}  // namespace podprobe

#include "exporter/web/shared_self_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/exposition/text_writer.h"

namespace podprobe {
namespace {

using ::testing::HasSubstr;

TEST(SharedSelfMetrics, OneReadingForASecond) {
  const SelfMetrics self_metrics({});
  SharedSelfMetrics shared(&self_metrics);
  const SharedSelfMetrics::Reading first = shared.At(100);
  EXPECT_THAT(WriteText(*first), HasSubstr("\nprocess_open_fds "));
  EXPECT_EQ(shared.At(101), first);
  const SharedSelfMetrics::Reading second = shared.At(101.001);
  EXPECT_NE(second, first);
  EXPECT_EQ(shared.At(102), second);
}

TEST(SharedSelfMetrics, WhatChangedIsSeenAtOnce) {
  SelfMetrics self_metrics({});
  SharedSelfMetrics shared(&self_metrics);
  const SharedSelfMetrics::Reading before = shared.At(100);
  self_metrics.ConfigLoaded(1700000000);
  EXPECT_THAT(WriteText(*shared.At(100)),
              HasSubstr("\npodprobe_config_last_reload_successful 1\n"));
  self_metrics.ConfigLoadFailed();
  EXPECT_THAT(WriteText(*shared.At(100)),
              HasSubstr("\npodprobe_config_last_reload_successful 0\n"));
}

}  // namespace
}  // namespace podprobe

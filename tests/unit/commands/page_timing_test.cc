#include "exporter/page_timing.h"

#include <gtest/gtest.h>

#include <bitset>
#include <initializer_list>

namespace podprobe {
namespace {

using Sources = std::bitset<kAllSources.size()>;

Sources Of(std::initializer_list<Source> sources) {
  Sources set;
  for (const Source source : sources) set.set(static_cast<std::size_t>(source));
  return set;
}

// Started at 100, past its first page of two sources at 101.
class RunningPageTiming : public PageTiming {
 public:
  RunningPageTiming() : PageTiming(100) {
    Follow(Of({Source::kProbes, Source::kPods}));
    for (const Source source : {Source::kProbes, Source::kPods}) {
      ReadingBegins(source);
      ReadingEnds(source, 101);
    }
    PageMade(101);
  }
};

TEST(PageTiming, TheFirstPageWaitsForEverySource) {
  PageTiming timing(100);
  timing.Follow(Of({Source::kProbes, Source::kPods}));
  EXPECT_FALSE(timing.IsDueAtTick(100));
  timing.ReadingBegins(Source::kProbes);
  EXPECT_FALSE(timing.ReadingEnds(Source::kProbes, 101));
  EXPECT_FALSE(timing.IsDueAtTick(101));
  timing.ReadingBegins(Source::kPods);
  EXPECT_TRUE(timing.ReadingEnds(Source::kPods, 101));
}

TEST(PageTiming, TheFirstPageWaitsAtMostTenSeconds) {
  PageTiming timing(100);
  timing.Follow(Of({Source::kProbes, Source::kPods}));
  EXPECT_FALSE(timing.IsDueAtTick(109.9));
  EXPECT_TRUE(timing.IsDueAtTick(110));
  timing.ReadingBegins(Source::kProbes);
  EXPECT_TRUE(timing.ReadingEnds(Source::kProbes, 110));
}

TEST(PageTiming, OnePageForReadingsThatAreUnderWayAtATime) {
  RunningPageTiming timing;
  timing.ReadingBegins(Source::kProbes);
  timing.ReadingBegins(Source::kPods);
  EXPECT_FALSE(timing.ReadingEnds(Source::kProbes, 102));
  EXPECT_TRUE(timing.ReadingEnds(Source::kPods, 102));
}

TEST(PageTiming, OneAfterTheOtherGetAPageEach) {
  RunningPageTiming timing;
  for (const Source source : {Source::kProbes, Source::kPods}) {
    timing.ReadingBegins(source);
    EXPECT_TRUE(timing.ReadingEnds(source, 102));
    timing.PageMade(102);
  }
}

TEST(PageTiming, AReadingThatHangsHoldsUpTheOthersNoLongerThanATick) {
  RunningPageTiming timing;
  timing.ReadingBegins(Source::kProbes);
  timing.ReadingBegins(Source::kPods);
  EXPECT_FALSE(timing.IsDueAtTick(102));
  EXPECT_FALSE(timing.ReadingEnds(Source::kProbes, 102));
  EXPECT_TRUE(timing.IsDueAtTick(102));
  timing.PageMade(102);
  EXPECT_FALSE(timing.IsDueAtTick(103));
}

TEST(PageTiming, APageIsMadeAnewAfterFiveSeconds) {
  RunningPageTiming timing;
  EXPECT_FALSE(timing.IsDueAtTick(105.9));
  EXPECT_TRUE(timing.IsDueAtTick(106));
}

TEST(PageTiming, AReadingThatWasDroppedIsNotWaitedFor) {
  RunningPageTiming timing;
  timing.ReadingBegins(Source::kPods);
  timing.Follow(Of({Source::kProbes}));
  timing.ReadingBegins(Source::kProbes);
  EXPECT_TRUE(timing.ReadingEnds(Source::kProbes, 102));
}

TEST(PageTiming, ASourceThatIsNewIsWaitedForOnlyAtTheStart) {
  RunningPageTiming timing;
  timing.Follow(Of({Source::kProbes, Source::kCadvisor}));
  timing.ReadingBegins(Source::kProbes);
  EXPECT_TRUE(timing.ReadingEnds(Source::kProbes, 110));
}

}  // namespace
}  // namespace podprobe

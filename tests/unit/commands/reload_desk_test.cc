#include "exporter/reload_desk.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace podprobe {
namespace {

constexpr double kLongSeconds = 3600;

TEST(ReloadDesk, WishesBeforeServingAreOneReload) {
  ReloadDesk desk;
  int loads = 0;
  const auto load = [&] {
    ++loads;
    return "";
  };
  desk.Serve(load);
  EXPECT_EQ(loads, 0);
  desk.Ask();
  desk.Ask();
  desk.Serve(load);
  desk.Serve(load);
  EXPECT_EQ(loads, 1);
}

TEST(ReloadDesk, WishDuringAReloadIsForTheNext) {
  ReloadDesk desk;
  int loads = 0;
  desk.Ask();
  const auto load = [&] {
    if (++loads == 1) desk.Ask();
    return "";
  };
  desk.Serve(load);
  desk.Serve(load);
  desk.Serve(load);
  EXPECT_EQ(loads, 2);
}

TEST(ReloadDesk, WhoWaitsHearsWhatIsWrong) {
  ReloadDesk desk;
  const auto serve = [&] { desk.Serve([] { return "a.yml:1:1: no"; }); };
  EXPECT_EQ(desk.AskAndWait(serve, kLongSeconds), "a.yml:1:1: no");
}

TEST(ReloadDesk, PatienceAndTheDeskEnd) {
  ReloadDesk desk;
  EXPECT_EQ(desk.AskAndWait([] {}, 0), "the reading loop did not get to it in time; it still may");
  desk.Close();
  EXPECT_EQ(desk.AskAndWait([] {}, kLongSeconds), "the exporter is stopping");
}

TEST(ReloadDesk, ManyMayWaitAtOnce) {
  ReloadDesk desk;
  std::atomic<int> woken = 0;
  std::atomic<int> good = 0;
  std::vector<std::thread> askers;
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      if (desk.AskAndWait([&] { ++woken; }, kLongSeconds).empty()) ++good;
    });
  }
  while (woken < 8) std::this_thread::yield();
  desk.Serve([] { return ""; });
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(good, 8);
}

}  // namespace
}  // namespace podprobe

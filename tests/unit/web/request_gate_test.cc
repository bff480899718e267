#include "exporter/web/request_gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <vector>

namespace podprobe {
namespace {

constexpr std::chrono::milliseconds kNoTime{0};
constexpr std::chrono::minutes kLong{1};

TEST(RequestGate, AsManyAsAllowedAndNoneMore) {
  RequestGate gate(2, kNoTime);
  const RequestGate::Pass first(&gate);
  {
    const RequestGate::Pass second(&gate);
    const RequestGate::Pass third(&gate);
    EXPECT_TRUE(first.is_granted());
    EXPECT_TRUE(second.is_granted());
    EXPECT_FALSE(third.is_granted());
  }
  // One that was refused has taken no place.
  EXPECT_TRUE(RequestGate::Pass(&gate).is_granted());
}

TEST(RequestGate, ZeroIsNoLimit) {
  RequestGate gate(0, kNoTime);
  std::vector<std::unique_ptr<RequestGate::Pass>> passes;
  for (int i = 0; i < 100; ++i) passes.push_back(std::make_unique<RequestGate::Pass>(&gate));
  EXPECT_TRUE(passes.back()->is_granted());
}

TEST(RequestGate, OneMoreGetsItsTurnWhenAnotherEnds) {
  RequestGate gate(1, kLong);
  auto first = std::make_unique<RequestGate::Pass>(&gate);
  std::promise<void> arrives;
  std::future<bool> second = std::async(std::launch::async, [&] {
    arrives.set_value();
    return RequestGate::Pass(&gate).is_granted();
  });
  arrives.get_future().wait();
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST(RequestGate, EmptyOnceTheLastHasLeft) {
  RequestGate gate(1, kNoTime);
  gate.WaitUntilEmpty(kLong);
  auto only = std::make_unique<RequestGate::Pass>(&gate);
  gate.WaitUntilEmpty(kNoTime);
  std::future<void> empty = std::async(std::launch::async, [&] { gate.WaitUntilEmpty(kLong); });
  EXPECT_EQ(empty.wait_for(kNoTime), std::future_status::timeout);
  only.reset();
  empty.get();
}

}  // namespace
}  // namespace podprobe

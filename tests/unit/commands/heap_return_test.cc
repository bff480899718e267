#include "exporter/heap_return.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(HeapReturn, IsDueOnceAPageAfterAHundredPodsHaveGone) {
  HeapReturn heap;
  for (const std::size_t pods : {0U, 25U, 2025U, 2025U, 1926U, 1925U}) {
    EXPECT_FALSE(heap.IsDue(pods)) << pods;
  }
  EXPECT_TRUE(heap.IsDue(1925));
  EXPECT_FALSE(heap.IsDue(1925));
}

TEST(HeapReturn, IsDueForPodsThatGoOneByOne) {
  HeapReturn heap;
  int due = 0;
  for (std::size_t pods = 500; pods > 0; --pods) due += heap.IsDue(pods) ? 1 : 0;
  EXPECT_EQ(due, 4);
}

TEST(HeapReturn, IsNotDueWhilePodsComeAndGoInSmallNumbers) {
  HeapReturn heap;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(heap.IsDue(i % 2 == 0 ? 110 : 30));
}

}  // namespace
}  // namespace podprobe

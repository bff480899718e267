#include "exporter/first_page.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(FirstPage, WaitsForAllAnswersAndAtMostTenSeconds) {
  const struct {
    bool has_all_answers;
    double waited_seconds;
    bool want;
  } cases[] = {
      {true, 0, true}, {false, 0, false}, {false, 9.9, false}, {false, 10, true}, {false, 11, true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(IsFirstPageDue(c.has_all_answers, c.waited_seconds), c.want) << c.waited_seconds;
  }
}

}  // namespace
}  // namespace podprobe

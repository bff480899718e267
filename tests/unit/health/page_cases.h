#ifndef PODPROBE_TESTS_UNIT_HEALTH_PAGE_CASES_H_
#define PODPROBE_TESTS_UNIT_HEALTH_PAGE_CASES_H_

#include <gtest/gtest.h>

#include <span>
#include <string_view>

#include "tests/unit/health/story.h"

namespace podprobe {

// A row of a table of stories: what happens after a common beginning, and what the page then says.
struct PageCase {
  std::string_view name;
  std::string_view script;
  std::string_view want;
};

// Tells each case after `before`; `what` as in Story::Page. Nothing is held at zero.
inline void ExpectPages(std::string_view what, std::string_view before,
                        std::span<const PageCase> cases) {
  for (const PageCase& c : cases) {
    Story story({.born_at_zero_seconds = 0});
    story.Tell(before).Tell(c.script);
    EXPECT_EQ(story.Page(what), c.want) << c.name;
  }
}

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_HEALTH_PAGE_CASES_H_

#ifndef PODPROBE_TESTS_FUZZ_CONFIG_PROBLEMS_H_
#define PODPROBE_TESTS_FUZZ_CONFIG_PROBLEMS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"
#include "tests/fuzz/judge.h"

namespace podprobe {

inline bool HoldsControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

// Each problem of `text` has words that fit on one line, and a place that is there.
inline void CheckProblems(std::string_view text, const std::vector<ConfigProblem>& problems) {
  const auto lines = std::ranges::count(text, '\n') + 1;
  for (const ConfigProblem& problem : problems) {
    if (problem.what.empty()) MustEqual("a problem's words", "none", "some");
    if (HoldsControlCharacter(problem.what)) MustEqual("a problem", problem.what, "one line");
    if (problem.at.line < 0 || problem.at.line > lines + 1) {
      MustEqual("a problem's place", problem.ToString("file"), "in the text");
    }
  }
}

}  // namespace podprobe

#endif  // PODPROBE_TESTS_FUZZ_CONFIG_PROBLEMS_H_

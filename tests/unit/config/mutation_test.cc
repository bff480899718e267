#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "config/loader.h"
#include "tests/unit/config/render.h"

namespace podprobe {
namespace {

constexpr int kMutants = 2000;
constexpr std::size_t kAbsurdBytes = 128 << 10;

std::string ReadExample() {
  std::ifstream file(PODPROBE_CONFIG_FOLDER "/podprobe.yml", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The example without its comments: mutations of those would change nothing.
std::string Bare(const std::string& example) {
  std::string bare;
  std::size_t begin = 0;
  while (begin < example.size()) {
    const std::size_t end = example.find('\n', begin) + 1;
    const std::string line = example.substr(begin, end - begin);
    if (line.find('#') == std::string::npos) bare += line;
    begin = end;
  }
  return bare;
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    const std::size_t mutations = 1 + Below(8);
    for (std::size_t i = 0; i < mutations; ++i) MutateOnce(&text);
    return text;
  }

 private:
  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  void MutateOnce(std::string* text) {
    constexpr std::array<std::string_view, 34> kPieces = {":",     ": ",
                                                          "-",     "- ",
                                                          "?",     "? ",
                                                          "[",     "]",
                                                          "{",     "}",
                                                          ",",     "&a ",
                                                          "*a",    "!",
                                                          "!!",    "|\n",
                                                          ">\n",   "\"",
                                                          "'",     "\\",
                                                          "#",     "\n",
                                                          "\r\n",  "\t",
                                                          "  ",    "%",
                                                          "---\n", "...\n",
                                                          "${",    "${A}",
                                                          "<<: ",  "@",
                                                          "~",     "9999999999999999999s"};
    const std::size_t at = Below(text->size() + 1);
    switch (Below(5)) {
      case 0:
        text->insert(at, kPieces[Below(kPieces.size())]);
        return;
      case 1:
        text->erase(at, 1 + Below(20));
        return;
      case 2:
        text->insert(at, text->substr(Below(text->size() + 1), 1 + Below(200)));
        return;
      case 3:
        if (at < text->size()) (*text)[at] = static_cast<char>(Below(256));
        return;
      default:
        text->resize(at);
        *text += "\n";
    }
  }

  std::mt19937 random_;
};

TEST(MutationTest, NoMutantOfTheExampleBreaksTheLoader) {
  const std::string example = Bare(ReadExample());
  ASSERT_FALSE(example.empty());
  int refused = 0;
  for (unsigned seed = 0; seed < kMutants; ++seed) {
    const std::string mutant = Mutator(seed).Mutate(example);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const LoadResult result = LoadConfig(mutant, FakeEnvironment());
    if (!result.problems.empty()) ++refused;
    for (const ConfigProblem& problem : result.problems) {
      EXPECT_GE(problem.at.line, 1);
      EXPECT_GE(problem.at.column, 1);
      EXPECT_FALSE(problem.what.empty());
      EXPECT_EQ(problem.what.find_first_of("\n\r"), std::string::npos) << problem.what;
    }
  }
  // Otherwise the mutations miss what they aim at.
  EXPECT_GT(refused, kMutants / 2);
}

TEST(MutationTest, CutExampleNeverBreaksTheLoader) {
  const std::string example = Bare(ReadExample());
  for (std::size_t size = 0; size <= example.size(); ++size) {
    LoadConfig(std::string_view(example).substr(0, size), FakeEnvironment());
  }
}

// Long texts that a parser might take very long for, or very deep.
TEST(MutationTest, AbsurdTextsEndSoon) {
  for (const char* piece :
       {"[",      "{",   "- ",    "? ",  "a: ", "{a: ", "[a, ", "\"", "'",  "|\n",
        "a: b\n", "a\n", "- a\n", "&a ", "*a ", "!a ",  "#",    " ",  "\n", "%a\n",
        "---\n",  "${",  "a:\n ", "\\",  ",",   "a, ",  "[]",   "{}"}) {
    std::string text;
    while (text.size() < kAbsurdBytes) text += piece;
    LoadConfig(text, FakeEnvironment());
    LoadConfig("kubelet: {url: \"" + text, FakeEnvironment());
  }
}

}  // namespace
}  // namespace podprobe

// Inflating against what zlib wrote.

#include "exporter/kubelet/inflater.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "tests/unit/kubelet/gzip.h"

namespace podprobe {
namespace {

using Random = std::mt19937;

std::size_t Below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

// Words that come back, and bytes that do not.
std::string RandomText(Random& random) {
  static constexpr const char* kWords[] = {"prober_probe_total{pod=\"", "\"} 1\n", "container",
                                           "0"};
  std::string text;
  const std::size_t size = Below(random, 300000);
  while (text.size() < size) {
    if (Below(random, 8) == 0) {
      text += static_cast<char>(Below(random, 256));
    } else {
      text += kWords[Below(random, std::size(kWords))];
    }
  }
  return text;
}

// The contents, fed in pieces of random sizes; nothing if they are broken or not whole.
std::optional<std::string> Inflate(const std::string& data, Random& random) {
  Inflater inflater;
  std::string contents;
  const std::size_t longest = std::size_t{1} << Below(random, 18);
  for (std::size_t begin = 0; begin < data.size();) {
    const std::size_t size = std::min(data.size() - begin, 1 + Below(random, longest));
    const std::string problem =
        inflater.Feed({data.data() + begin, size}, [&contents](std::string_view piece) {
          contents += piece;
          return true;
        });
    if (!problem.empty()) return std::nullopt;
    begin += size;
  }
  if (!inflater.is_whole()) return std::nullopt;
  return contents;
}

TEST(InflaterTest, GivesBackWhatZlibDeflated) {
  Random random(1);
  for (int round = 0; round < 60; ++round) {
    std::string contents;
    std::string data;
    for (std::size_t members = 1 + Below(random, 3); members > 0; --members) {
      const std::string text = Below(random, 5) == 0 ? "" : RandomText(random);
      const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE};
      data += Gzip(text, static_cast<int>(Below(random, 10)), strategies[Below(random, 4)]);
      contents += text;
    }
    ASSERT_EQ(Inflate(data, random), contents) << round;
  }
}

TEST(InflaterTest, BrokenDataNeverPassForSoundOnes) {
  Random random(2);
  for (int round = 0; round < 1000; ++round) {
    const std::string text = RandomText(random).substr(0, Below(random, 5000));
    std::string data = Gzip(text, static_cast<int>(Below(random, 10)), Z_DEFAULT_STRATEGY);
    if (Below(random, 2) == 0) {
      data[Below(random, data.size())] ^= static_cast<char>(1 << Below(random, 8));
    } else {
      data.resize(Below(random, data.size()));
    }
    // A bit of the header may flip without harm: its time, its system.
    const std::optional<std::string> contents = Inflate(data, random);
    ASSERT_EQ(contents.value_or(text), text) << round;
  }
}

TEST(InflaterTest, EndsWhenNoMoreIsWanted) {
  const std::string data = Gzip(std::string(1 << 20, 'x'), 6, Z_DEFAULT_STRATEGY);
  std::size_t taken = 0;
  Inflater inflater;
  EXPECT_EQ(inflater.Feed(data,
                          [&taken](std::string_view piece) {
                            taken += piece.size();
                            return false;
                          }),
            "");
  EXPECT_GT(taken, 0);
  EXPECT_LE(taken, 64 << 10);
  EXPECT_FALSE(inflater.is_whole());
}

}  // namespace
}  // namespace podprobe

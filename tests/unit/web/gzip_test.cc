#include "exporter/web/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/web/gunzip.h"

namespace podprobe {
namespace {

// Text that compresses well, but not to nothing.
std::string Lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "sample{i=\"" + std::to_string(i * i) + "\"} 1\n";
  return text;
}

TEST(Gzip, HeadAndEndAreOneMember) {
  for (const std::size_t head_lines : {0U, 1U, 3U, 10'000U}) {
    for (const std::size_t end_lines : {0U, 1U, 40U, 5'000U}) {
      const GzipHead head(Lines(head_lines));
      EXPECT_EQ(Gunzip(head.bytes() + head.Finish(Lines(end_lines))),
                Lines(head_lines) + Lines(end_lines))
          << head_lines << " lines and " << end_lines;
    }
  }
}

TEST(Gzip, OneHeadTakesManyEnds) {
  const GzipHead head("a\n");
  EXPECT_EQ(Gunzip(head.bytes() + head.Finish("b\n")), "a\nb\n");
  EXPECT_EQ(Gunzip(head.bytes() + head.Finish("c\n")), "a\nc\n");
}

TEST(Gzip, PagesBecomeSmall) {
  const std::string text = Lines(10'000);
  EXPECT_LT(GzipHead(text).bytes().size(), text.size() / 4);
}

}  // namespace
}  // namespace podprobe

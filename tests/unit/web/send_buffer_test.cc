#include "exporter/web/send_buffer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {
namespace {

constexpr std::size_t kGathered = SendBuffer::kGatheredBytes;
constexpr std::size_t kPiece = SendBuffer::kPieceBytes;

// Parts of these sizes, each of another letter.
std::vector<std::string> PartsOf(const std::vector<std::size_t>& sizes) {
  std::vector<std::string> parts;
  for (const std::size_t size : sizes) {
    parts.emplace_back(size, static_cast<char>('a' + parts.size()));
  }
  return parts;
}

TEST(SendBuffer, SmallPartsLeaveTogetherAndLargeOnesInPieces) {
  struct Case {
    std::vector<std::size_t> parts;
    std::vector<std::size_t> pieces;
  };
  const Case kCases[] = {
      {{}, {}},
      {{0, 0}, {}},
      {{500, 7000, 900}, {8400}},
      {{500, kGathered - 500}, {kGathered}},
      {{500, kGathered - 499}, {kGathered, 1}},
      {{500, 2 * kGathered, 900}, {kGathered, kGathered + 500, 900}},
      {{kGathered + kPiece + 7, 3}, {kGathered, kPiece, 10}},
      {{kGathered + 2 * kPiece}, {kGathered, kPiece, kPiece}},
  };
  for (const Case& test : kCases) {
    const std::vector<std::string> parts = PartsOf(test.parts);
    std::string whole;
    for (const std::string& part : parts) whole += part;
    std::vector<std::size_t> pieces;
    std::string sent;
    SendBuffer buffer([&](std::string_view piece) {
      pieces.push_back(piece.size());
      sent += piece;
      return true;
    });
    for (const std::string& part : parts) buffer.Add(part);
    EXPECT_TRUE(buffer.Flush());
    EXPECT_EQ(sent, whole);
    EXPECT_EQ(pieces, test.pieces);
  }
}

TEST(SendBuffer, NothingIsSentAfterAFailure) {
  int calls = 0;
  SendBuffer buffer([&](std::string_view) { return ++calls < 2; });
  buffer.Add(std::string(kGathered + 3 * kPiece, 'x'));
  buffer.Add("end");
  EXPECT_FALSE(buffer.Flush());
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace podprobe

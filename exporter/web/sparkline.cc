#include "exporter/web/sparkline.h"

#include <array>
#include <bit>
#include <cstddef>

namespace podprobe {
namespace {

// Of the picture, in its own units: a minute is one wide.
constexpr int kHeight = 8;

// What failed in each minute, the oldest first, from 0 to kHeight; kNothing: no attempts.
constexpr int kNothing = -1;
using Columns = std::array<int, LastHour::kMinutes>;

Columns ColumnsOf(const LastHour& hour) {
  Columns columns{};
  for (int x = 0; x < LastHour::kMinutes; ++x) {
    const int ago = LastHour::kMinutes - 1 - x;
    columns[static_cast<std::size_t>(x)] = (hour.attempted_minutes >> ago & 1) != 0 ? 0 : kNothing;
  }
  for (const LastHour::Minute& minute : hour.flawed) {
    // Up: however few failed, it can be seen.
    columns[static_cast<std::size_t>(LastHour::kMinutes - 1 - minute.minutes_ago)] =
        ((100 - minute.percent) * kHeight + 99) / 100;
  }
  return columns;
}

// Rectangles under the minutes with attempts.
std::string TriedPath(const Columns& columns) {
  std::string path;
  bool is_open = false;
  for (std::size_t x = 0; x <= columns.size(); ++x) {
    const bool is_tried = x < columns.size() && columns[x] != kNothing;
    if (is_tried && !is_open) path += "M" + std::to_string(x) + " 0V" + std::to_string(kHeight);
    if (!is_tried && is_open) path += "H" + std::to_string(x) + "V0z";
    is_open = is_tried;
  }
  return path;
}

// Stairs that hang from the top.
std::string FailedPath(const Columns& columns) {
  std::string path = "M0 0";
  int height = 0;
  for (std::size_t x = 0; x <= columns.size(); ++x) {
    const int next = x < columns.size() && columns[x] != kNothing ? columns[x] : 0;
    if (next == height) continue;
    path += "H" + std::to_string(x) + "V" + std::to_string(next);
    height = next;
  }
  return path + "z";
}

}  // namespace

std::string HourWords(const LastHour& hour) {
  if (hour.attempted_minutes == 0) return "";
  const std::string minutes = std::to_string(std::popcount(hour.attempted_minutes)) + " min";
  if (hour.flawed.empty()) return "no failures in " + minutes;
  return "failures in " + std::to_string(hour.flawed.size()) + " of " + minutes;
}

void AppendSparkline(const LastHour& hour, Html* html) {
  const std::string words = HourWords(hour);
  if (words.empty()) return;
  const Columns columns = ColumnsOf(hour);
  html->Tag("<svg class=\"spark\" viewBox=\"0 0 60 8\" preserveAspectRatio=\"none\" role=\"img\">")
      .Tag("<title>Last hour: ")
      .Text(words)
      .Tag("</title><path class=\"tried\" d=\"")
      .Tag(TriedPath(columns))
      .Tag("\"/>");
  if (!hour.flawed.empty()) {
    html->Tag("<path class=\"failed\" d=\"").Tag(FailedPath(columns)).Tag("\"/>");
  }
  html->Tag("</svg>");
}

}  // namespace podprobe

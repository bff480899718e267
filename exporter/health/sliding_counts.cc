#include "exporter/health/sliding_counts.h"

#include <algorithm>
#include <cmath>

namespace podprobe {
namespace {

// Forgotten entries are cleared away when there are so many of them, and half of all.
constexpr std::size_t kLeastToForget = 32;

bool IsSmall(double count) { return count <= UINT16_MAX && count == std::floor(count); }

}  // namespace

ResultCounts& ResultCounts::operator+=(const ResultCounts& added) {
  successes += added.successes;
  failures += added.failures;
  unknown += added.unknown;
  return *this;
}

void Timeline::Add(double time) {
  if (times_.empty() || time > times_.back()) times_.push_back(time);
}

std::uint32_t Timeline::NumberAt(double time) const {
  const auto at = std::ranges::lower_bound(times_, time);
  return first_ + static_cast<std::uint32_t>(at - times_.begin());
}

std::uint32_t Timeline::FirstAfter(double time) const {
  const auto at = std::ranges::upper_bound(times_, time);
  return first_ + static_cast<std::uint32_t>(at - times_.begin());
}

void Timeline::Prune(double time) {
  while (!times_.empty() && times_.front() <= time) {
    times_.pop_front();
    ++first_;
  }
}

void SlidingCounts::Add(std::uint32_t reading, const ResultCounts& added) {
  const double others = added.failures + added.unknown;
  if (!IsSmall(added.successes) || !IsSmall(others)) {
    big_entries_.push_back(
        {.reading = reading,
         .counts = {.successes = added.successes, .attempts = added.attempts()}});
    return;
  }
  const Entry entry = {.reading = reading,
                       .successes = static_cast<std::uint16_t>(added.successes),
                       .others = static_cast<std::uint16_t>(others)};
  const auto at = std::ranges::upper_bound(entries_, reading, {}, &Entry::reading);
  const auto index = static_cast<std::size_t>(at - entries_.begin());
  entries_.insert(at, entry);
  for (Window& window : windows_) {
    if (reading < window.first_reading) {
      ++window.head;
      continue;
    }
    window.head = std::min(window.head, index);
    window.small.successes += entry.successes;
    window.small.attempts += entry.successes + entry.others;
  }
}

void SlidingCounts::MoveTo(std::span<const std::uint32_t> first_readings) {
  windows_.resize(first_readings.size(), Window{.first_reading = UINT32_MAX});
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (first_readings[i] < windows_[i].first_reading) windows_[i] = WindowOverAll();
    MoveWindow(first_readings[i], &windows_[i]);
  }
  Forget();
}

SlidingCounts::Window SlidingCounts::WindowOverAll() const {
  Window window;
  for (const Entry& entry : entries_) {
    window.small.successes += entry.successes;
    window.small.attempts += entry.successes + entry.others;
  }
  return window;
}

void SlidingCounts::MoveWindow(std::uint32_t first_reading, Window* window) const {
  window->first_reading = first_reading;
  for (; window->head < entries_.size(); ++window->head) {
    const Entry& entry = entries_[window->head];
    if (entry.reading >= window->first_reading) break;
    window->small.successes -= entry.successes;
    window->small.attempts -= entry.successes + entry.others;
  }
  window->sum = window->small;
  for (const BigEntry& big : big_entries_) {
    if (big.reading < window->first_reading) continue;
    window->sum.successes += big.counts.successes;
    window->sum.attempts += big.counts.attempts;
  }
}

void SlidingCounts::Forget() {
  std::size_t unused = entries_.size();
  std::uint32_t first_reading = UINT32_MAX;
  for (const Window& window : windows_) {
    unused = std::min(unused, window.head);
    first_reading = std::min(first_reading, window.first_reading);
  }
  std::erase_if(big_entries_, [&](const BigEntry& big) { return big.reading < first_reading; });
  if (unused < kLeastToForget || unused < entries_.size() / 2) return;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(unused));
  for (Window& window : windows_) window.head -= unused;
}

}  // namespace podprobe

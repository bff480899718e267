#include "exporter/health/sliding_counts.h"

#include <algorithm>

namespace podprobe {
namespace {

// Forgotten cells are cleared away when there are so many of them, and an eighth of all.
constexpr std::size_t kLeastToForget = 64;
constexpr std::size_t kShareToForget = 8;

// Whether a cell's field that holds `present` can take `added`, up to `most`.
bool Fits(unsigned present, double added, unsigned most) {
  return added <= most - present && added == static_cast<double>(static_cast<unsigned>(added));
}

}  // namespace

void Timeline::Add(double time) {
  if (!times_.empty() && time <= times_.back()) return;
  times_.push_back(time);
  last_ = {.time = time, .number = first_ + static_cast<std::uint32_t>(times_.size() - 1)};
}

std::uint32_t Timeline::FindNumber(double time) const {
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
  if (times_.empty()) last_.reset();
}

SlidingCounts::Cell* SlidingCounts::CellOf(std::uint32_t reading) {
  if (cells_.empty()) first_ = reading;
  if (reading < first_) {
    cells_.insert(cells_.begin(), first_ - reading, Cell());
    first_ = reading;
  }
  const std::size_t index = reading - first_;
  if (index >= cells_.capacity()) {
    // Not twice as much each time: most of it would never be needed.
    cells_.reserve(index + std::max(kLeastToForget, index / kShareToForget));
  }
  if (index == cells_.size()) {
    cells_.emplace_back();  // most often; cheaper than to resize
  } else if (index > cells_.size()) {
    cells_.resize(index + 1);
  }
  return &cells_[index];
}

void SlidingCounts::Add(std::uint32_t reading, const ResultCounts& added) {
  constexpr unsigned kMostSuccesses = 31;
  constexpr unsigned kMostOthers = 7;
  const double others = added.failures + added.unknown;
  Cell* const cell = CellOf(reading);
  if (!Fits(cell->successes, added.successes, kMostSuccesses) ||
      !Fits(cell->others, others, kMostOthers)) {
    big_entries_.push_back(
        {.reading = reading,
         .counts = {.successes = added.successes, .attempts = added.attempts()}});
    return;
  }
  const auto successes = static_cast<unsigned>(added.successes);
  const unsigned attempts = successes + static_cast<unsigned>(others);
  cell->successes = static_cast<std::uint8_t>(cell->successes + successes) & kMostSuccesses;
  cell->others = static_cast<std::uint8_t>(cell->others + attempts - successes) & kMostOthers;
  for (Window& window : windows_) {
    if (reading < window.first_reading) continue;
    window.successes += successes;
    window.attempts += attempts;
  }
}

SlidingCounts::Window SlidingCounts::SumOf(std::uint32_t first, std::uint32_t last) const {
  Window sum = {.first_reading = first};
  for (std::uint32_t i = std::max(first, first_); i < std::min(last, end()); ++i) {
    const Cell& cell = cells_[i - first_];
    sum.successes += cell.successes;
    sum.attempts += cell.successes + cell.others;
  }
  return sum;
}

void SlidingCounts::MoveTo(std::span<const std::uint32_t> first_readings) {
  if (windows_.size() != first_readings.size()) {
    windows_.resize(first_readings.size(), Window{.first_reading = UINT32_MAX});
  }
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    Window& window = windows_[i];
    const std::uint32_t first = first_readings[i];
    if (first < window.first_reading) {
      window = SumOf(first, UINT32_MAX);
      continue;
    }
    if (first == window.first_reading) continue;
    const Window left = SumOf(window.first_reading, first);
    window.first_reading = first;
    window.successes -= left.successes;
    window.attempts -= left.attempts;
  }
  Forget();
}

SlidingCounts::Sum SlidingCounts::Over(std::size_t window) const {
  const auto& [first_reading, successes, attempts] = windows_[window];
  Sum sum = {.successes = static_cast<double>(successes),
             .attempts = static_cast<double>(attempts)};
  for (const BigEntry& big : big_entries_) {
    if (big.reading < first_reading) continue;
    sum.successes += big.counts.successes;
    sum.attempts += big.counts.attempts;
  }
  return sum;
}

void SlidingCounts::Forget() {
  std::uint32_t first_reading = UINT32_MAX;
  for (const Window& window : windows_) {
    first_reading = std::min(first_reading, window.first_reading);
  }
  if (!big_entries_.empty()) {
    std::erase_if(big_entries_, [&](const BigEntry& big) { return big.reading < first_reading; });
  }
  if (first_reading >= end()) {
    cells_.clear();
    return;
  }
  if (first_reading < first_ + kLeastToForget) return;
  const std::size_t unused = first_reading - first_;
  if (unused < cells_.size() / kShareToForget) return;
  cells_.erase(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(unused));
  first_ = first_reading;
}

}  // namespace podprobe

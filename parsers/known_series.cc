#include "parsers/known_series.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <utility>

namespace podprobe {
namespace {

__extension__ using Uint128 = unsigned __int128;

std::uint64_t Multiply(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t Load(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

constexpr std::size_t kBlockBytes = 32;
using Keys = std::array<std::uint64_t, 4>;

Keys DrawKeys() {
  std::random_device random;
  Keys keys;
  for (std::uint64_t& key : keys) key = std::uint64_t{random()} << 32 | random();
  return keys;
}

// Multiplies the text together, two words at a time and on two tracks at once.
std::uint64_t Hash(const char* text, std::size_t size) {
  static const Keys keys = DrawKeys();
  std::uint64_t a = keys[0];
  std::uint64_t b = keys[1];
  const auto add = [&](const char* block) {
    a = Multiply(Load(block) ^ keys[2], Load(block + 8) ^ a);
    b = Multiply(Load(block + 16) ^ keys[3], Load(block + 24) ^ b);
  };
  if (size < kBlockBytes) {
    char block[kBlockBytes] = {};
    std::memcpy(block, text, size);
    add(block);
  } else {
    const char* const last = text + size - kBlockBytes;
    for (const char* p = text; p < last; p += kBlockBytes) add(p);
    add(last);
  }
  return Multiply(a ^ size, b ^ keys[2]);
}

}  // namespace

const KnownSeries::Series* KnownSeries::ExpectedAt(const char* line, const char* limit) const {
  if (expected_ == kNone) return nullptr;
  const Series& series = series_[expected_];
  if (limit - line <= static_cast<std::ptrdiff_t>(series.size)) return nullptr;
  return Hash(line, series.size) == series.hash ? &series : nullptr;
}

void KnownSeries::Come(std::uint32_t index) {
  if (last_ == kNone) {
    first_ = index;
  } else {
    series_[last_].next = index;
  }
  last_ = index;
  Series& series = series_[index];
  if (series.page != page_) ++come_;
  series.page = page_;
  expected_ = series.next;
}

void KnownSeries::TakeExpected() { Come(expected_); }

const KnownSeries::Series* KnownSeries::Find(std::string_view text) {
  if (slots_.empty()) return nullptr;
  const std::uint64_t hash = Hash(text.data(), text.size());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask; slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const std::uint32_t index = slots_[slot];
    if (series_[index].hash != hash || series_[index].size != text.size()) continue;
    Come(index);
    return &series_[index];
  }
  return nullptr;
}

void KnownSeries::Index(std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = series_[index].hash & mask;
  while (slots_[slot] != kNone) slot = (slot + 1) & mask;
  slots_[slot] = index;
}

std::uint32_t KnownSeries::Append(const Series& series) {
  const auto index = static_cast<std::uint32_t>(series_.size());
  series_.push_back(series);
  if (2 * series_.size() > slots_.size()) {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), kNone);
    for (std::uint32_t i = 0; i < series_.size(); ++i) Index(i);
  } else {
    Index(index);
  }
  bytes_ = series_.capacity() * sizeof(Series) + slots_.capacity() * sizeof(std::uint32_t);
  return index;
}

const KnownSeries::Series* KnownSeries::Add(std::string_view text) {
  if (bytes_ >= max_bytes_) return nullptr;
  const std::uint32_t after = expected_;
  const std::uint32_t index = Append({.hash = Hash(text.data(), text.size()),
                                      .size = static_cast<std::uint32_t>(text.size()),
                                      .id = ++last_id_,
                                      .next = kNone,
                                      .page = page_});
  Come(index);
  ++come_;  // it was made on this page
  // A new one is put between its neighbours.
  series_[index].next = after;
  expected_ = after;
  return &series_[index];
}

// Keeps only what this page had.
void KnownSeries::ForgetOld() {
  const std::size_t kept =
      bytes_ < max_bytes_ ? series_.size() - series_.size() / 4 : series_.size();
  if (come_ >= kept) return;
  const std::vector<Series> old = std::exchange(series_, {});
  slots_ = std::vector<std::uint32_t>();
  std::vector<std::uint32_t> places(old.size(), kNone);
  for (std::size_t i = 0; i < old.size(); ++i) {
    const Series& series = old[i];
    if (series.page != page_) continue;
    places[i] = Append(series);
    series_.back().next = kNone;
  }
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (places[i] == kNone || old[i].next == kNone) continue;
    series_[places[i]].next = places[old[i].next];
  }
  first_ = first_ == kNone ? kNone : places[first_];
  if (series_.empty()) bytes_ = 0;
}

void KnownSeries::StartPage() {
  if (come_ > 0) ForgetOld();
  expected_ = first_;
  last_ = kNone;
  come_ = 0;
  ++page_;
}

}  // namespace podprobe

#include "parsers/known_series.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "parsers/plain_line.h"

namespace podprobe {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;

__extension__ using Uint128 = unsigned __int128;

std::uint64_t Mix(std::uint64_t hash, std::uint64_t word) {
  const Uint128 product = static_cast<Uint128>(hash ^ word) * 0x9e3779b97f4a7c15u;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint32_t Hash(std::string_view text) {
  std::uint64_t hash = Mix(0x2545f4914f6cdd1d, text.size());
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), sizeof word);
    hash = Mix(hash, word);
    text.remove_prefix(8);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), text.size());
  return static_cast<std::uint32_t>(Mix(hash, word));
}

}  // namespace

const char* KnownSeries::Arena::Copy(std::string_view text) {
  if (text.size() > free_bytes_) {
    const std::size_t block_bytes = std::max(text.size(), kBlockBytes);
    // Readers may look a little beyond what they were given.
    blocks_.push_back(std::make_unique<char[]>(block_bytes + PlainReader::kOverreadBytes));
    free_ = blocks_.back().get();
    free_bytes_ = block_bytes;
    bytes_ += block_bytes;
  }
  char* const copy = free_;
  std::memcpy(copy, text.data(), text.size());
  free_ += text.size();
  free_bytes_ -= text.size();
  return copy;
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
  const std::uint32_t hash = Hash(text);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask; slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const std::uint32_t index = slots_[slot];
    if (series_[index].hash != hash || series_[index].text() != text) continue;
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

std::uint32_t KnownSeries::Append(std::string_view text, std::uint32_t hash, std::uint64_t id) {
  const auto index = static_cast<std::uint32_t>(series_.size());
  series_.push_back({.bytes = texts_.Copy(text),
                     .id = id,
                     .size = static_cast<std::uint32_t>(text.size()),
                     .hash = hash,
                     .next = kNone,
                     .page = page_});
  if (2 * series_.size() > slots_.size()) {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), kNone);
    for (std::uint32_t i = 0; i < series_.size(); ++i) Index(i);
  } else {
    Index(index);
  }
  bytes_ = texts_.bytes() + series_.capacity() * sizeof(Series) +
           slots_.capacity() * sizeof(std::uint32_t);
  return index;
}

const KnownSeries::Series* KnownSeries::Add(std::string_view text) {
  if (bytes_ >= max_bytes_) return nullptr;
  const std::uint32_t after = expected_;
  const std::uint32_t index = Append(text, Hash(text), ++last_id_);
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
  const Arena old_texts = std::exchange(texts_, Arena());
  slots_.clear();
  std::vector<std::uint32_t> places(old.size(), kNone);
  for (std::size_t i = 0; i < old.size(); ++i) {
    const Series& series = old[i];
    if (series.page != page_) continue;
    places[i] = Append(series.text(), series.hash, series.id);
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

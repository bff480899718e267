#ifndef PODPROBE_EXPORTER_HEALTH_ENTRY_INDEX_H_
#define PODPROBE_EXPORTER_HEALTH_ENTRY_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "exporter/health/shared_text.h"

namespace podprobe {

// Finds the entries of a list by their labels. The labels are those of the entries
// themselves, which KeyOf(entry) gives as a `Key`. The list outlives the index; whoever
// moves entries in it clears the index first.
template <typename Entry, typename Key>
class EntryIndex {
 public:
  explicit EntryIndex(const std::vector<Entry>* entries) : at_(0, {entries}, {entries}) {}

  std::optional<std::uint32_t> Find(const Key& key) const {
    const auto found = at_.find(key);
    return found == at_.end() ? std::nullopt : std::optional(*found);
  }
  // Of an entry that is not in it yet.
  void Add(std::uint32_t index) { at_.insert(index); }
  void Clear() { at_.clear(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::uint32_t index) const { return (*this)(KeyOf((*entries)[index])); }
    std::size_t operator()(const Key& key) const { return absl::Hash<Key>()(key); }
    const std::vector<Entry>* entries;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::uint32_t index, const Key& key) const {
      return KeyOf((*entries)[index]) == key;
    }
    const std::vector<Entry>* entries;
  };

  absl::flat_hash_set<std::uint32_t, Hash, Equal> at_;
};

// Texts of which each is held once.
class TextPool {
 public:
  const SharedText& Share(std::string_view text) { return *texts_.emplace(text).first; }
  void Clear() { texts_.clear(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return absl::Hash<std::string_view>()(text);
    }
  };
  absl::flat_hash_set<SharedText, Hash, std::equal_to<>> texts_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ENTRY_INDEX_H_

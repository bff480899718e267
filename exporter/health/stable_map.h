#ifndef PODPROBE_EXPORTER_HEALTH_STABLE_MAP_H_
#define PODPROBE_EXPORTER_HEALTH_STABLE_MAP_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace podprobe {

// A std::map for what is walked through all the time and changes seldom: the entries lie in a
// row of pointers, in the order of their keys. Pointers to entries stay valid until they are
// erased; iterators do not stay valid when entries come or go.
template <typename Key, typename Value, typename Less = std::less<>>
class StableMap {
 public:
  using value_type = std::pair<const Key, Value>;

 private:
  using Entries = std::vector<std::unique_ptr<value_type>>;

  template <typename Entry>
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::remove_const_t<Entry>;
    using difference_type = std::ptrdiff_t;
    using pointer = Entry*;
    using reference = Entry&;

    Iterator() = default;
    explicit Iterator(typename Entries::const_iterator at) : at_(at) {}

    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    typename Entries::const_iterator at_;
  };

 public:
  using iterator = Iterator<value_type>;
  using const_iterator = Iterator<const value_type>;

  iterator begin() { return iterator(entries_.begin()); }
  iterator end() { return iterator(entries_.end()); }
  const_iterator begin() const { return const_iterator(entries_.begin()); }
  const_iterator end() const { return const_iterator(entries_.end()); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  void clear() { entries_.clear(); }

  // By whatever `Less` compares with keys.
  template <typename K>
  iterator find(const K& key) {
    return iterator(Find(key));
  }
  template <typename K>
  const_iterator find(const K& key) const {
    return const_iterator(Find(key));
  }

  // Makes the entry of this key if there is none; tells whether it did.
  std::pair<iterator, bool> try_emplace(Key key) {
    auto at = LowerBound(key);
    if (at != entries_.end() && !Less()(key, (*at)->first)) return {iterator(at), false};
    at = entries_.insert(at, std::make_unique<value_type>(std::piecewise_construct,
                                                          std::forward_as_tuple(std::move(key)),
                                                          std::forward_as_tuple()));
    return {iterator(at), true};
  }
  Value& operator[](Key key) { return try_emplace(std::move(key)).first->second; }

  // Erases the entries for which `is_over` holds; returns how many.
  template <typename Predicate>
  std::size_t EraseIf(Predicate is_over) {
    return std::erase_if(entries_, [&](const auto& entry) { return is_over(*entry); });
  }

 private:
  template <typename K>
  typename Entries::const_iterator LowerBound(const K& key) const {
    return std::lower_bound(
        entries_.begin(), entries_.end(), key,
        [](const auto& entry, const K& wanted) { return Less()(entry->first, wanted); });
  }
  template <typename K>
  typename Entries::const_iterator Find(const K& key) const {
    const auto at = LowerBound(key);
    return at != entries_.end() && !Less()(key, (*at)->first) ? at : entries_.end();
  }

  Entries entries_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_STABLE_MAP_H_

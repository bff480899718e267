#ifndef PODPROBE_EXPORTER_HEALTH_FOUND_ENTRIES_H_
#define PODPROBE_EXPORTER_HEALTH_FOUND_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace podprobe {

// What was found for the entries of a list that comes again and again, most often in the same
// order: kept by their places in it. An entry is told by its id; 0 is none.
template <typename Found>
class FoundEntries {
 public:
  // Null where the entry that stood at `place` was another one. Valid until the next Keep.
  const Found* At(std::size_t place, std::uint64_t id) const {
    const bool is_known = id != 0 && place < kept_.size() && kept_[place].id == id;
    return is_known ? &kept_[place].found : nullptr;
  }
  void Keep(std::size_t place, std::uint64_t id, const Found& found) {
    if (place >= kept_.size()) kept_.resize(place + 1);
    kept_[place] = {.id = id, .found = found};
  }
  // Of whichever entry it was; null where there was none.
  const Found* Last(std::size_t place) const {
    return place < kept_.size() ? &kept_[place].found : nullptr;
  }
  void Clear() { kept_ = {}; }

 private:
  struct Kept {
    std::uint64_t id = 0;
    Found found = {};
  };
  std::vector<Kept> kept_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_FOUND_ENTRIES_H_

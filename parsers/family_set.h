#ifndef PODPROBE_PARSERS_FAMILY_SET_H_
#define PODPROBE_PARSERS_FAMILY_SET_H_

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace podprobe {

// The metric families that a reader wants. An empty set wants all.
class FamilySet {
 public:
  explicit FamilySet(const std::vector<std::string>& families);

  bool WantsAll() const { return sample_names_.empty(); }
  // Whether a sample of this name belongs to a wanted family: by its own name or
  // by a suffix that the formats give to a family's samples.
  bool WantsSample(std::string_view name) const;
  bool WantsFamily(std::string_view name) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Set = std::unordered_set<std::string, Hash, std::equal_to<>>;
  Set families_;
  Set sample_names_;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_FAMILY_SET_H_

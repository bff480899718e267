#include "parsers/family_set.h"

namespace podprobe {
namespace {

constexpr std::string_view kSuffixes[] = {"",         "_bucket", "_sum",  "_count", "_total",
                                          "_created", "_info",   "_gsum", "_gcount"};

}  // namespace

FamilySet::FamilySet(const std::vector<std::string>& families)
    : families_(families.begin(), families.end()) {
  for (const std::string& family : families) {
    for (const std::string_view suffix : kSuffixes) {
      sample_names_.insert(family + std::string(suffix));
    }
  }
}

bool FamilySet::WantsSample(std::string_view name) const {
  return WantsAll() || sample_names_.find(name) != sample_names_.end();
}

bool FamilySet::WantsFamily(std::string_view name) const {
  return WantsAll() || families_.find(name) != families_.end();
}

}  // namespace podprobe

#include "exporter/page_summary.h"

#include <algorithm>
#include <iomanip>
#include <vector>

namespace podprobe {
namespace {

constexpr std::size_t kLargestFamilies = 20;
constexpr std::string_view kUnknownType = "untyped";

// The suffixes of a type's samples.
struct Suffixes {
  std::string_view type;
  std::vector<std::string_view> suffixes;
};

const std::vector<Suffixes>& AllSuffixes() {
  static const std::vector<Suffixes> kAll = {
      {"counter", {"_total", "_created"}},
      {"histogram", {"_bucket", "_sum", "_count", "_created"}},
      {"summary", {"_sum", "_count", "_created"}},
      {"gaugehistogram", {"_bucket", "_gsum", "_gcount"}},
      {"info", {"_info"}},
  };
  return kAll;
}

}  // namespace

PageSummary::Family& PageSummary::Find(std::string_view name) {
  const auto found = families_.find(name);
  if (found != families_.end()) return found->second;
  return families_.emplace(name, Family()).first->second;
}

PageSummary::Family& PageSummary::FamilyOf(std::string_view sample_name) {
  if (!families_.contains(sample_name)) {
    for (const Suffixes& type : AllSuffixes()) {
      for (const std::string_view suffix : type.suffixes) {
        if (!sample_name.ends_with(suffix)) continue;
        const auto family =
            families_.find(sample_name.substr(0, sample_name.size() - suffix.size()));
        if (family != families_.end() && family->second.type == type.type) return family->second;
      }
    }
  }
  return Find(sample_name);
}

void PageSummary::Add(const Sample& sample) {
  if (last_family_ == nullptr || sample.name != last_name_) {
    last_name_ = sample.name;
    last_family_ = &FamilyOf(sample.name);
  }
  ++last_family_->samples;
}

void PageSummary::Add(const Metadata& metadata) {
  if (metadata.kind == Metadata::Kind::kType) Find(metadata.family).type = metadata.text;
}

void PageSummary::Write(std::ostream& out) const {
  std::map<std::string_view, std::size_t> types;
  std::vector<Families::const_iterator> largest;
  std::size_t samples = 0;
  for (auto family = families_.begin(); family != families_.end(); ++family) {
    const std::string& type = family->second.type;
    ++types[type.empty() ? kUnknownType : std::string_view(type)];
    samples += family->second.samples;
    largest.push_back(family);
  }
  std::stable_sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) {
    return a->second.samples > b->second.samples;
  });

  out << "families  " << families_.size();
  std::string_view separator = " (";
  for (const auto& [type, count] : types) {
    out << separator << count << ' ' << type;
    separator = ", ";
  }
  out << (types.empty() ? "" : ")") << "\nsamples   " << samples << '\n';
  if (largest.empty()) return;

  const std::size_t shown = std::min(kLargestFamilies, largest.size());
  out << "\n   samples   share  type            family\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const Family& family = largest[i]->second;
    const double share =
        samples == 0 ? 0 : 100 * static_cast<double>(family.samples) / static_cast<double>(samples);
    out << std::right << std::setw(10) << family.samples << std::fixed << std::setprecision(1)
        << std::setw(7) << share << "%  " << std::left << std::setw(16)
        << (family.type.empty() ? kUnknownType : std::string_view(family.type)) << largest[i]->first
        << '\n';
  }
  if (shown < largest.size()) out << "and " << largest.size() - shown << " more families\n";
}

}  // namespace podprobe

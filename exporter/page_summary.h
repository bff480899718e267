#ifndef PODPROBE_EXPORTER_PAGE_SUMMARY_H_
#define PODPROBE_EXPORTER_PAGE_SUMMARY_H_

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <string_view>

#include "parsers/sample.h"

namespace podprobe {

// What a person wants to know of a page: its families by type, and which are the largest.
class PageSummary {
 public:
  void Add(const Sample& sample);
  void Add(const Metadata& metadata);
  void Write(std::ostream& out) const;

 private:
  struct Family {
    std::string type;  // empty: the page does not say
    std::size_t samples = 0;
  };
  using Families = std::map<std::string, Family, std::less<>>;

  Family& Find(std::string_view name);
  // The family of a sample: its own name's, or that without the suffix.
  Family& FamilyOf(std::string_view sample_name);

  Families families_;
  // The family of the last sample; the next one is mostly of the same.
  std::string last_name_;
  Family* last_family_ = nullptr;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_PAGE_SUMMARY_H_

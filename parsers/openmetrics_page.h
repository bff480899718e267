#ifndef PODPROBE_PARSERS_OPENMETRICS_PAGE_H_
#define PODPROBE_PARSERS_OPENMETRICS_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "parsers/line.h"
#include "parsers/sample.h"

namespace podprobe {

// What OpenMetrics 1.0 demands of a page beyond each line: families that neither
// clash nor interleave, their metadata before their samples, samples that fit the
// type, label sets that stay together with timestamps that do not go back,
// histograms whose buckets add up, and `# EOF` as the last line.
class OpenMetricsPage {
 public:
  // Past this many a page is in error; each is remembered by name.
  static constexpr std::size_t kMaxFamilies = 100'000;

  // Reads and judges the line begun in `line`, the page's `line_number`th.
  LineKind Read(Line* line, std::size_t line_number);
  // Ends the page. False if its end is missing: an error at the next line.
  bool Finish(std::string* message);
  void Reset();
  bool IsEnded() const { return is_ended_; }

  // What the last call found wrong with earlier lines: a histogram, once it is over.
  std::optional<ParseError> TakeEarlierError();

 private:
  enum class Type {
    kUnknown,
    kGauge,
    kCounter,
    kHistogram,
    kGaugeHistogram,
    kSummary,
    kInfo,
    kStateSet
  };
  // 128 bits, so that no two label sets are taken for one.
  using Group = std::pair<std::uint64_t, std::uint64_t>;
  struct GroupHash {
    std::size_t operator()(const Group& group) const { return group.first; }
  };
  // What a histogram's group of samples told so far.
  struct Buckets {
    std::optional<double> bound;
    double value = 0;
    std::optional<double> count;
    bool has_sum = false;
    bool has_negative_sum = false;
    bool has_negative_bound = false;
  };

  bool ReadMetadata(Line* line);
  bool ReadSample(Line* line, std::size_t line_number);
  bool BeginFamily(Line* line, std::string_view name);
  void EndFamily();
  bool CheckType(Line* line, std::string_view suffix);
  bool CheckLabels(Line* line, std::string_view suffix);
  bool CheckValue(Line* line, std::string_view suffix);
  bool CheckGroup(Line* line, std::string_view suffix, std::size_t line_number);
  bool CheckBuckets(Line* line, std::string_view suffix);
  void EndGroup();
  bool NoteName(Line* line, std::string_view name, std::string_view suffix);
  bool IsHistogram() const { return type_ == Type::kHistogram || type_ == Type::kGaugeHistogram; }
  Group GroupOf(const Sample& sample, std::string_view suffix) const;

  bool is_ended_ = false;
  std::unordered_set<std::string> names_;
  std::optional<ParseError> earlier_error_;

  // The family that is being read.
  bool has_family_ = false;
  std::string family_;
  Type type_ = Type::kUnknown;
  bool has_type_ = false;
  bool has_help_ = false;
  bool has_unit_ = false;
  bool is_unit_empty_ = true;
  bool has_samples_ = false;
  // A line of it was bad, so that what the rest lacks proves nothing.
  bool has_bad_line_ = false;

  // The label set that is being read.
  bool has_group_ = false;
  Group group_;
  std::unordered_set<Group, GroupHash> groups_;
  std::optional<double> group_timestamp_seconds_;
  Buckets buckets_;
  std::size_t group_line_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_OPENMETRICS_PAGE_H_

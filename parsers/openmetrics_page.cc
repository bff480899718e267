#include "parsers/openmetrics_page.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "parsers/number.h"
#include "parsers/openmetrics_line.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

// The suffixes of each type's samples, in the order of OpenMetricsPage::Type.
struct TypeTraits {
  std::string_view name;
  std::vector<std::string_view> suffixes;
};

const std::vector<TypeTraits>& AllTypes() {
  static const std::vector<TypeTraits> kTypes = {
      {"unknown", {""}},
      {"gauge", {""}},
      {"counter", {"_total", "_created"}},
      {"histogram", {"_bucket", "_count", "_sum", "_created"}},
      {"gaugehistogram", {"_bucket", "_gcount", "_gsum"}},
      {"summary", {"", "_count", "_sum", "_created"}},
      {"info", {"_info"}},
      {"stateset", {""}},
  };
  return kTypes;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

const Label* FindLabel(const Sample& sample, std::string_view name) {
  for (const Label& label : sample.labels) {
    if (label.name == name) return &label;
  }
  return nullptr;
}

// A bound or quantile: any number, but infinity only as +Inf.
std::optional<double> ParseBound(std::string_view text) {
  double value = 0;
  if (ParseNumber(text, &value) != NumberStatus::kOk || std::isnan(value)) return std::nullopt;
  if (std::isinf(value) && value > 0 && text != "+Inf") return std::nullopt;
  return value;
}

std::uint64_t Fnv1a(std::string_view text, std::uint64_t hash) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

LineKind OpenMetricsPage::Read(Line* line, std::size_t line_number) {
  if (is_ended_) {
    line->Fail(0, "text after # EOF: " + Quote(line->text()));
    return LineKind::kError;
  }
  const LineKind kind = ReadOpenMetricsLine(line);
  bool is_good = true;
  switch (kind) {
    case LineKind::kNothing:
      EndFamily();
      is_ended_ = true;
      return kind;
    case LineKind::kSample:
      is_good = ReadSample(line, line_number);
      break;
    case LineKind::kMetadata:
      is_good = ReadMetadata(line);
      break;
    case LineKind::kError:
      is_good = false;
      break;
  }
  if (is_good) return kind;
  has_bad_line_ = true;
  return LineKind::kError;
}

bool OpenMetricsPage::Finish(std::string* message) {
  EndFamily();
  if (is_ended_) return true;
  *message = "the page ends without # EOF";
  return false;
}

void OpenMetricsPage::Reset() { *this = OpenMetricsPage(); }

std::optional<ParseError> OpenMetricsPage::TakeEarlierError() {
  return std::exchange(earlier_error_, std::nullopt);
}

bool OpenMetricsPage::ReadMetadata(Line* line) {
  const Metadata& metadata = line->metadata;
  if (has_family_ && metadata.family == family_) {
    if (has_samples_) return line->Fail(0, "metadata after its samples: " + Quote(line->text()));
  } else if (!BeginFamily(line, metadata.family)) {
    return false;
  }
  const auto fail_twice = [&] {
    return line->Fail(0, "a second time for this family: " + Quote(line->text()));
  };
  switch (metadata.kind) {
    case Metadata::Kind::kHelp:
      return !std::exchange(has_help_, true) || fail_twice();
    case Metadata::Kind::kUnit:
      if (std::exchange(has_unit_, true)) return fail_twice();
      is_unit_empty_ = metadata.text.empty();
      break;
    case Metadata::Kind::kType: {
      if (std::exchange(has_type_, true)) return fail_twice();
      std::size_t type = 0;
      while (AllTypes()[type].name != metadata.text) ++type;
      type_ = static_cast<Type>(type);
      for (const std::string_view suffix : AllTypes()[type].suffixes) {
        if (!suffix.empty() && !NoteName(line, family_, suffix)) return false;
      }
      break;
    }
  }
  if (!is_unit_empty_ && (type_ == Type::kInfo || type_ == Type::kStateSet)) {
    return line->Fail(0, "an info or stateset has no unit: " + Quote(line->text()));
  }
  return true;
}

bool OpenMetricsPage::NoteName(Line* line, std::string_view name, std::string_view suffix) {
  std::string full(name);
  full += suffix;
  if (names_.contains(full)) {
    return line->Fail(0, "name clashes with a family before: " + Quote(full));
  }
  if (names_.size() >= kMaxFamilies) {
    return line->Fail(0, "more than " + std::to_string(kMaxFamilies) + " names of families");
  }
  names_.insert(std::move(full));
  return true;
}

bool OpenMetricsPage::BeginFamily(Line* line, std::string_view name) {
  EndFamily();
  has_family_ = true;
  family_ = name;
  return NoteName(line, name, "");
}

void OpenMetricsPage::EndFamily() {
  EndGroup();
  // Clearing costs what the table once held, so a large one is let go.
  constexpr std::size_t kKeptGroups = 1024;
  if (groups_.bucket_count() > kKeptGroups) {
    groups_ = {};
  } else {
    groups_.clear();
  }
  has_family_ = false;
  type_ = Type::kUnknown;
  has_type_ = false;
  has_help_ = false;
  has_unit_ = false;
  is_unit_empty_ = true;
  has_samples_ = false;
  has_bad_line_ = false;
  has_group_ = false;
}

bool OpenMetricsPage::ReadSample(Line* line, std::size_t line_number) {
  const std::string_view name = line->sample.name;
  std::string_view suffix;
  bool is_of_family = has_family_ && name.starts_with(family_);
  if (is_of_family) {
    suffix = name.substr(family_.size());
    const auto& suffixes = AllTypes()[static_cast<std::size_t>(type_)].suffixes;
    is_of_family = std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
  }
  if (!is_of_family) {
    // A family without metadata, its type unknown.
    suffix = {};
    const bool is_new = BeginFamily(line, name);
    has_samples_ = true;
    if (!is_new) return false;
  }
  has_samples_ = true;
  return CheckLabels(line, suffix) && CheckValue(line, suffix) && CheckType(line, suffix) &&
         CheckGroup(line, suffix, line_number);
}

// Where an exemplar may stand.
bool OpenMetricsPage::CheckType(Line* line, std::string_view suffix) {
  if (line->sample.exemplar == nullptr) return true;
  if (IsHistogram() && suffix == "_bucket") return true;
  if (type_ == Type::kCounter && suffix == "_total") return true;
  return line->Fail(
      0, "only a histogram's buckets and a counter's total have exemplars: " + Quote(line->text()));
}

bool OpenMetricsPage::CheckLabels(Line* line, std::string_view suffix) {
  const Sample& sample = line->sample;
  if (type_ == Type::kStateSet && FindLabel(sample, family_) == nullptr) {
    return line->Fail(
        0, "a stateset's sample has a label of its family's name: " + Quote(line->text()));
  }
  if (IsHistogram() && suffix == "_bucket") {
    const Label* const le = FindLabel(sample, "le");
    if (le == nullptr || !ParseBound(le->value).has_value()) {
      return line->Fail(0, "a bucket has a label le, a number or +Inf: " + Quote(line->text()));
    }
  }
  if (type_ == Type::kSummary && suffix.empty()) {
    const Label* const quantile = FindLabel(sample, "quantile");
    const std::optional<double> value =
        quantile == nullptr ? std::nullopt : ParseBound(quantile->value);
    if (!value.has_value() || *value < 0 || *value > 1) {
      return line->Fail(
          0, "a summary's sample has a label quantile from 0 to 1: " + Quote(line->text()));
    }
  }
  return true;
}

bool OpenMetricsPage::CheckValue(Line* line, std::string_view suffix) {
  const double value = line->sample.value;
  const auto fail = [&](std::string_view what) {
    return line->Fail(0, std::string(what) + ": " + Quote(line->text()));
  };
  if (type_ == Type::kStateSet && value != 0 && value != 1) {
    return fail("a stateset's value is 0 or 1");
  }
  if (type_ == Type::kInfo && value != 1) return fail("an info's value is 1");
  if (type_ == Type::kSummary && suffix.empty() && value < 0) {
    return fail("a quantile's value is not negative");
  }
  if (suffix.empty() || suffix == "_created" || suffix == "_info") return true;
  if (std::isnan(value)) return fail("what counts is not NaN");
  if (value < 0 && suffix != "_gsum") return fail("what counts is not negative");
  const bool is_count = IsOneOf(suffix, {"_bucket", "_count", "_gcount"});
  const bool is_whole = std::isfinite(value) && value == std::floor(value);
  if (is_count && !is_whole) return fail("a count is a whole number");
  return true;
}

OpenMetricsPage::Group OpenMetricsPage::GroupOf(const Sample& sample,
                                                std::string_view suffix) const {
  // The label that tells the samples of one metric apart.
  std::string_view own_label;
  bool has_own_label = true;
  if (type_ == Type::kSummary && suffix.empty()) {
    own_label = "quantile";
  } else if (type_ == Type::kStateSet) {
    own_label = family_;
  } else if (IsHistogram() && suffix == "_bucket") {
    own_label = "le";
  } else {
    has_own_label = false;
  }
  Group group;
  for (const Label& label : sample.labels) {
    if (has_own_label && label.name == own_label) continue;
    const std::uint64_t name_hash = std::hash<std::string_view>()(label.name);
    const std::uint64_t value_hash = std::hash<std::string_view>()(label.value);
    // Summed up, since the order of labels does not matter.
    group.first += (name_hash * 31 + value_hash) * 0x9e3779b97f4a7c15;
    group.second += Fnv1a(label.value, Fnv1a("=", Fnv1a(label.name, 0xcbf29ce484222325)));
  }
  return group;
}

bool OpenMetricsPage::CheckGroup(Line* line, std::string_view suffix, std::size_t line_number) {
  const Sample& sample = line->sample;
  const std::optional<double> timestamp_seconds =
      sample.timestamp_ms.has_value() ? std::optional(line->timestamp_seconds) : std::nullopt;
  // The samples of an info cannot be told apart from one another.
  const Group group = type_ == Type::kInfo ? Group() : GroupOf(sample, suffix);

  if (!has_group_ || group != group_) {
    EndGroup();
    if (!groups_.insert(group).second) {
      return line->Fail(0, "samples of one label set are not together: " + Quote(line->text()));
    }
    has_group_ = true;
    group_ = group;
  } else {
    if (timestamp_seconds.has_value() != group_timestamp_seconds_.has_value()) {
      return line->Fail(
          0, "a label set has samples with and without timestamp: " + Quote(line->text()));
    }
    if (timestamp_seconds < group_timestamp_seconds_ && type_ != Type::kInfo) {
      return line->Fail(0, "timestamps of a label set go back: " + Quote(line->text()));
    }
    if (timestamp_seconds != group_timestamp_seconds_) {
      EndGroup();
      has_group_ = true;
    }
  }
  group_timestamp_seconds_ = timestamp_seconds;
  group_line_ = line_number;
  return !IsHistogram() || CheckBuckets(line, suffix);
}

bool OpenMetricsPage::CheckBuckets(Line* line, std::string_view suffix) {
  const double value = line->sample.value;
  if (suffix == "_bucket") {
    const double bound = *ParseBound(FindLabel(line->sample, "le")->value);
    if (buckets_.bound.has_value() && bound <= *buckets_.bound) {
      return line->Fail(0, "buckets out of order: " + Quote(line->text()));
    }
    if (value < buckets_.value) {
      return line->Fail(0, "bucket below the one before: " + Quote(line->text()));
    }
    buckets_.bound = bound;
    buckets_.value = value;
    buckets_.has_negative_bound = buckets_.has_negative_bound || bound < 0;
  } else if (suffix == "_count" || suffix == "_gcount") {
    // Said twice, and not the same: then at most one is right.
    const bool is_same = !buckets_.count.has_value() || *buckets_.count == value;
    buckets_.count = is_same ? value : std::numeric_limits<double>::quiet_NaN();
  } else if (suffix == "_sum" || suffix == "_gsum") {
    buckets_.has_sum = true;
    buckets_.has_negative_sum = value < 0;
  }
  return true;
}

// Judges the histogram that is over: what is missing, and what does not add up.
void OpenMetricsPage::EndGroup() {
  const Buckets buckets = std::exchange(buckets_, Buckets());
  if (!std::exchange(has_group_, false) || !IsHistogram() || has_bad_line_) return;
  const bool is_gauge = type_ == Type::kGaugeHistogram;
  const std::string count_name = is_gauge ? "_gcount" : "_count";
  const std::string sum_name = is_gauge ? "_gsum" : "_sum";
  std::string what;
  if (buckets.bound != std::numeric_limits<double>::infinity()) {
    what = "has no +Inf bucket";
  } else if (buckets.count.has_value() && *buckets.count != buckets.value) {
    what = "has a " + count_name + " other than its +Inf bucket";
  } else if (buckets.has_sum && !buckets.count.has_value()) {
    what = "has " + sum_name + " and no " + count_name;
  } else if (!buckets.has_sum && buckets.count.has_value()) {
    what = "has " + count_name + " and no " + sum_name;
  } else if (!is_gauge && buckets.has_negative_bound && buckets.has_sum) {
    what = "has a negative bucket bound and _sum";
  } else if (is_gauge && !buckets.has_negative_bound && buckets.has_negative_sum) {
    what = "has a negative _gsum and no negative bucket bound";
  } else {
    return;
  }
  earlier_error_ = ParseError{
      .line = group_line_, .column = 1, .message = "histogram " + Quote(family_) + " " + what};
}

}  // namespace podprobe

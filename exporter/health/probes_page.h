#ifndef PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_
#define PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporter/health/entry_index.h"
#include "exporter/health/readings.h"
#include "parsers/sample.h"

namespace podprobe {

// Collects the samples of one /metrics/probes page into a ProbesReading.
//
// A kubelet sends the same series page after page: where a series' value goes is kept by
// its Sample::series_id. A page that says nothing new costs neither a look at a label nor
// an allocation. What a page lacks is forgotten with it.
class ProbesPage : public SampleSink {
 public:
  // The families to ask the parser for.
  static std::vector<std::string> Families();

  ProbesPage() = default;
  ProbesPage(const ProbesPage&) = delete;
  ProbesPage& operator=(const ProbesPage&) = delete;

  void OnSample(const Sample& sample) override;
  bool OnKnownSample(const KnownSample& sample) override;
  void OnError(const ParseError& error) override;

  // What came since the last Take. Valid until the next sample or error comes.
  const ProbesReading& Take();

  // Samples whose value no counter can have; each also counts as a bad line.
  const std::vector<std::string>& bad_values() const { return bad_values_; }

 private:
  struct Labels;
  template <typename Entry>
  using Index = EntryIndex<Entry, SeriesKey>;

  // The value of `reading_` that a series is about.
  enum class Kind : std::uint8_t {
    kNone,
    kProcessStart,
    kSuccessful,
    kFailed,
    kUnknown,
    kOther,
    kCount,
    kSum,
    kBucket
  };
  struct Target {
    Kind kind = Kind::kNone;
    std::uint32_t entry = 0;   // of the probes or the histograms
    std::uint32_t bucket = 0;  // or of the others
  };
  // The target of one series. Small, since there are ten thousands.
  struct Place {
    std::uint32_t series_id = 0;
    std::uint32_t entry = 0;
    std::uint16_t bucket = 0;
    Kind kind = Kind::kNone;
  };

  void ForgetEntries();
  // Where the entry of these labels stands, made when there is none.
  template <typename Entry>
  std::uint32_t FindEntry(const Labels& labels, std::vector<Entry>* entries, Index<Entry>* at);

  void BeginPage();
  void RemoveAbsent();
  void SortBuckets();
  // From name and labels. Absent, and noted, if the sample is a bad one.
  std::optional<Target> FindTarget(const Sample& sample);
  Target TotalTarget(const Sample& sample, const Labels& labels);
  Target OtherTarget(std::uint32_t entry, const Sample& sample, OtherCounter::Result result);
  Target BucketTarget(std::uint32_t entry, double upper_bound);
  void Keep(const Sample& sample, const Target& target);
  void Store(const Target& target, double value);
  void NoteBadValue(const Sample& sample);

  ProbesReading reading_;
  bool is_taken_ = true;
  // The order of the entries was changed: the next page begins from nothing.
  bool has_moved_ = false;
  bool has_unsorted_buckets_ = false;
  std::uint64_t last_id_ = 0;
  std::vector<Place> places_;  // by Sample::series_index
  Index<ProbeCounters> probes_at_{&reading_.probes};
  Index<DurationHistogram> histograms_at_{&reading_.histograms};
  TextPool texts_;  // of all entries: a pod's name stands in several
  std::vector<std::string> bad_values_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_

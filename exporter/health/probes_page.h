#ifndef PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_
#define PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "exporter/health/readings.h"
#include "parsers/sample.h"

namespace podprobe {

// Collects the samples of one /metrics/probes page into a ProbesReading.
// One page at a time; Take() hands the reading over and begins anew.
class ProbesPage : public SampleSink {
 public:
  // The families to ask the parser for.
  static std::vector<std::string> Families();

  void OnSample(const Sample& sample) override;
  void OnError(const ParseError& error) override;

  ProbesReading Take();

  // Samples whose value no counter can have; each also counts as a bad line.
  const std::vector<std::string>& bad_values() const { return bad_values_; }

 private:
  struct Labels;

  void AddCounter(const Labels& labels, double value);
  DurationHistogram& Histogram(const Labels& labels);

  ProbesReading reading_;
  // Where in `reading_` a probe stands, by its labels.
  absl::flat_hash_map<std::string, std::size_t> counters_at_;
  absl::flat_hash_map<std::string, std::size_t> histograms_at_;
  std::vector<std::string> bad_values_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_PROBES_PAGE_H_

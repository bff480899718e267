#ifndef PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_
#define PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "exporter/health/readings.h"
#include "parsers/sample.h"

namespace podprobe {

// Collects the samples of one /metrics/resource or /metrics/cadvisor page.
// One page at a time; Take() hands the reading over and begins anew.
class ContainersPage : public SampleSink {
 public:
  // The families to ask the parser for.
  static std::vector<std::string> Families();

  void OnSample(const Sample& sample) override;
  void OnError(const ParseError&) override { reading_.has_bad_lines = true; }

  ContainersReading Take();

 private:
  ContainerRow* RowOf(const Sample& sample);

  ContainersReading reading_;
  absl::flat_hash_map<std::string, std::size_t> row_at_;  // by the row's labels
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

#ifndef PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_
#define PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

#include <string>
#include <vector>

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
  void OnError(const ParseError&) override {}

  ContainersReading Take();

 private:
  ContainersReading reading_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

#ifndef PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_
#define PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporter/health/entry_index.h"
#include "exporter/health/readings.h"
#include "parsers/sample.h"

namespace podprobe {

// Collects the samples of one /metrics/resource or /metrics/cadvisor page.
//
// As in ProbesPage, where a series' value goes is kept by its Sample::series_id: a page that
// says nothing new costs neither a look at a label nor an allocation.
class ContainersPage : public SampleSink {
 public:
  // The families to ask the parser for.
  static std::vector<std::string> Families();

  ContainersPage() = default;
  ContainersPage(const ContainersPage&) = delete;
  ContainersPage& operator=(const ContainersPage&) = delete;

  void OnSample(const Sample& sample) override;
  bool OnKnownSample(const KnownSample& sample) override;
  void OnError(const ParseError& error) override;

  // What came since the last Take. Valid until the next sample or error comes.
  const ContainersReading& Take();

 private:
  static constexpr std::uint32_t kNoRow = UINT32_MAX;

  // What a series' value is.
  struct Target {
    std::uint32_t row = kNoRow;  // kNoRow: it is of no container
    std::uint8_t field = 0;
  };
  struct Place {
    std::uint32_t series_id = 0;
    Target target;
  };

  void BeginPage();
  std::uint32_t RowOf(const Sample& sample);
  void Keep(const Sample& sample, const Target& target);
  void Store(const Target& target, double value, std::optional<std::int64_t> timestamp_ms);

  ContainersReading reading_;
  bool is_taken_ = true;
  // Rows were removed: the next page begins from nothing.
  bool has_moved_ = false;
  std::vector<Place> places_;  // by Sample::series_index
  EntryIndex<ContainerRow, RowKey> row_at_{&reading_.rows};
  TextPool texts_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CONTAINERS_PAGE_H_

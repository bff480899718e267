#include "exporter/exposition/families.h"

#include <cstddef>
#include <string>
#include <utility>

#include "exporter/exposition/metric_table.h"

namespace podprobe {
namespace {

constexpr std::size_t kPieceBytes = 16 << 10;

// Calls `visit` with each row of a snapshot's families and with the family, still empty.
template <typename Visit>
void ForEachFamily(const Snapshot& snapshot, Visit visit) {
  for (const MetricRow& row : MetricTable()) {
    if (row.append == nullptr) continue;
    MetricFamily family = EmptyFamily(row);
    if (!snapshot.has_pod_label) std::erase(family.label_names, "pod");
    visit(row, std::move(family));
  }
}

class FamilyCollector : public MetricSink {
 public:
  explicit FamilyCollector(MetricFamily* family) : metrics_(family->metrics) {}

  void Add(std::span<const std::string_view> label_values, double value) override {
    metrics_.push_back({{label_values.begin(), label_values.end()}, value});
  }
  void AddHistogram(std::span<const std::string_view> label_values,
                    const HistogramValue& histogram) override {
    metrics_.push_back({{label_values.begin(), label_values.end()}, histogram});
  }

 private:
  std::vector<Metric>& metrics_;
};

// Passes a family's text on whenever there is a piece of it.
class PieceWriter : public MetricSink {
 public:
  PieceWriter(FamilyWriter* family, std::string* text,
              const std::function<void(std::string_view)>& write)
      : family_(*family), text_(*text), write_(write) {}

  void Add(std::span<const std::string_view> label_values, double value) override {
    family_.Add(label_values, value);
    PassOn();
  }
  void AddHistogram(std::span<const std::string_view> label_values,
                    const HistogramValue& histogram) override {
    family_.AddHistogram(label_values, histogram);
    PassOn();
  }

 private:
  void PassOn() {
    if (text_.size() < kPieceBytes) return;
    write_(text_);
    text_.clear();
  }

  FamilyWriter& family_;
  std::string& text_;
  const std::function<void(std::string_view)>& write_;
};

}  // namespace

std::vector<MetricFamily> BuildFamilies(const Snapshot& snapshot) {
  std::vector<MetricFamily> families;
  ForEachFamily(snapshot, [&](const MetricRow& row, MetricFamily family) {
    FamilyCollector collector(&family);
    row.append(snapshot, &collector);
    if (!family.metrics.empty()) families.push_back(std::move(family));
  });
  return families;
}

void WriteSnapshot(const Snapshot& snapshot, TextFormat format, const OpenMetricsOptions& options,
                   const std::function<void(std::string_view)>& write) {
  std::string text;
  ForEachFamily(snapshot, [&](const MetricRow& row, const MetricFamily& family) {
    FamilyWriter writer(family, format, options, &text);
    PieceWriter pieces(&writer, &text, write);
    row.append(snapshot, &pieces);
  });
  write(text);
}

}  // namespace podprobe

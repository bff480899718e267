#ifndef PODPROBE_EXPORTER_DEMO_METRIC_TEXT_H_
#define PODPROBE_EXPORTER_DEMO_METRIC_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace podprobe {

// Pieces of the text format, written as client_golang writes them. Label values
// of the simulation need no escaping: they are Kubernetes names.

struct FamilyHeader {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

// "# HELP" and "# TYPE".
void AppendHeader(const FamilyHeader& header, std::string* page);

// The shortest text that reads back as the value, with an exponent from a
// million on: 279790, 1.267162e+06, 0.04, 1.795461223e+09.
void AppendValue(double value, std::string* page);

// `series` is the name with its labels.
void AppendSample(std::string_view series, double value, std::string* page);
void AppendSampleAt(std::string_view series, double value, double unix_seconds, std::string* page);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_METRIC_TEXT_H_

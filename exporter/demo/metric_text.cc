#include "exporter/demo/metric_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace podprobe {

void AppendHeader(const FamilyHeader& header, std::string* page) {
  *page += "# HELP ";
  *page += header.name;
  *page += ' ';
  *page += header.help;
  *page += "\n# TYPE ";
  *page += header.name;
  *page += ' ';
  *page += header.type;
  *page += '\n';
}

void AppendValue(double value, std::string* page) {
  const double magnitude = std::fabs(value);
  const bool is_plain = value == 0 || (magnitude >= 1e-4 && magnitude < 1e6);
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof(text), value,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  page->append(text, end.ptr);
}

void AppendSample(std::string_view series, double value, std::string* page) {
  *page += series;
  *page += ' ';
  AppendValue(value, page);
  *page += '\n';
}

void AppendSampleAt(std::string_view series, double value, double unix_seconds, std::string* page) {
  *page += series;
  *page += ' ';
  AppendValue(value, page);
  *page += ' ';
  *page += std::to_string(static_cast<std::int64_t>(unix_seconds * 1000));
  *page += '\n';
}

}  // namespace podprobe

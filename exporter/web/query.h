#ifndef PODPROBE_EXPORTER_WEB_QUERY_H_
#define PODPROBE_EXPORTER_WEB_QUERY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// What follows the '?' of a URL, decoded: name and value in the order sent.
class Query {
 public:
  struct Parameter {
    std::string name;
    std::string value;
  };

  // Absent if an escape is broken ("%4"), or if there are more than kMaxParameters.
  static std::optional<Query> Parse(std::string_view text);
  static constexpr int kMaxParameters = 100;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  // The last of that name; absent if there is none.
  std::optional<std::string> Last(std::string_view name) const;
  // All of that name that are not empty.
  std::vector<std::string> All(std::string_view name) const;

 private:
  std::vector<Parameter> parameters_;
};

// A URL's path without its escapes. Absent if one is broken, or stands for a zero byte.
std::optional<std::string> DecodePath(std::string_view text);

// Text as it may stand in a query's name or value: all but letters, digits and -._~ escaped.
std::string EscapeQuery(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_QUERY_H_

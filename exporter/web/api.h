#ifndef PODPROBE_EXPORTER_WEB_API_H_
#define PODPROBE_EXPORTER_WEB_API_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"
#include "exporter/web/http_message.h"

namespace podprobe {

struct ApiOptions {
  std::string version;
  std::string node_name;  // may be empty
  double started_unix_seconds = 0;
};

inline constexpr std::size_t kDefaultApiLimit = 500;
inline constexpr std::size_t kMaxApiLimit = 5'000;

// Everything under /api/ answers in JSON, errors too.
bool IsApiPath(std::string_view path);

// One request for /api/v1/…, answered from a snapshot in Prometheus' envelope. openapi.json
// beside this file describes every answer. `snapshot` is null before the first one.
HttpResponse AnswerApi(const HttpRequest& request, const Snapshot* snapshot,
                       const ApiOptions& options);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_API_H_

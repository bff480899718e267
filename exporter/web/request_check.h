#ifndef PODPROBE_EXPORTER_WEB_REQUEST_CHECK_H_
#define PODPROBE_EXPORTER_WEB_REQUEST_CHECK_H_

#include <cstddef>
#include <optional>
#include <string>

#include "exporter/web/http_message.h"

namespace podprobe {

struct RequestLimits {
  std::size_t target_bytes = 8000;  // what is asked for: path and query, as sent
  std::size_t head_bytes = 16'384;  // request line and headers
  std::size_t headers = 63;
  std::size_t body_bytes = 4096;
};

// Why a request gets no answer of a page's.
struct Refusal {
  int status = 400;
  std::string what;  // a sentence
};

// Refuses a head that is too large, or that two servers could read as two things (RFC 9112, 3.2 and
// 6.3). The path stands as sent, escapes and all. Absent: it is good.
std::optional<Refusal> CheckHead(const HttpRequest& request, const RequestLimits& limits);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_REQUEST_CHECK_H_

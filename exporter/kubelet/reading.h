#ifndef PODPROBE_EXPORTER_KUBELET_READING_H_
#define PODPROBE_EXPORTER_KUBELET_READING_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/kubelet/source.h"

namespace podprobe {

// Why a reading failed; the values of the label `reason`.
enum class ReadingError {
  kNone,
  kDns,
  kConnect,
  kTls,
  kAuth,       // 401
  kForbidden,  // 403
  kTimeout,
  kStatus,     // any other status than 200; redirects are never followed
  kTruncated,  // the body ended early
  kSize,       // over the limit
  kParse,      // the whole body came and is not what it should be
};

// In the order of ReadingError, without kNone.
inline constexpr std::array<std::string_view, 10> kReadingErrorReasons = {
    "dns",     "connect", "tls",       "auth", "forbidden",
    "timeout", "status",  "truncated", "size", "parse"};

// Empty for kNone.
constexpr std::string_view ReadingErrorReason(ReadingError error) {
  if (error == ReadingError::kNone) return "";
  return kReadingErrorReasons[static_cast<std::size_t>(error) - 1];
}

// How one reading ended.
struct ReadingResult {
  ReadingError error = ReadingError::kNone;
  // For people, when there was an error: what was tried, with what, what came instead and what
  // mends it. Never holds a secret.
  std::string message;
  std::size_t body_bytes = 0;
  // From the request to the end of the body; absent in a recording, which does not tell.
  std::optional<double> duration_seconds;
};

// Follows one source's readings: for each Begin, any number of Body, one End.
// Readings of different sources may overlap; those of one source never do.
// All calls come from the thread that reads.
class ReadingHandler {
 public:
  virtual ~ReadingHandler() = default;
  virtual void Begin(Source source) = 0;
  // The next bytes of a body that came with status 200. The view is valid during the call.
  virtual void Body(Source source, std::string_view chunk) = 0;
  // Returns whether the reading was good: a body that came whole may still be no exposition.
  virtual bool End(Source source, const ReadingResult& result) = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_READING_H_

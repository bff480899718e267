#ifndef PODPROBE_EXPORTER_KUBELET_FAILURE_H_
#define PODPROBE_EXPORTER_KUBELET_FAILURE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "exporter/kubelet/certificate.h"
#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/request.h"

namespace podprobe {

// Puts into words why a reading failed: what was asked for, what came instead,
// what mends it.
//
//   GET https://10.0.0.7:10250/metrics/probes: HTTP 401, want 200: Unauthorized: no token was …
//
// Every function takes what was observed and returns the reason with the
// sentence. The details ("…_text") come in clean: see excerpt.h.
struct Failure {
  ReadingError error = ReadingError::kNone;
  std::string message;
};

enum class TokenUse { kSent, kThereIsNone, kWithheld };

struct HttpAnswer {
  long status = 0;
  std::string first_line;  // of the body; of a JSON Status, its message
  std::string location;    // of a redirect
  TokenUse token_use = TokenUse::kThereIsNone;
};
Failure ExplainStatus(const Request& request, const HttpAnswer& answer);

Failure ExplainUnresolvedName(const Request& request);

// `reason_text`: "Connection refused".
Failure ExplainNoConnection(const Request& request, const std::string& reason_text);

struct TlsTrouble {
  enum class Kind { kHandshake, kCertificate, kCaFile, kClientCertificate };
  Kind kind = Kind::kHandshake;
  std::string text;                             // the library's words
  std::optional<CertificateFacts> certificate;  // where one was shown
};
Failure ExplainTls(const Request& request, const TlsTrouble& trouble);

// How far a reading had come.
enum class Progress { kResolving, kConnecting, kSecuring, kWaiting, kReceiving };

struct Lateness {
  Progress progress = Progress::kResolving;
  std::size_t body_bytes = 0;
};
Failure ExplainTimeout(const Request& request, const Lateness& lateness);

// `reason_text`: how the library says that the answer ended before it was whole.
Failure ExplainCutOff(const Request& request, std::size_t body_bytes,
                      const std::string& reason_text);

// `problem_text`: zlib's words.
Failure ExplainGzip(const Request& request, const std::string& problem_text);

// `encoding`: of the body, as the answer's header calls it.
Failure ExplainEncoding(const Request& request, const std::string& encoding);

Failure ExplainOversize(const Request& request);

Failure ExplainLongHeader(const Request& request, std::size_t limit_bytes);

// The body holds the token that was sent.
Failure ExplainEcho(const Request& request);

// What came is no HTTP.
Failure ExplainNoHttp(const Request& request, const std::string& reason_text);

// `problem_text` as of TokenResult.
Failure ExplainToken(const Request& request, const std::string& problem_text);
// `key` is what the configuration calls the file: "tls_config.ca_file". `problem_text` as of
// PipeProblem.
Failure ExplainTlsFile(const Request& request, const std::string& key, const std::string& path,
                       const std::string& problem_text);

// The library refuses to begin.
Failure ExplainSetUp(const Request& request, const std::string& reason_text);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_FAILURE_H_

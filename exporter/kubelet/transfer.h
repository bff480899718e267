#ifndef PODPROBE_EXPORTER_KUBELET_TRANSFER_H_
#define PODPROBE_EXPORTER_KUBELET_TRANSFER_H_

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "exporter/kubelet/answer_body.h"
#include "exporter/kubelet/certificate.h"
#include "exporter/kubelet/curl_handles.h"
#include "exporter/kubelet/failure.h"
#include "exporter/kubelet/request.h"

namespace podprobe {

// One GET after another with one libcurl handle, and what each came to: Prepare, then whoever runs
// the handle, then one of the Judges. Not thread-safe. libcurl knows its address.
class Transfer {
 public:
  // `take_body` as in AnswerBody. Throws std::bad_alloc.
  explicit Transfer(AnswerBody::Take take_body);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() { return easy_.get(); }
  // Of a handle that a transfer has prepared.
  static Transfer& Of(CURL* handle);

  // Reads the token and sets the handle up; a failure if there is no way to begin. What
  // `request` points to must live until it ends.
  Failure Prepare(const Request& request);

  const Request& request() const { return request_; }
  std::size_t body_bytes() const { return body_.bytes(); }

  // What became of it when it ended with `code`; no failure: a whole answer.
  Failure Judge(CURLcode code) const;
  // Where it was when its time was over.
  Failure JudgeLate() const;

 private:
  CURLcode SetUp();
  void SetUpTls(CurlOptions* options);

  // libcurl's callbacks.
  static CURLcode OnTlsContext(CURL*, void* ssl_ctx, void* user);
  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user);
  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user);

  long Status() const;
  bool HasPassed(CURLINFO moment) const;
  Progress ProgressSoFar() const;
  HttpAnswer Answer() const;
  Failure JudgeCode(CURLcode code) const;
  Failure JudgeHandshake(const std::string& text) const;
  std::optional<CertificateFacts> Certificate() const;
  std::string TextOf(CURLcode code) const;
  std::string ConnectText(const std::string& text) const;

  // Before the handle: it must outlive the connections.
  CertificateWitness witness_;
  CurlEasy easy_;
  CurlList headers_;
  CurlList connect_to_;
  std::array<char, CURL_ERROR_SIZE> error_text_ = {};

  Request request_;
  std::string token_;
  TokenUse token_use_ = TokenUse::kThereIsNone;
  bool is_securing_ = false;  // the TCP connection stands
  std::size_t header_bytes_ = 0;
  AnswerBody body_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_TRANSFER_H_

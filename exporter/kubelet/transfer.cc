#include "exporter/kubelet/transfer.h"

#include <cstdint>
#include <limits>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "config/pipe.h"
#include "exporter/kubelet/excerpt.h"
#include "exporter/kubelet/status_message.h"
#include "exporter/kubelet/token.h"

namespace podprobe {
namespace {

constexpr char kUserAgent[] = "podprobe-exporter/" PODPROBE_VERSION;

constexpr std::size_t kMaxHeaderBytes = 64 << 10;
// libcurl's own 16 kB cost a fifth more on a page of 5 MB.
constexpr long kReadBytes = 64 << 10;

std::string Bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// With a name override the URL carries the name, so that SNI, verification and the Host header
// all use it, and the connection is directed to the real address.
std::string RequestUrl(const Request& request) {
  const Target& target = *request.target;
  const std::string path = RequestPath(request);
  if (!target.is_https || target.server_name.empty()) return target.url + path;
  return "https://" + Bracketed(target.server_name) + ":" + std::to_string(target.port) +
         target.path + path;
}

std::string ConnectTo(const Target& target) {
  if (!target.is_https || target.server_name.empty()) return "";
  const std::string port = std::to_string(target.port);
  return Bracketed(target.server_name) + ":" + port + ":" + Bracketed(target.host) + ":" + port;
}

// "error:0A000438:SSL routines::tlsv1 alert internal error" is for machines up to its last part.
std::string TlsText(std::string_view text) {
  const std::size_t routines = text.find("SSL routines:");
  if (routines != std::string_view::npos) text.remove_prefix(text.rfind("::") + 2);
  return Visible(text.substr(0, text.find(", errno 0")));
}

TokenResult ReadTokenFor(const Target& target) {
  if (target.token_file.empty()) return {};
  TokenResult result = ReadToken(target.token_file);
  if (!result.token && result.problem.empty() && target.is_token_required) {
    result.problem = "there is no token file " + target.token_file;
  }
  return result;
}

struct NamedFile {
  std::string key;  // in the configuration
  std::string path;
};

std::vector<NamedFile> TlsFiles(const Target& target) {
  if (!target.is_https) return {};
  return {{"tls_config.ca_file", target.ca_file},
          {"tls_config.cert_file", target.cert_file},
          {"tls_config.key_file", target.key_file}};
}

TokenUse UseOf(const Target& target, const TokenResult& token) {
  if (token.token) return TokenUse::kSent;
  return target.is_token_withheld ? TokenUse::kWithheld : TokenUse::kThereIsNone;
}

}  // namespace

Transfer::Transfer(AnswerBody::Take take_body)
    : easy_(curl_easy_init()), body_(std::move(take_body)) {
  if (!easy_) throw std::bad_alloc();
}

Transfer& Transfer::Of(CURL* handle) {
  void* user = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &user);
  return *static_cast<Transfer*>(user);
}

Failure Transfer::Prepare(const Request& request) {
  witness_.Forget();
  error_text_[0] = '\0';
  is_securing_ = false;
  header_bytes_ = 0;
  request_ = request;
  const TokenResult token = ReadTokenFor(*request.target);
  token_ = token.token.value_or("");
  token_use_ = UseOf(*request.target, token);
  body_.Expect(request.limit_bytes, token_);
  if (!token.problem.empty()) return ExplainToken(request, token.problem);
  for (const auto& [key, file] : TlsFiles(*request.target)) {
    const std::string problem = PipeProblem(file);
    if (!problem.empty()) return ExplainTlsFile(request, key, file, problem);
  }
  const CURLcode code = SetUp();
  return code == CURLE_OK ? Failure{} : ExplainSetUp(request_, curl_easy_strerror(code));
}

CURLcode Transfer::SetUp() {
  const Target& target = *request_.target;
  curl_easy_reset(easy_.get());
  CurlOptions options(easy_.get());

  options.SetText(CURLOPT_URL, RequestUrl(request_));
  options.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  // With HTTP/2, Debian's libcurl 7.88 takes some answers that broke off for whole, uses a
  // connection that is dead for ever, and can set no CURLOPT_BUFFERSIZE a second time once an
  // answer has ended while another was on its connection.
  options.Set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  options.Set(CURLOPT_PROXY, "");  // not even the environment's
  options.Set(CURLOPT_FOLLOWLOCATION, 0L);
  options.Set(CURLOPT_USERAGENT, kUserAgent);
  options.Set(CURLOPT_ACCEPT_ENCODING, target.wants_gzip ? "gzip" : "identity");
  // libcurl takes gzip that ends early for whole.
  options.Set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  options.Set(CURLOPT_BUFFERSIZE, kReadBytes);
  headers_.reset();
  Append(&headers_, request_.source == Source::kPods ? "Accept: application/json"
                                                     : "Accept: text/plain;version=0.0.4");
  if (!token_.empty()) {
    Append(&headers_, "Authorization: Bearer " + token_);
  }
  options.Set(CURLOPT_HTTPHEADER, headers_.get());
  connect_to_.reset();
  const std::string connect_to = ConnectTo(target);
  if (!connect_to.empty()) Append(&connect_to_, connect_to);
  options.Set(CURLOPT_CONNECT_TO, connect_to_.get());

  // Signals belong to the process, and a hanging name server must not hold up the loop when a
  // reading is given up.
  options.Set(CURLOPT_NOSIGNAL, 1L);
  options.Set(CURLOPT_QUICK_EXIT, 1L);
  // Time is watched outside; only libcurl's own 300 s for connecting must not come first.
  options.Set(CURLOPT_CONNECTTIMEOUT, std::numeric_limits<std::int32_t>::max() / 1000L);

  SetUpTls(&options);

  options.Set(CURLOPT_ERRORBUFFER, error_text_.data());
  options.Set(CURLOPT_PRIVATE, static_cast<void*>(this));
  options.Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  options.Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  options.Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  options.Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  return options.code();
}

void Transfer::SetUpTls(CurlOptions* options) {
  const Target& target = *request_.target;
  if (!target.is_https) return;
  const bool is_from_1_3 = target.min_tls_version == TlsVersion::kTls13;
  options->Set(CURLOPT_SSLVERSION,
               static_cast<long>(is_from_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
  options->Set(CURLOPT_SSL_VERIFYPEER, target.insecure_skip_verify ? 0L : 1L);
  options->Set(CURLOPT_SSL_VERIFYHOST, target.insecure_skip_verify ? 0L : 2L);
  if (!target.ca_file.empty()) {
    options->SetText(CURLOPT_CAINFO, target.ca_file);
    // Debian's libcurl would trust the system's CAs as well.
    options->Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  options->SetText(CURLOPT_SSLCERT, target.cert_file);
  options->SetText(CURLOPT_SSLKEY, target.key_file);
  // A CA that was replaced on disk counts from the next connection on, and no resumed session
  // gets around verification.
  options->Set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  options->Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  options->Set(CURLOPT_SSL_CTX_FUNCTION, &Transfer::OnTlsContext);
  options->Set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
}

// Called when the TCP connection stands.
CURLcode Transfer::OnTlsContext(CURL*, void* ssl_ctx, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->is_securing_ = true;
  transfer->witness_.Watch(ssl_ctx);
  return CURLE_OK;
}

// To return less than what came ends the transfer.

std::size_t Transfer::OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->header_bytes_ += size;
  transfer->body_.NoteHeader({data, size});
  return transfer->header_bytes_ <= kMaxHeaderBytes ? size : 0;
}

std::size_t Transfer::OnBody(char* data, std::size_t, std::size_t size, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  return transfer->body_.Feed(transfer->Status(), {data, size}) ? size : 0;
}

long Transfer::Status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

bool Transfer::HasPassed(CURLINFO moment) const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), moment, &microseconds);
  return microseconds > 0;
}

Progress Transfer::ProgressSoFar() const {
  if (header_bytes_ > 0) return Progress::kReceiving;
  if (HasPassed(CURLINFO_PRETRANSFER_TIME_T)) return Progress::kWaiting;
  if (is_securing_) return Progress::kSecuring;
  if (HasPassed(CURLINFO_NAMELOOKUP_TIME_T)) return Progress::kConnecting;
  return Progress::kResolving;
}

Failure Transfer::JudgeLate() const {
  return ExplainTimeout(request_, {.progress = ProgressSoFar(), .body_bytes = body_.bytes()});
}

Failure Transfer::Judge(CURLcode code) const {
  if (header_bytes_ > kMaxHeaderBytes) return ExplainLongHeader(request_, kMaxHeaderBytes);
  if (body_.is_over_limit()) return ExplainOversize(request_);
  if (body_.is_echo()) return ExplainEcho(request_);
  const long status = Status();
  // The status is what counts, whole body or not.
  if (status != 0 && status != 200) return ExplainStatus(request_, Answer());
  if (status == 200 && !body_.has_known_encoding()) {
    return ExplainEncoding(request_, body_.encoding());
  }
  if (!body_.gzip_problem().empty()) return ExplainGzip(request_, body_.gzip_problem());
  if (code != CURLE_OK || status != 200) return JudgeCode(code);
  if (body_.is_cut_off()) {
    return ExplainCutOff(request_, body_.bytes(), "the gzip data ends too early");
  }
  return {};
}

HttpAnswer Transfer::Answer() const {
  HttpAnswer answer;
  answer.status = Status();
  answer.first_line = FirstLine(StatusMessage(body_.beginning()), token_);
  const char* location = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) answer.location = FirstLine(location, token_);
  answer.token_use = token_use_;
  return answer;
}

Failure Transfer::JudgeCode(CURLcode code) const {
  const std::string text = TextOf(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return ExplainUnresolvedName(request_);
    case CURLE_COULDNT_CONNECT:
      return ExplainNoConnection(request_, ConnectText(text));
    case CURLE_PEER_FAILED_VERIFICATION:
      return ExplainTls(
          request_,
          {.kind = TlsTrouble::Kind::kCertificate, .text = text, .certificate = Certificate()});
    case CURLE_SSL_CACERT_BADFILE:
      return ExplainTls(
          request_, {.kind = TlsTrouble::Kind::kCaFile, .text = TlsText(text), .certificate = {}});
    case CURLE_SSL_CERTPROBLEM:
      return ExplainTls(
          request_,
          {.kind = TlsTrouble::Kind::kClientCertificate, .text = TlsText(text), .certificate = {}});
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return JudgeHandshake(text);
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9: an answer without a status line
    case CURLE_WEIRD_SERVER_REPLY:
      return ExplainNoHttp(request_, text);
    default:
      break;
  }
  // With TLS 1.3 a refused client certificate shows only when the answer is read.
  if (header_bytes_ == 0 && text.find(" alert ") != std::string::npos) {
    return JudgeHandshake(text);
  }
  return ExplainCutOff(request_, body_.bytes(), text);
}

Failure Transfer::JudgeHandshake(const std::string& text) const {
  TlsTrouble trouble = {
      .kind = TlsTrouble::Kind::kHandshake, .text = TlsText(text), .certificate = Certificate()};
  // A certificate with a wrong signature leaves so many errors behind that libcurl names
  // another one.
  if (trouble.certificate && trouble.certificate->fault != CertificateFacts::Fault::kNone) {
    trouble.kind = TlsTrouble::Kind::kCertificate;
  }
  return ExplainTls(request_, trouble);
}

std::optional<CertificateFacts> Transfer::Certificate() const {
  const Target& target = *request_.target;
  return witness_.Facts(target.server_name.empty() ? target.host : target.server_name);
}

std::string Transfer::TextOf(CURLcode code) const {
  const std::string_view text = error_text_.data();
  return FirstLine(text.empty() ? curl_easy_strerror(code) : text, token_);
}

std::string Transfer::ConnectText(const std::string& text) const {
  long code = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &code);
  return code == 0 ? text : std::generic_category().message(static_cast<int>(code));
}

}  // namespace podprobe

#include "exporter/kubelet/client.h"

#include <curl/curl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "exporter/kubelet/certificate.h"
#include "exporter/kubelet/excerpt.h"
#include "exporter/kubelet/failure.h"
#include "exporter/kubelet/inflater.h"
#include "exporter/kubelet/status_message.h"
#include "exporter/kubelet/token.h"

namespace podprobe {
namespace {

constexpr char kUserAgent[] = "podprobe-exporter/" PODPROBE_VERSION;

// What is kept of an answer that is not 200: its first line is shown.
constexpr std::size_t kKeptAnswerBytes = 4096;
// Up to here such an answer is read to its end, so that the connection can be used again.
constexpr std::size_t kMaxUnwantedBytes = 64 << 10;
constexpr std::size_t kMaxHeaderBytes = 64 << 10;
// libcurl's own 16 kB cost a fifth more on a page of 5 MB.
constexpr long kReadBytes = 64 << 10;
constexpr double kLongestPollSeconds = 3600;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

void Append(List* list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list->get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list->release();
  list->reset(longer);
}

class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~EventFd() { close(fd_); }
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  int fd() const { return fd_; }

  void Raise() const {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is raised anyway.
    [[maybe_unused]] const ssize_t size = write(fd_, &one, sizeof one);
  }
  void Lower() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(fd_, &count, sizeof count);
  }

 private:
  int fd_;
};

// Sets options and remembers the first that libcurl refused.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}

  template <typename Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code_ == CURLE_OK) code_ = code;
  }
  void SetText(CURLoption option, const std::string& value) {
    Set(option, value.empty() ? nullptr : value.c_str());
  }

  CURLcode code() const { return code_; }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

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

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(TakeBody take_body) : take_body_(std::move(take_body)) {
    // Thread-safe in Debian's libcurl, and without effect from the second call on.
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::bad_alloc();
    for (const Source source : kAllSources) {
      Transfer& transfer = Of(source);
      transfer.client = this;
      transfer.easy.reset(curl_easy_init());
      if (!transfer.easy) throw std::bad_alloc();
    }
  }

  ~Impl() {
    for (Transfer& transfer : transfers_) Detach(&transfer);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start(const Request& request) {
    Transfer& transfer = Of(request.source);
    assert(!transfer.is_running);
    transfer.Forget();
    transfer.request = request;

    const TokenResult token = ReadTokenFor(*request.target);
    if (!token.problem.empty()) return Finish(transfer, ExplainToken(request, token.problem));
    transfer.token = token.token.value_or("");
    transfer.token_use = UseOf(*request.target, token);

    const CURLcode code = SetUp(&transfer);
    if (code != CURLE_OK) {
      return Finish(transfer, ExplainSetUp(request, curl_easy_strerror(code)));
    }
    const CURLMcode added = curl_multi_add_handle(multi_.get(), transfer.easy.get());
    if (added != CURLM_OK) {
      return Finish(transfer, ExplainSetUp(request, curl_multi_strerror(added)));
    }
    transfer.is_running = true;
  }

  void GiveUp(Source source) {
    Transfer& transfer = Of(source);
    if (!transfer.is_running) return;
    const Lateness lateness = {.progress = ProgressOf(transfer), .body_bytes = transfer.body_bytes};
    Detach(&transfer);
    Finish(transfer, ExplainTimeout(transfer.request, lateness));
  }

  void Drop(Source source) {
    Detach(&Of(source));
    std::erase_if(finished_, [source](const Finished& one) { return one.source == source; });
  }

  std::vector<Finished> Poll(double wait_seconds) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    CollectFinished();
    if (finished_.empty()) {
      Wait(wait_seconds);
      curl_multi_perform(multi_.get(), &running);
      CollectFinished();
    }
    return std::exchange(finished_, {});
  }

  void Wake() { wake_.Raise(); }

 private:
  struct Transfer {
    Client::Impl* client = nullptr;
    Easy easy;
    List headers;
    List connect_to;
    CertificateWitness witness;
    std::array<char, CURL_ERROR_SIZE> error_text = {};

    Request request;
    bool is_running = false;
    std::string token;
    TokenUse token_use = TokenUse::kThereIsNone;

    bool is_securing = false;
    std::size_t header_bytes = 0;
    std::string encoding;              // of the body; empty: as it is
    std::optional<Inflater> inflater;  // from the first byte of gzip on
    std::size_t deflated_bytes = 0;    // as they came
    std::string gzip_problem;
    std::size_t body_bytes = 0;  // inflated
    std::string unwanted_body;   // the beginning of an answer that is not 200, or may be an echo
    bool is_echo = false;        // our token is in it
    bool is_over_limit = false;
    bool is_unwanted_cut = false;  // enough of an answer that is not 200 has been seen

    void Forget() {
      witness.Forget();
      error_text[0] = '\0';
      token.clear();
      is_securing = false;
      header_bytes = 0;
      encoding.clear();
      inflater.reset();
      deflated_bytes = 0;
      gzip_problem.clear();
      body_bytes = 0;
      unwanted_body.clear();
      is_echo = false;
      is_over_limit = false;
      is_unwanted_cut = false;
    }
  };

  Transfer& Of(Source source) { return transfers_[static_cast<std::size_t>(source)]; }

  static TokenResult ReadTokenFor(const Target& target) {
    if (target.token_file.empty()) return {};
    TokenResult result = ReadToken(target.token_file);
    if (!result.token && result.problem.empty() && target.is_token_required) {
      result.problem = "there is no token file " + target.token_file;
    }
    return result;
  }

  static TokenUse UseOf(const Target& target, const TokenResult& token) {
    if (token.token) return TokenUse::kSent;
    return target.is_token_withheld ? TokenUse::kWithheld : TokenUse::kThereIsNone;
  }

  static CURLcode SetUp(Transfer* transfer) {
    CURL* easy = transfer->easy.get();
    const Target& target = *transfer->request.target;
    curl_easy_reset(easy);
    Options options(easy);

    options.SetText(CURLOPT_URL, RequestUrl(transfer->request));
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
    transfer->headers.reset();
    Append(&transfer->headers, transfer->request.source == Source::kPods
                                   ? "Accept: application/json"
                                   : "Accept: text/plain;version=0.0.4");
    if (!transfer->token.empty()) {
      Append(&transfer->headers, "Authorization: Bearer " + transfer->token);
    }
    options.Set(CURLOPT_HTTPHEADER, transfer->headers.get());
    transfer->connect_to.reset();
    const std::string connect_to = ConnectTo(target);
    if (!connect_to.empty()) Append(&transfer->connect_to, connect_to);
    options.Set(CURLOPT_CONNECT_TO, transfer->connect_to.get());

    // Signals belong to the process, and a hanging name server must not hold up the loop when a
    // reading is given up.
    options.Set(CURLOPT_NOSIGNAL, 1L);
    options.Set(CURLOPT_QUICK_EXIT, 1L);
    // Time is watched outside; only libcurl's own 300 s for connecting must not come first.
    options.Set(CURLOPT_CONNECTTIMEOUT, std::numeric_limits<std::int32_t>::max() / 1000L);

    SetUpTls(target, transfer, &options);

    options.Set(CURLOPT_ERRORBUFFER, transfer->error_text.data());
    options.Set(CURLOPT_PRIVATE, static_cast<void*>(transfer));
    options.Set(CURLOPT_WRITEFUNCTION, &Impl::OnBody);
    options.Set(CURLOPT_WRITEDATA, static_cast<void*>(transfer));
    options.Set(CURLOPT_HEADERFUNCTION, &Impl::OnHeader);
    options.Set(CURLOPT_HEADERDATA, static_cast<void*>(transfer));
    return options.code();
  }

  static void SetUpTls(const Target& target, Transfer* transfer, Options* options) {
    if (!target.is_https) return;
    const bool is_from_1_3 = target.min_tls_version == TlsVersion::kTls13;
    options->Set(CURLOPT_SSLVERSION, static_cast<long>(is_from_1_3 ? CURL_SSLVERSION_TLSv1_3
                                                                   : CURL_SSLVERSION_TLSv1_2));
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
    options->Set(CURLOPT_SSL_CTX_FUNCTION, &Impl::OnTlsContext);
    options->Set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(transfer));
  }

  // Called when the TCP connection stands.
  static CURLcode OnTlsContext(CURL*, void* ssl_ctx, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    transfer->is_securing = true;
    transfer->witness.Watch(ssl_ctx);
    return CURLE_OK;
  }

  // libcurl's callbacks: to return less than what came ends the transfer.

  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    transfer->header_bytes += size;
    NoteEncoding({data, size}, transfer);
    return transfer->header_bytes <= kMaxHeaderBytes ? size : 0;
  }

  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    return Decode(transfer, {data, size}) ? size : 0;
  }

  static void NoteEncoding(std::string_view line, Transfer* transfer) {
    constexpr std::string_view kName = "content-encoding:";
    // An interim answer has a header of its own.
    if (line.starts_with("HTTP/")) transfer->encoding.clear();
    if (line.size() < kName.size() || !curl_strnequal(line.data(), kName.data(), kName.size())) {
      return;
    }
    transfer->encoding = Visible(Trimmed(line.substr(kName.size())));
  }

  // The three below return whether more is wanted.

  static bool Decode(Transfer* transfer, std::string_view chunk) {
    if (transfer->encoding.empty() || transfer->encoding == "identity") {
      return TakeBytes(transfer, chunk);
    }
    // What is not 200 is judged by its status, whatever its body says.
    if (transfer->encoding != "gzip") return false;
    // Many members without contents are bytes that cost time, too.
    transfer->deflated_bytes += chunk.size();
    if (transfer->deflated_bytes > transfer->request.limit_bytes) {
      transfer->is_over_limit = true;
      return false;
    }
    if (!transfer->inflater) transfer->inflater.emplace();
    bool wants_more = true;
    transfer->gzip_problem =
        transfer->inflater->Feed(chunk, [transfer, &wants_more](std::string_view piece) {
          return wants_more = TakeBytes(transfer, piece);
        });
    return wants_more && transfer->gzip_problem.empty();
  }

  static bool TakeBytes(Transfer* transfer, std::string_view piece) {
    if (StatusOf(*transfer) != 200) return KeepUnwanted(transfer, piece);
    if (piece.size() > transfer->request.limit_bytes - transfer->body_bytes) {
      transfer->is_over_limit = true;
      return false;
    }
    if (HoldsToken(transfer, piece)) return false;
    transfer->body_bytes += piece.size();
    transfer->client->take_body_(transfer->request.source, piece);
    return true;
  }

  // Some servers answer with the request. Its reader would quote the line with the token; it ends
  // before that line does. Only the beginning is looked at: no request is longer.
  static bool HoldsToken(Transfer* transfer, std::string_view piece) {
    std::string& head = transfer->unwanted_body;
    if (transfer->token.empty() || head.size() >= kKeptAnswerBytes) return false;
    head += piece.substr(0, kKeptAnswerBytes - head.size());
    transfer->is_echo = HoldsSecret(head, transfer->token);
    return transfer->is_echo;
  }

  static bool KeepUnwanted(Transfer* transfer, std::string_view piece) {
    std::string& kept = transfer->unwanted_body;
    kept += piece.substr(0, kKeptAnswerBytes - kept.size());
    transfer->body_bytes += piece.size();
    transfer->is_unwanted_cut = transfer->body_bytes > kMaxUnwantedBytes;
    return !transfer->is_unwanted_cut;
  }

  static long StatusOf(const Transfer& transfer) {
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  static bool HasPassed(const Transfer& transfer, CURLINFO moment) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(transfer.easy.get(), moment, &microseconds);
    return microseconds > 0;
  }

  static Progress ProgressOf(const Transfer& transfer) {
    if (transfer.header_bytes > 0) return Progress::kReceiving;
    if (HasPassed(transfer, CURLINFO_PRETRANSFER_TIME_T)) return Progress::kWaiting;
    if (transfer.is_securing) return Progress::kSecuring;
    if (HasPassed(transfer, CURLINFO_NAMELOOKUP_TIME_T)) return Progress::kConnecting;
    return Progress::kResolving;
  }

  void Wait(double wait_seconds) {
    const double seconds = std::clamp(wait_seconds, 0.0, kLongestPollSeconds);
    curl_waitfd wake = {.fd = wake_.fd(), .events = CURL_WAIT_POLLIN, .revents = 0};
    // Rounded up: a wait that ends just before its time would be a busy loop.
    curl_multi_poll(multi_.get(), &wake, 1, static_cast<int>(std::ceil(seconds * 1000)), nullptr);
    wake_.Lower();
  }

  void CollectFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      // The message is gone once its handle is removed.
      const CURLcode code = message->data.result;
      void* user = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
      auto* transfer = static_cast<Transfer*>(user);
      Failure failure = Judge(*transfer, code);
      Detach(transfer);
      Finish(*transfer, std::move(failure));
    }
  }

  void Detach(Transfer* transfer) {
    if (!transfer->is_running) return;
    curl_multi_remove_handle(multi_.get(), transfer->easy.get());
    transfer->is_running = false;
  }

  void Finish(const Transfer& transfer, Failure failure) {
    Finished finished;
    finished.source = transfer.request.source;
    finished.result.error = failure.error;
    finished.result.message = std::move(failure.message);
    finished.result.body_bytes = transfer.body_bytes;
    finished_.push_back(std::move(finished));
  }

  static Failure Judge(const Transfer& transfer, CURLcode code) {
    const Request& request = transfer.request;
    if (transfer.header_bytes > kMaxHeaderBytes) {
      return ExplainLongHeader(request, kMaxHeaderBytes);
    }
    if (transfer.is_over_limit) return ExplainOversize(request);
    if (transfer.is_echo) return ExplainEcho(request);
    const long status = StatusOf(transfer);
    // The status is what counts, whole body or not.
    if (status != 0 && status != 200) return ExplainStatus(request, AnswerOf(transfer));
    if (status == 200 && !IsKnown(transfer.encoding)) {
      return ExplainEncoding(request, transfer.encoding);
    }
    if (!transfer.gzip_problem.empty()) return ExplainGzip(request, transfer.gzip_problem);
    if (code != CURLE_OK || status != 200) return JudgeCode(transfer, code);
    if (transfer.inflater && !transfer.inflater->is_whole()) {
      return ExplainCutOff(request, transfer.body_bytes, "the gzip data ends too early");
    }
    return {};
  }

  static bool IsKnown(const std::string& encoding) {
    return encoding.empty() || encoding == "identity" || encoding == "gzip";
  }

  static HttpAnswer AnswerOf(const Transfer& transfer) {
    HttpAnswer answer;
    answer.status = StatusOf(transfer);
    answer.first_line = FirstLine(StatusMessage(transfer.unwanted_body), transfer.token);
    const char* location = nullptr;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_REDIRECT_URL, &location);
    if (location != nullptr) answer.location = FirstLine(location, transfer.token);
    answer.token_use = transfer.token_use;
    return answer;
  }

  static Failure JudgeCode(const Transfer& transfer, CURLcode code) {
    const Request& request = transfer.request;
    const std::string text = TextOf(transfer, code);
    switch (code) {
      case CURLE_COULDNT_RESOLVE_HOST:
        return ExplainUnresolvedName(request);
      case CURLE_COULDNT_CONNECT:
        return ExplainNoConnection(request, ConnectText(transfer, text));
      case CURLE_PEER_FAILED_VERIFICATION:
        return ExplainTls(request, {.kind = TlsTrouble::Kind::kCertificate,
                                    .text = text,
                                    .certificate = FactsOf(transfer)});
      case CURLE_SSL_CACERT_BADFILE:
        return ExplainTls(
            request, {.kind = TlsTrouble::Kind::kCaFile, .text = TlsText(text), .certificate = {}});
      case CURLE_SSL_CERTPROBLEM:
        return ExplainTls(request, {.kind = TlsTrouble::Kind::kClientCertificate,
                                    .text = TlsText(text),
                                    .certificate = {}});
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CIPHER:
        return JudgeHandshake(transfer, text);
      case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9: an answer without a status line
      case CURLE_WEIRD_SERVER_REPLY:
        return ExplainNoHttp(request, text);
      default:
        break;
    }
    // With TLS 1.3 a refused client certificate shows only when the answer is read.
    if (transfer.header_bytes == 0 && text.find(" alert ") != std::string::npos) {
      return JudgeHandshake(transfer, text);
    }
    return ExplainCutOff(request, transfer.body_bytes, text);
  }

  static std::optional<CertificateFacts> FactsOf(const Transfer& transfer) {
    const Target& target = *transfer.request.target;
    return transfer.witness.Facts(target.server_name.empty() ? target.host : target.server_name);
  }

  static Failure JudgeHandshake(const Transfer& transfer, const std::string& text) {
    TlsTrouble trouble = {.kind = TlsTrouble::Kind::kHandshake,
                          .text = TlsText(text),
                          .certificate = FactsOf(transfer)};
    // A certificate with a wrong signature leaves so many errors behind that libcurl names
    // another one.
    if (trouble.certificate && trouble.certificate->fault != CertificateFacts::Fault::kNone) {
      trouble.kind = TlsTrouble::Kind::kCertificate;
    }
    return ExplainTls(transfer.request, trouble);
  }

  static std::string TextOf(const Transfer& transfer, CURLcode code) {
    const std::string_view text = transfer.error_text.data();
    return FirstLine(text.empty() ? curl_easy_strerror(code) : text, transfer.token);
  }

  static std::string ConnectText(const Transfer& transfer, const std::string& text) {
    long code = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_OS_ERRNO, &code);
    return code == 0 ? text : std::generic_category().message(static_cast<int>(code));
  }

  const TakeBody take_body_;
  // Before the handles: their handshakes' witnesses must outlive the connections in it.
  std::array<Transfer, kAllSources.size()> transfers_;
  Multi multi_;
  EventFd wake_;
  std::vector<Finished> finished_;
};

Client::Client(TakeBody take_body) : impl_(std::make_unique<Impl>(std::move(take_body))) {}
Client::~Client() = default;

void Client::Start(const Request& request) { impl_->Start(request); }
void Client::GiveUp(Source source) { impl_->GiveUp(source); }
void Client::Drop(Source source) { impl_->Drop(source); }
std::vector<Client::Finished> Client::Poll(double wait_seconds) {
  return impl_->Poll(wait_seconds);
}
void Client::Wake() { impl_->Wake(); }

}  // namespace podprobe

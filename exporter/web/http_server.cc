#include "exporter/web/http_server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "exporter/web/query.h"
#include "exporter/web/request_gate.h"
#include "exporter/web/send_buffer.h"

#ifdef PODPROBE_HAS_OPENSSL_NAMES
// Of openssl_names/.
extern "C" {
int podprobe_ssl_name();
int podprobe_crypto_name();
}
#endif

namespace podprobe {
namespace {

using Clock = std::chrono::steady_clock;

// So long an answer that has begun may take once the server is to end.
constexpr std::chrono::seconds kLongestEnd{1};

// Without this call CivetWeb's parts are set up by the first mg_start, and not safely
// where two servers start at once. TLS is not asked for.
void InitLibraryOnce() {
  static std::once_flag once;
  std::call_once(once, [] { mg_init_library(MG_FEATURES_DEFAULT); });
}

// Whether the libraries stand there in which CivetWeb looks OpenSSL's functions up by name.
bool HasOpenSslNames() {
#ifdef PODPROBE_HAS_OPENSSL_NAMES
  return podprobe_ssl_name() + podprobe_crypto_name() == 2;
#else
  return true;  // this CivetWeb was linked to OpenSSL
#endif
}

// Whether CivetWeb found all that it needs of OpenSSL. A build that did not would start, and
// crash at the first connection.
bool CanDoTls() {
  static std::once_flag once;
  static bool can = false;
  std::call_once(once, [] {
    can = HasOpenSslNames() && (mg_init_library(MG_FEATURES_TLS) & MG_FEATURES_TLS) != 0;
  });
  return can;
}

bool HasIpv6Build() { return mg_check_feature(MG_FEATURES_IPV6) != 0; }

// Whether this machine has IPv6, too.
bool HasIpv6() {
  if (!HasIpv6Build()) return false;
  const int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  close(probe);
  return true;
}

// An address of the kernel's. Absent where the host is a name.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t bytes = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
std::optional<SocketAddress> SocketAddressOf(const ListenAddress& address) {
  SocketAddress result;
  if (address.is_ipv6) {
    auto& ip = reinterpret_cast<sockaddr_in6&>(result.storage);
    ip.sin6_family = AF_INET6;
    ip.sin6_port = htons(address.port);
    result.bytes = sizeof(ip);
    if (inet_pton(AF_INET6, address.host.c_str(), &ip.sin6_addr) != 1) return std::nullopt;
    return result;
  }
  auto& ip = reinterpret_cast<sockaddr_in&>(result.storage);
  ip.sin_family = AF_INET;
  ip.sin_port = htons(address.port);
  ip.sin_addr.s_addr = htonl(INADDR_ANY);
  result.bytes = sizeof(ip);
  const bool is_known =
      address.host.empty() || inet_pton(AF_INET, address.host.c_str(), &ip.sin_addr) == 1;
  return is_known ? std::optional(result) : std::nullopt;
}

// In CivetWeb's own spelling.
std::string CivetWebPort(const ListenAddress& address, bool is_tls) {
  std::string port = address.host.empty() ? "" : address.ToString();
  if (address.host.empty()) {
    if (HasIpv6()) port += '+';
    port += std::to_string(address.port);
  }
  if (is_tls) port += 's';
  return port;
}

struct AddressesResult {
  std::vector<ListenAddress> addresses;
  std::string error;
};

AddressesResult ParseAddresses(const std::vector<std::string>& texts) {
  if (texts.empty()) return {.addresses = {}, .error = "no listen address was given"};
  AddressesResult result;
  for (const std::string& text : texts) {
    ListenAddressResult parsed = ParseListenAddress(text);
    if (!parsed.address) return {.addresses = {}, .error = std::move(parsed.error)};
    if (parsed.address->is_ipv6 && !HasIpv6()) {
      return {.addresses = {},
              .error = "cannot listen on " + text +
                       (HasIpv6Build() ? ": this machine has no IPv6"
                                       : ": the CivetWeb library of this build has no IPv6") +
                       "; give an IPv4 address, or only :PORT for all IPv4 interfaces"};
    }
    result.addresses.push_back(*std::move(parsed.address));
  }
  return result;
}

// CivetWeb says only that it did not start. Finds the address at fault by trying to
// bind each one; absent if all of them can be bound.
std::optional<std::string> ExplainBindFailure(const std::vector<ListenAddress>& addresses) {
  for (const ListenAddress& address : addresses) {
    const std::optional<SocketAddress> own = SocketAddressOf(address);
    if (!own) continue;
    const int probe = socket(own->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return std::string(std::strerror(errno));
    const int on = 1;
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    const bool is_bound = bind(probe, own->get(), own->bytes) == 0 && listen(probe, 1) == 0;
    const int error = errno;
    close(probe);
    if (is_bound) continue;
    std::string sentence = "cannot listen on " + address.ToString() + ": " + std::strerror(error);
    if (error == EADDRINUSE) sentence += "; another process serves there, choose another port";
    if (error == EACCES) sentence += "; ports below 1024 need a privilege, choose a higher one";
    if (error == EADDRNOTAVAIL) sentence += "; no interface of this machine has that address";
    return sentence;
  }
  return std::nullopt;
}

// CivetWeb gives each connection a thread from the moment it stands. The kernel is told to keep
// those that have said nothing to itself: a silent one then costs no thread, for ten minutes.
// CivetWeb does not name its sockets, so they are found by what they are.
void KeepSilentConnectionsOut(const std::vector<ListenAddress>& addresses) {
  constexpr int kSilentSeconds = 600;
  constexpr int kBacklog = 4096;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    int is_listening = 0;
    socklen_t bytes = sizeof(is_listening);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &bytes) != 0 ||
        is_listening == 0) {
      continue;
    }
    sockaddr_storage bound{};
    bytes = sizeof(bound);
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &bytes) != 0) continue;
    // The port stands at the same place in both families.
    if (bound.ss_family != AF_INET && bound.ss_family != AF_INET6) continue;
    const int port = ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
    const auto is_ours = [port](const ListenAddress& address) { return address.port == port; };
    if (std::ranges::none_of(addresses, is_ours)) continue;
    // Where the kernel cannot, silent connections cost what they did.
    setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &kSilentSeconds, sizeof(kSilentSeconds));
    listen(fd, kBacklog);
  }
}

// RFC 9110, 5.6.7.
std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  // Not strftime's %a and %b, which follow the locale.
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char rest[32];
  std::strftime(rest, sizeof(rest), " %Y %H:%M:%S GMT", &utc);
  std::string date = kDays[utc.tm_wday];
  date += utc.tm_mday < 10 ? ", 0" : ", ";
  date += std::to_string(utc.tm_mday);
  date += ' ';
  date += kMonths[utc.tm_mon];
  return date + rest;
}

// A header of ours comes from our code, its value possibly from elsewhere: a line
// break in it would begin another header.
void AppendHeader(std::string_view name, std::string_view value, std::string* head) {
  head->append(name).append(": ");
  std::ranges::copy_if(value, std::back_inserter(*head),
                       [](char byte) { return byte != '\r' && byte != '\n'; });
  head->append("\r\n");
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const Options& options, HttpHandler handler)
      : options_(options),
        handler_(std::move(handler)),
        gate_(options.max_requests, std::chrono::milliseconds(options.max_wait_ms)) {}

  ~Impl() {
    if (context_ == nullptr) return;
    EndAnswers();
    // CivetWeb looks at its stop flag every two seconds only, unless something arrives.
    std::mutex mutex;
    std::condition_variable stopped;
    bool is_stopped = false;
    std::thread waker([&] {
      std::unique_lock lock(mutex);
      while (!stopped.wait_for(lock, std::chrono::milliseconds(10), [&] { return is_stopped; })) {
        WakeListener();
      }
    });
    mg_stop(context_);
    {
      const std::lock_guard lock(mutex);
      is_stopped = true;
    }
    stopped.notify_one();
    waker.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Returns an error sentence; empty if the server runs.
  std::string Start() {
    InitLibraryOnce();
    if (options_.tls != nullptr && !CanDoTls()) {
      return "cannot serve TLS: this CivetWeb library does not find its functions in OpenSSL; the "
             "folder ../lib/podprobe-exporter must stand beside the program's, as it was built";
    }
    AddressesResult parsed = ParseAddresses(options_.listen_addresses);
    if (!parsed.error.empty()) return std::move(parsed.error);
    addresses_ = std::move(parsed.addresses);

    std::string ports;
    for (const ListenAddress& address : addresses_) {
      if (!ports.empty()) ports += ",";
      ports += CivetWebPort(address, options_.tls != nullptr);
    }
    const std::string num_threads = std::to_string(options_.num_threads);
    const std::string request_timeout_ms = std::to_string(options_.request_timeout_ms);
    const std::string keep_alive_timeout_ms = std::to_string(options_.keep_alive_timeout_ms);
    // More than the limit: a long path is told from long headers, for as long as they are not as
    // large as this.
    const std::string max_request_size = std::to_string(4 * options_.limits.head_bytes);
    // No document_root: with it CivetWeb would serve files.
    const char* settings[] = {"listening_ports", ports.c_str(), "num_threads", num_threads.c_str(),
                              "request_timeout_ms", request_timeout_ms.c_str(), "enable_keep_alive",
                              IsKeepAlive() ? "yes" : "no", "keep_alive_timeout_ms",
                              keep_alive_timeout_ms.c_str(), "max_request_size",
                              max_request_size.c_str(), "tcp_nodelay", "1",
                              // CivetWeb's own decoding ends a path at "%00".
                              "decode_url", "no",
                              // Else a Host header other than the domain's gets a 400.
                              "enable_auth_domain_check", "no", nullptr};
    mg_callbacks callbacks{};
    callbacks.init_connection = &Impl::OnConnection;
    callbacks.begin_request = &Impl::OnRequest;
    callbacks.log_message = &Impl::OnLogMessage;
    callbacks.http_error = &Impl::OnHttpError;
    if (options_.tls != nullptr) callbacks.external_ssl_ctx = &Impl::OnSslCtx;
    context_ = mg_start(&callbacks, this, settings);
    if (context_ == nullptr) return StartError();
    is_started_ = true;
    ReadBoundPorts();
    KeepSilentConnectionsOut(addresses_);
    return "";
  }

  const std::vector<ListenAddress>& addresses() const { return addresses_; }

 private:
  bool IsKeepAlive() const { return options_.keep_alive_timeout_ms > 0; }

  std::string StartError() {
    if (std::optional<std::string> explained = ExplainBindFailure(addresses_)) return *explained;
    const std::lock_guard lock(start_message_mutex_);
    return "cannot listen on " + options_.listen_addresses.front() + ": " +
           (start_message_.empty() ? "CivetWeb gave no reason" : start_message_);
  }

  void ReadBoundPorts() {
    std::vector<mg_server_port> ports(addresses_.size());
    const int count = mg_get_server_ports(context_, static_cast<int>(ports.size()), ports.data());
    for (std::size_t i = 0; i < addresses_.size() && static_cast<int>(i) < count; ++i) {
      addresses_[i].port = static_cast<std::uint16_t>(ports[i].port);
    }
  }

  // mg_stop cuts off what is being sent. New requests are refused meanwhile.
  void EndAnswers() {
    is_ending_ = true;
    gate_.WaitUntilEmpty(kLongestEnd);
  }

  // A connection that says nothing. It need not succeed: arriving is enough.
  void WakeListener() const {
    ListenAddress address = addresses_.front();
    if (address.host == "::") address.host = "::1";
    const bool is_for_all = address.host.empty() || address.host == "0.0.0.0";
    if (is_for_all || !SocketAddressOf(address)) address.host = "127.0.0.1";
    const std::optional<SocketAddress> own = SocketAddressOf(address);
    if (!own) return;
    const int connection =
        socket(own->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection < 0) return;
    static_cast<void>(connect(connection, own->get(), own->bytes));
    close(connection);
  }

  static int OnLogMessage(const mg_connection* connection, const char* message) {
    auto* self = static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
    if (!self->is_started_) {
      const std::lock_guard lock(self->start_message_mutex_);
      self->start_message_ = message;
    } else if (self->options_.on_error) {
      self->options_.on_error(message);
    }
    return 1;  // CivetWeb writes nothing itself
  }

  // Asked when the server starts and when it ends: the context stays ours.
  static int OnSslCtx(void** ssl_ctx, void* self) {
    *ssl_ctx = static_cast<Impl*>(self)->options_.tls->ssl_ctx();
    return 1;
  }

  static int OnConnection(const mg_connection* /*connection*/, void** /*data*/) {
    connected_at_ = Clock::now();
    return 0;
  }

  // CivetWeb refuses by itself what is no HTTP. It closes the connection after this.
  static int OnHttpError(mg_connection* connection, int status, const char* message) {
    auto* self = static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
    self->SendRefusal(connection, "GET", self->RefusalOf(status, message));
    return 0;
  }

  // What CivetWeb calls malformed has no end: it is still to come, or did not fit, or was cut off,
  // or there are control characters before it.
  Refusal RefusalOf(int status, std::string_view message) const {
    if (status == 411) status = 400;  // there is a length, but no number
    const bool has_no_end = message == "Malformed message" || message == "Request timeout";
    if (!has_no_end) {
      return {status, std::to_string(status) + " " + std::string(HttpReason(status))};
    }
    const std::chrono::milliseconds timeout(options_.request_timeout_ms);
    if (Clock::now() - connected_at_ >= timeout) {
      return {408, "the request was not whole within " + std::to_string(timeout.count()) + " ms"};
    }
    return {400,
            "this is no HTTP, or was cut off, or request line and headers are much larger than " +
                std::to_string(options_.limits.head_bytes) + " bytes"};
  }

  static int OnRequest(mg_connection* connection) {
    auto* self = static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
    return self->Answer(connection);
  }

  // Returns the status sent.
  int Answer(mg_connection* connection) {
    const RequestGate::Pass pass(&gate_);
    const mg_request_info& info = *mg_get_request_info(connection);
    const auto refuse = [&](const Refusal& refusal) {
      return SendRefusal(connection, info.request_method, refusal);
    };
    if (is_ending_) return refuse({503, "the exporter is ending"});
    if (!pass.is_granted()) {
      return refuse({503, "too many requests are answered at this moment; try again in a second"});
    }
    HttpRequest request{.method = info.request_method,
                        .path = info.local_uri_raw,
                        .query = info.query_string == nullptr ? "" : info.query_string,
                        .headers = {},
                        .body = "",
                        .remote_address = info.remote_addr};
    for (int i = 0; i < info.num_headers; ++i) {
      request.headers.push_back({info.http_headers[i].name, info.http_headers[i].value});
    }
    if (const std::optional<Refusal> refusal = CheckHead(request, options_.limits)) {
      return refuse(*refusal);
    }
    std::optional<std::string> path = DecodePath(info.local_uri);
    if (!path) return refuse({400, "the path holds an escape (%) that stands for no character"});
    request.path = *std::move(path);
    if (const std::optional<Refusal> refusal = ReadBody(connection, info, &request)) {
      return refuse(*refusal);
    }
    return Send(connection, request.method, CallHandler(request));
  }

  // An answer that leaves the rest of the request unread, and so closes the connection.
  int SendRefusal(mg_connection* connection, const std::string& method,
                  const Refusal& refusal) const {
    HttpResponse response = HttpResponse::Text(refusal.status, refusal.what + "\n");
    if (options_.error_headers) response.headers = options_.error_headers();
    if (refusal.status == 503) response.headers.push_back({"Retry-After", "1"});
    mg_disable_connection_keep_alive(connection);
    return Send(connection, method, response, /*is_last=*/true);
  }

  std::optional<Refusal> ReadBody(mg_connection* connection, const mg_request_info& info,
                                  HttpRequest* request) const {
    const Refusal too_large = {413, "the request's body is larger than " +
                                        std::to_string(options_.limits.body_bytes) + " bytes"};
    if (info.content_length > static_cast<long long>(options_.limits.body_bytes)) return too_large;
    // A request without a body has nothing to be told to go on with.
    const bool is_awaited =
        info.content_length > 0 || !request->Header("Transfer-Encoding").empty();
    if (is_awaited && !request->Header("Expect").empty()) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      mg_write(connection, kContinue.data(), kContinue.size());
    }
    // mg_read waits until the buffer is full, as long as something comes now and then: a small
    // one brings us back to look at the clock.
    char buffer[64];
    int bytes = 0;
    const Clock::time_point end =
        Clock::now() + std::chrono::milliseconds(options_.request_timeout_ms);
    while (Clock::now() < end && (bytes = mg_read(connection, buffer, sizeof(buffer))) > 0) {
      request->body.append(buffer, static_cast<std::size_t>(bytes));
      if (request->body.size() > options_.limits.body_bytes) return too_large;
    }
    const bool is_whole =
        bytes == 0 && static_cast<long long>(request->body.size()) >= info.content_length;
    if (!is_whole) return Refusal{400, "the request's body ended early, or is broken"};
    return std::nullopt;
  }

  HttpResponse CallHandler(const HttpRequest& request) const {
    std::string what;
    try {
      return handler_(request);
    } catch (const std::exception& exception) {
      what = exception.what();
    } catch (...) {
      what = "an exception without a description";
    }
    if (options_.on_exception) {
      options_.on_exception(request.method + " " + request.path + ": " + what);
    }
    return HttpResponse::Text(500,
                              "this request met an error in the exporter; its log says more\n");
  }

  int Send(mg_connection* connection, const std::string& method, const HttpResponse& response,
           bool is_last = false) const {
    std::size_t body_bytes = 0;
    for (const auto& part : response.body) body_bytes += part->size();

    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head.append(HttpReason(response.status)).append("\r\n");
    AppendHeader("Date", HttpDate(), &head);
    AppendHeader("Content-Type", response.content_type, &head);
    AppendHeader("Content-Length", std::to_string(body_bytes), &head);
    for (const HttpHeader& header : response.headers) {
      AppendHeader(header.name, header.value, &head);
    }
    // With keep-alive nothing is said, which in HTTP/1.1 means that it stays open.
    if (is_last || !IsKeepAlive()) AppendHeader("Connection", "close", &head);
    head.append("\r\n");

    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(options_.max_answer_ms);
    // mg_write waits as long as a little is taken now and then: between two pieces the clock is
    // looked at.
    SendBuffer buffer([&](std::string_view piece) {
      return Clock::now() < end &&
             mg_write(connection, piece.data(), piece.size()) == static_cast<int>(piece.size());
    });
    buffer.Add(head);
    if (method != "HEAD") {
      for (const auto& part : response.body) buffer.Add(*part);
    }
    // A client that went away is its own affair; the answer is lost with it.
    static_cast<void>(buffer.Flush());
    return response.status;
  }

  // Of the connection that this thread has.
  static thread_local Clock::time_point connected_at_;

  const Options options_;
  const HttpHandler handler_;
  std::vector<ListenAddress> addresses_;
  mg_context* context_ = nullptr;
  RequestGate gate_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<bool> is_started_ = false;
  std::mutex start_message_mutex_;
  std::string start_message_;  // the last thing CivetWeb said before it ran
};

thread_local Clock::time_point HttpServer::Impl::connected_at_;

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

HttpServerResult HttpServer::Start(const Options& options, HttpHandler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  std::string error = impl->Start();
  if (!error.empty()) return {.server = nullptr, .error = std::move(error)};
  return {.server = std::unique_ptr<HttpServer>(new HttpServer(std::move(impl))), .error = ""};
}

const std::vector<ListenAddress>& HttpServer::addresses() const { return impl_->addresses(); }

int HttpServer::port() const { return impl_->addresses().front().port; }

}  // namespace podprobe

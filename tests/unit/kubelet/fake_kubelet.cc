#include "tests/unit/kubelet/fake_kubelet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace podprobe {
namespace {

void Check(bool is_so, const char* what) {
  if (is_so) return;
  std::cerr << "the fake kubelet cannot: " << what << "\n";
  std::abort();
}

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Context = std::shared_ptr<SSL_CTX>;
using Bio = std::unique_ptr<BIO, BioDeleter>;

Bio Memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

X509* ReadCertificate(BIO* bio) { return PEM_read_bio_X509(bio, nullptr, nullptr, nullptr); }

void UseChain(SSL_CTX* context, const FakeKubelet::Tls& tls) {
  const Bio chain = Memory(tls.chain_pem);
  X509* leaf = ReadCertificate(chain.get());
  Check(SSL_CTX_use_certificate(context, leaf) == 1, "use its certificate");
  X509_free(leaf);
  while (X509* issuer = ReadCertificate(chain.get())) SSL_CTX_add_extra_chain_cert(context, issuer);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(Memory(tls.key_pem).get(), nullptr, nullptr, nullptr);
  Check(SSL_CTX_use_PrivateKey(context, key) == 1, "use its key");
  EVP_PKEY_free(key);
}

void DemandClientCertificate(SSL_CTX* context, const std::string& ca_pem) {
  X509* ca = ReadCertificate(Memory(ca_pem).get());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
  X509_free(ca);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

int SelectProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kPreferred[] = "\x02h2\x08http/1.1";
  unsigned char* selected = nullptr;
  const int code =
      SSL_select_next_proto(&selected, out_size, kPreferred, sizeof kPreferred - 1, in, in_size);
  *out = selected;
  return code == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Context MakeContext(const FakeKubelet::Tls& tls) {
  Context context(SSL_CTX_new(TLS_server_method()), ContextDeleter());
  UseChain(context.get(), tls);
  if (!tls.client_ca_pem.empty()) DemandClientCertificate(context.get(), tls.client_ca_pem);
  if (tls.is_old) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  }
  if (tls.is_1_2) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (!tls.has_certificate) {
    // As Go answers when it has none: alert 80, internal_error.
    SSL_CTX_set_cert_cb(
        context.get(), [](SSL*, void*) { return 0; }, nullptr);
  }
  if (tls.prefers_http2) SSL_CTX_set_alpn_select_cb(context.get(), &SelectProtocol, nullptr);
  return context;
}

class Connection : public Peer {
 public:
  Connection(int fd, const Context& context) : fd_(fd), context_(context) {}
  ~Connection() override {
    ssl_.reset();
    close(fd_);
  }

  bool Accept(std::string* sni) {
    if (!context_) return true;
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    if (SSL_accept(ssl_.get()) != 1) {
      // To close with the request unread would send a reset that overtakes the alert.
      shutdown(fd_, SHUT_WR);
      AwaitClose();
      return false;
    }
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    *sni = name == nullptr ? "" : name;
    return true;
  }

  // False when there is none any more.
  bool ReadRequest() {
    request_.clear();
    std::string byte;
    while (!request_.ends_with("\r\n\r\n")) {
      if (!Receive(1, &byte)) return false;
      request_ += byte;
    }
    return true;
  }

  std::string Path() const {
    const std::size_t begin = request_.find(' ') + 1;
    return request_.substr(begin, request_.find(' ', begin) - begin);
  }

  // As ALPN chose it.
  std::string Protocol() const {
    if (!ssl_) return "";
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

  bool is_closed() const { return is_closed_; }
  void Shutdown() { shutdown(fd_, SHUT_RDWR); }

  const std::string& request() const override { return request_; }

  bool Send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t size = ssl_
                               ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  bool Receive(std::size_t size, std::string* bytes) override {
    bytes->clear();
    while (bytes->size() < size) {
      char c = 0;
      const ssize_t count = ssl_ ? SSL_read(ssl_.get(), &c, 1) : recv(fd_, &c, 1, 0);
      if (count != 1) return false;
      *bytes += c;
    }
    return true;
  }

  void Close() override {
    is_closed_ = true;
    Shutdown();
  }

  void Reset() override {
    is_closed_ = true;
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  void AwaitClose() override {
    char c = 0;
    while (recv(fd_, &c, 1, 0) > 0) {
    }
    is_closed_ = true;
  }

 private:
  const int fd_;
  const Context context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  std::string request_;
  bool is_closed_ = false;
};

}  // namespace

class FakeKubelet::Impl {
 public:
  explicit Impl(bool is_ipv6) : is_ipv6_(is_ipv6) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    auto* address = is_ipv6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
    socklen_t size = is_ipv6 ? sizeof v6 : sizeof v4;
    listen_fd_ = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Check(bind(listen_fd_, address, size) == 0 && listen(listen_fd_, 16) == 0, "listen");
    getsockname(listen_fd_, address, &size);
    port_ = ntohs(is_ipv6 ? v6.sin6_port : v4.sin_port);
    acceptor_ = std::thread([this] { AcceptAll(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
      for (const auto& connection : connections_) connection->Shutdown();
    }
    shutdown(listen_fd_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listen_fd_);
  }

  void On(const std::string& path, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[path] = std::move(answer);
  }
  void OnConnect(Answer answer) {
    const std::lock_guard lock(mutex_);
    on_connect_ = std::move(answer);
  }
  void UseTls(const Tls& tls) {
    const std::lock_guard lock(mutex_);
    context_ = MakeContext(tls);
  }

  int port() const { return port_; }
  std::string url() const {
    const std::lock_guard lock(mutex_);
    return (context_ ? "https://" : "http://") + std::string(is_ipv6_ ? "[::1]" : "127.0.0.1") +
           ":" + std::to_string(port_);
  }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connection_count() const {
    const std::lock_guard lock(mutex_);
    return connection_count_;
  }
  std::string last_sni() const {
    const std::lock_guard lock(mutex_);
    return last_sni_;
  }
  std::string last_protocol() const {
    const std::lock_guard lock(mutex_);
    return last_protocol_;
  }

 private:
  void AcceptAll() {
    for (;;) {
      const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      auto connection = std::make_shared<Connection>(fd, context_);
      if (is_ending_) return;
      ++connection_count_;
      connections_.push_back(connection);
      threads_.emplace_back([this, connection]() mutable { Serve(std::move(connection)); });
    }
  }

  void Serve(std::shared_ptr<Connection> connection) {
    // OpenSSL's writes to a connection that is gone would end the test.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    Speak(connection.get());
    const std::lock_guard lock(mutex_);
    connections_.remove(connection);
  }

  void Speak(Connection* connection) {
    if (const Answer answer = AnswerToConnect()) return answer(*connection);
    std::string sni;
    if (!connection->Accept(&sni)) return;
    while (!connection->is_closed() && connection->ReadRequest()) {
      AnswerTo(*connection, sni)(*connection);
    }
  }

  Answer AnswerToConnect() {
    const std::lock_guard lock(mutex_);
    return on_connect_;
  }

  Answer AnswerTo(const Connection& connection, const std::string& sni) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(connection.request());
    last_sni_ = sni;
    last_protocol_ = connection.Protocol();
    const auto found = answers_.find(connection.Path());
    return found != answers_.end() ? found->second
                                   : Respond("404 Not Found", "404 page not found\n");
  }

  const bool is_ipv6_;
  int listen_fd_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // the acceptor's, then the destructor's

  mutable std::mutex mutex_;  // guards everything below
  bool is_ending_ = false;
  Context context_;
  std::list<std::shared_ptr<Connection>> connections_;
  std::map<std::string, Answer> answers_;
  Answer on_connect_;
  std::vector<std::string> requests_;
  int connection_count_ = 0;
  std::string last_sni_;
  std::string last_protocol_;
};

FakeKubelet::FakeKubelet() : impl_(std::make_unique<Impl>(false)) {}
FakeKubelet::FakeKubelet(const Tls& tls) : FakeKubelet() { UseTls(tls); }
FakeKubelet::FakeKubelet(Ipv6, const Tls& tls) : impl_(std::make_unique<Impl>(true)) {
  UseTls(tls);
}
FakeKubelet::~FakeKubelet() = default;

void FakeKubelet::On(const std::string& path, Answer answer) { impl_->On(path, std::move(answer)); }
void FakeKubelet::OnConnect(Answer answer) { impl_->OnConnect(std::move(answer)); }
void FakeKubelet::UseTls(const Tls& tls) { impl_->UseTls(tls); }
int FakeKubelet::port() const { return impl_->port(); }
std::string FakeKubelet::url() const { return impl_->url(); }
std::vector<std::string> FakeKubelet::requests() const { return impl_->requests(); }
int FakeKubelet::connection_count() const { return impl_->connection_count(); }
std::string FakeKubelet::last_sni() const { return impl_->last_sni(); }
std::string FakeKubelet::last_protocol() const { return impl_->last_protocol(); }

std::string Response(const std::string& status, const std::string& body,
                     const std::string& more_header) {
  return "HTTP/1.1 " + status + "\r\n" + more_header +
         "Date: Mon, 23 Nov 2026 19:05:59 GMT\r\n"
         "Content-Length: " +
         std::to_string(body.size()) +
         "\r\n"
         "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
         body;
}

Answer Respond(const std::string& status, const std::string& body, const std::string& more_header) {
  return [response = Response(status, body, more_header)](Peer& peer) { peer.Send(response); };
}

}  // namespace podprobe

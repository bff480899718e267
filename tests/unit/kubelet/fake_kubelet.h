#ifndef PODPROBE_TESTS_UNIT_KUBELET_FAKE_KUBELET_H_
#define PODPROBE_TESTS_UNIT_KUBELET_FAKE_KUBELET_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// One connection to a fake kubelet, during one request.
class Peer {
 public:
  virtual ~Peer() = default;
  // The whole request as it came, with its header; empty where the connection was not yet read.
  virtual const std::string& request() const = 0;
  // Both false when the other side is gone.
  virtual bool Send(std::string_view bytes) = 0;
  virtual bool Receive(std::size_t size, std::string* bytes) = 0;
  // Without TLS's farewell: as if the process had died.
  virtual void Close() = 0;
  // With a TCP reset.
  virtual void Reset() = 0;
  // Until the other side hangs up or the fake kubelet ends.
  virtual void AwaitClose() = 0;
};

using Answer = std::function<void(Peer&)>;

// A kubelet of raw sockets on loopback that does what it is told, in threads
// of its own: one per connection. All functions from any thread.
class FakeKubelet {
 public:
  struct Tls {
    std::string chain_pem;
    std::string key_pem;
    std::string client_ca_pem;  // not empty: a client certificate is demanded
    bool is_old = false;        // offers TLS 1.1 at most
    bool is_1_2 = false;        // offers TLS 1.2 at most
    bool has_certificate = true;
    bool prefers_http2 = false;  // it takes HTTP/2 where that is offered; it cannot speak it
  };

  FakeKubelet();
  explicit FakeKubelet(const Tls& tls);
  // On [::1].
  struct Ipv6 {};
  FakeKubelet(Ipv6, const Tls& tls);
  ~FakeKubelet();
  FakeKubelet(const FakeKubelet&) = delete;
  FakeKubelet& operator=(const FakeKubelet&) = delete;

  // For all further requests of this path; other paths get the kubelet's 404.
  void On(const std::string& path, Answer answer);
  // For all further connections: at once, instead of reading a request.
  void OnConnect(Answer answer);
  // For all further connections.
  void UseTls(const Tls& tls);

  int port() const;
  std::string url() const;
  std::vector<std::string> requests() const;
  int connection_count() const;
  std::string last_sni() const;
  // What ALPN chose for the last request; empty: it was not asked.
  std::string last_protocol() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// An answer as the kubelet writes it, with Content-Length.
std::string Response(const std::string& status, const std::string& body,
                     const std::string& more_header = "");
Answer Respond(const std::string& status, const std::string& body,
               const std::string& more_header = "");

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_KUBELET_FAKE_KUBELET_H_

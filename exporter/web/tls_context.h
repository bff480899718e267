#ifndef PODPROBE_EXPORTER_WEB_TLS_CONTEXT_H_
#define PODPROBE_EXPORTER_WEB_TLS_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/web_config.h"

namespace podprobe {

struct TlsContextResult;

// How a server does TLS: its certificate, what it asks of clients, versions and ciphers. The
// files are looked at again as connections come in, at most once a second: a changed certificate
// counts from then on, a broken one leaves the old in force and is told to `on_error` once.
// Safe from any thread.
class TlsContext {
 public:
  struct Options {
    WebTlsConfig config;
    std::function<void(std::string_view message)> on_error = {};  // may be empty
    // A clock that only goes forward; empty: the system's. Tests give their own.
    std::function<double()> steady_seconds = {};
  };

  static TlsContextResult Create(Options options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // The SSL_CTX; lives as long as this.
  void* ssl_ctx() const;

 private:
  class Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct TlsContextResult {
  std::shared_ptr<TlsContext> context;  // null on error
  std::string error;                    // begins with the key at fault
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_TLS_CONTEXT_H_

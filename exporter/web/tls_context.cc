#include "exporter/web/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <mutex>
#include <utility>

#include "config/pipe.h"
#include "exporter/web/file_signature.h"
#include "exporter/web/steady_time.h"

namespace podprobe {
namespace {

template <auto kFree>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
void FreeChain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
void FreeNames(STACK_OF(X509_NAME) * names) { sk_X509_NAME_pop_free(names, X509_NAME_free); }

using BioPtr = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;
using ChainPtr = std::unique_ptr<STACK_OF(X509), OpenSslDeleter<FreeChain>>;
using NamesPtr = std::unique_ptr<STACK_OF(X509_NAME), OpenSslDeleter<FreeNames>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, OpenSslDeleter<X509_STORE_free>>;
using CtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;

// OpenSSL's reason for the last failure; empties its queue.
std::string OpenSslReason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

// What the files hold.
struct TlsMaterial {
  X509Ptr certificate;
  ChainPtr chain;
  KeyPtr key;
  StorePtr client_cas;  // null: none
  NamesPtr client_ca_names;
};

// Asks nobody for the password of a key: there is no terminal.
int NoPassword(char*, int, int, void*) { return 0; }

// Certificates of a file, the first one first. Returns an error sentence; empty if all is well.
std::string ReadCertificates(const std::string& path, std::vector<X509Ptr>* certificates) {
  if (const std::string problem = PipeProblem(path); !problem.empty()) {
    return path + " " + problem;
  }
  const BioPtr file(BIO_new_file(path.c_str(), "r"));
  if (!file) return "cannot read " + path + ": " + OpenSslReason();
  while (X509* certificate = PEM_read_bio_X509(file.get(), nullptr, NoPassword, nullptr)) {
    certificates->emplace_back(certificate);
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!is_end) return path + " holds a broken certificate: " + OpenSslReason();
  ERR_clear_error();
  if (certificates->empty()) return path + " holds no certificate in PEM";
  return "";
}

std::string ReadServerCertificate(const WebTlsConfig& config, TlsMaterial* material) {
  std::vector<X509Ptr> certificates;
  if (std::string error = ReadCertificates(config.cert_file, &certificates); !error.empty()) {
    return "tls_server_config.cert_file: " + error;
  }
  material->certificate = std::move(certificates.front());
  material->chain.reset(sk_X509_new_null());
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    sk_X509_push(material->chain.get(), certificates[i].release());
  }
  if (const std::string problem = PipeProblem(config.key_file); !problem.empty()) {
    return "tls_server_config.key_file: " + config.key_file + " " + problem;
  }
  const BioPtr file(BIO_new_file(config.key_file.c_str(), "r"));
  if (!file) {
    return "tls_server_config.key_file: cannot read " + config.key_file + ": " + OpenSslReason();
  }
  material->key.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, NoPassword, nullptr));
  if (!material->key) {
    return "tls_server_config.key_file: " + config.key_file +
           " holds no key in PEM without a password: " + OpenSslReason();
  }
  if (X509_check_private_key(material->certificate.get(), material->key.get()) != 1) {
    ERR_clear_error();
    return "tls_server_config.key_file: " + config.key_file + " is not the key of " +
           config.cert_file;
  }
  return "";
}

std::string ReadClientCas(const WebTlsConfig& config, TlsMaterial* material) {
  if (config.client_ca_file.empty()) return "";
  std::vector<X509Ptr> cas;
  if (std::string error = ReadCertificates(config.client_ca_file, &cas); !error.empty()) {
    return "tls_server_config.client_ca_file: " + error;
  }
  material->client_cas.reset(X509_STORE_new());
  material->client_ca_names.reset(sk_X509_NAME_new_null());
  for (const X509Ptr& ca : cas) {
    X509_STORE_add_cert(material->client_cas.get(), ca.get());
    sk_X509_NAME_push(material->client_ca_names.get(),
                      X509_NAME_dup(X509_get_subject_name(ca.get())));
  }
  return "";
}

std::string SignatureOf(const WebTlsConfig& config) {
  return FileSignature(config.cert_file) + FileSignature(config.key_file) +
         FileSignature(config.client_ca_file);
}

std::string Colons(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ":") + name;
  return joined;
}

}  // namespace

class TlsContext::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {}

  // Returns an error sentence; empty if it stands.
  std::string Start() {
    signature_ = SignatureOf(config());
    looked_at_ = options_.steady_seconds();
    if (std::string error = Load(); !error.empty()) return error;
    ctx_.reset(SSL_CTX_new(TLS_server_method()));
    if (!ctx_) return "tls_server_config: " + OpenSslReason();
    SSL_CTX_set_min_proto_version(ctx_.get(),
                                  config().is_tls12_allowed ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(ctx_.get(),
                                  config().is_tls13_allowed ? TLS1_3_VERSION : TLS1_2_VERSION);
    // Nobody comes back soon enough for a session to pay.
    SSL_CTX_set_session_cache_mode(ctx_.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx_.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                        SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(ctx_.get(), 0);
    if (config().prefer_server_cipher_suites) {
      SSL_CTX_set_options(ctx_.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    }
    SetClientAuth();
    SSL_CTX_set_cert_cb(ctx_.get(), &Impl::OnHello, this);
    if (std::string error = SetCiphers(); !error.empty()) return error;
    return SetCurves();
  }

  void* ssl_ctx() const { return ctx_.get(); }

 private:
  const WebTlsConfig& config() const { return options_.config; }

  std::string Load() {
    auto material = std::make_shared<TlsMaterial>();
    if (std::string error = ReadServerCertificate(config(), material.get()); !error.empty()) {
      return error;
    }
    if (std::string error = ReadClientCas(config(), material.get()); !error.empty()) return error;
    material_ = std::move(material);
    return "";
  }

  // What counts now, after a look at the files.
  std::shared_ptr<const TlsMaterial> Current() {
    constexpr double kLookEverySeconds = 1;
    std::string error;
    std::shared_ptr<const TlsMaterial> current;
    {
      const std::lock_guard lock(mutex_);
      const double now = options_.steady_seconds();
      if (now - looked_at_ >= kLookEverySeconds) {
        looked_at_ = now;
        std::string signature = SignatureOf(config());
        // The files of one change come one after the other: what does not fit yet is tried again.
        if (signature != signature_ || is_broken_) {
          const bool is_new = signature != signature_;
          signature_ = std::move(signature);
          error = Load();
          is_broken_ = !error.empty();
          if (!is_new) error.clear();
        }
      }
      current = material_;
    }
    if (!error.empty() && options_.on_error) {
      options_.on_error(error + "; the certificate before stays in force");
    }
    return current;
  }

  static int OnHello(SSL* ssl, void* self) { return static_cast<Impl*>(self)->SetUp(ssl) ? 1 : 0; }

  bool SetUp(SSL* ssl) {
    const std::shared_ptr<const TlsMaterial> material = Current();
    if (SSL_use_cert_and_key(ssl, material->certificate.get(), material->key.get(),
                             material->chain.get(), 1) != 1) {
      return false;
    }
    if (!material->client_cas) return true;
    SSL_set_client_CA_list(ssl, SSL_dup_CA_list(material->client_ca_names.get()));
    return SSL_set1_verify_cert_store(ssl, material->client_cas.get()) == 1;
  }

  static int AcceptAny(X509_STORE_CTX*, void*) { return 1; }

  void SetClientAuth() {
    int mode = SSL_VERIFY_NONE;
    if (config().client_auth != ClientAuth::kNone) mode = SSL_VERIFY_PEER;
    const bool is_required = config().client_auth == ClientAuth::kRequireAny ||
                             config().client_auth == ClientAuth::kRequireAndVerify;
    if (is_required) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx_.get(), mode, nullptr);
    const bool is_any_good = config().client_auth == ClientAuth::kRequest ||
                             config().client_auth == ClientAuth::kRequireAny;
    if (is_any_good) SSL_CTX_set_cert_verify_callback(ctx_.get(), AcceptAny, nullptr);
  }

  std::string SetCiphers() {
    std::vector<std::string> names;
    for (const std::string& name : config().cipher_suites) {
      // Go leaves the hash out of these two.
      const std::string standard =
          name.ends_with("_WITH_CHACHA20_POLY1305") ? name + "_SHA256" : name;
      const std::string_view own = OPENSSL_cipher_name(standard.c_str());
      const bool is_tls13 = standard.find("_WITH_") == std::string::npos;
      if (own == "(NONE)" || own.empty()) {
        return "tls_server_config.cipher_suites: OpenSSL has no " + name;
      }
      if (is_tls13) {
        return "tls_server_config.cipher_suites: " + name +
               " is of TLS 1.3, whose suites cannot be chosen";
      }
      names.emplace_back(own);
    }
    if (names.empty() || SSL_CTX_set_cipher_list(ctx_.get(), Colons(names).c_str()) == 1) return "";
    return "tls_server_config.cipher_suites: OpenSSL takes none of them: " + OpenSslReason();
  }

  std::string SetCurves() {
    constexpr std::pair<std::string_view, std::string_view> kCurves[] = {{"CurveP256", "P-256"},
                                                                         {"CurveP384", "P-384"},
                                                                         {"CurveP521", "P-521"},
                                                                         {"X25519", "X25519"}};
    std::vector<std::string> names;
    for (const std::string& name : config().curve_preferences) {
      std::string own;
      for (const auto& [go, openssl] : kCurves) {
        if (go == name) own = openssl;
      }
      if (own.empty()) {
        return "tls_server_config.curve_preferences: there is no " + name +
               "; there are CurveP256, CurveP384, CurveP521 and X25519";
      }
      names.push_back(std::move(own));
    }
    if (names.empty() || SSL_CTX_set1_groups_list(ctx_.get(), Colons(names).c_str()) == 1) {
      return "";
    }
    return "tls_server_config.curve_preferences: " + OpenSslReason();
  }

  const Options options_;
  CtxPtr ctx_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const TlsMaterial> material_;
  std::string signature_;
  double looked_at_ = 0;
  bool is_broken_ = false;  // the files as they were last seen
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;
void* TlsContext::ssl_ctx() const { return impl_->ssl_ctx(); }

TlsContextResult TlsContext::Create(Options options) {
  if (!options.steady_seconds) options.steady_seconds = SteadySeconds;
  auto impl = std::make_unique<Impl>(std::move(options));
  std::string error = impl->Start();
  if (!error.empty()) return {.context = nullptr, .error = std::move(error)};
  return {.context = std::shared_ptr<TlsContext>(new TlsContext(std::move(impl))), .error = ""};
}

}  // namespace podprobe

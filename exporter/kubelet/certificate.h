#ifndef PODPROBE_EXPORTER_KUBELET_CERTIFICATE_H_
#define PODPROBE_EXPORTER_KUBELET_CERTIFICATE_H_

#include <memory>
#include <optional>
#include <string>

namespace podprobe {

// The certificate that a server showed, in words. Foreign text in it is made
// visible (excerpt.h) and bounded.
struct CertificateFacts {
  std::string subject;         // CN=worker-1@1795460713
  std::string issuer;          // CN=worker-1-ca@1795460713
  std::string names;           // DNS:worker-1, IP:10.245.0.1; empty: it has none
  std::string first_dns_name;  // worker-1; empty: it has none
  bool is_for_expected_name = false;

  // What verification did not accept.
  enum class Fault { kNone, kUnknownIssuer, kExpired, kNotYetValid, kOther };
  Fault fault = Fault::kNone;
  std::string fault_text;     // OpenSSL's words
  std::string fault_subject;  // of the certificate at fault: this one, or one of its issuers
  std::string fault_time;     // of kExpired and kNotYetValid: since or until when
};

// Watches one TLS handshake at a time and remembers which certificate was
// shown and what was wrong with it; libcurl tells only the latter. Verifies
// nothing itself and lets nothing pass.
class CertificateWitness {
 public:
  CertificateWitness();
  ~CertificateWitness();
  CertificateWitness(const CertificateWitness&) = delete;
  CertificateWitness& operator=(const CertificateWitness&) = delete;

  // `ssl_ctx` is the OpenSSL SSL_CTX* of the coming handshake. The witness must outlive it.
  void Watch(void* ssl_ctx);
  void Forget();

  // Absent when no certificate came.
  std::optional<CertificateFacts> Facts(const std::string& expected_name) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_CERTIFICATE_H_

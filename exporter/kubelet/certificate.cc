#include "exporter/kubelet/certificate.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <string_view>

#include "exporter/kubelet/excerpt.h"

namespace podprobe {
namespace {

constexpr int kMaxNamesShown = 8;

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Deleter>;

struct NamesDeleter {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Names = std::unique_ptr<GENERAL_NAMES, NamesDeleter>;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::string NameText(const X509_NAME* name) {
  const std::unique_ptr<BIO, BioDeleter> bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Visible({text, static_cast<std::size_t>(size)});
}

// 2026-11-23T19:05:59Z
std::string TimeText(const ASN1_TIME* time) {
  std::tm utc = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1) return "an unreadable time";
  std::array<char, 32> text;
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), size};
}

std::string_view StringText(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string AddressText(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text;
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return "?";
  return inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
}

void ReadNames(X509* certificate, CertificateFacts* facts) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) {
      const std::string dns_name = Visible(StringText(name->d.dNSName));
      if (facts->first_dns_name.empty()) facts->first_dns_name = dns_name;
      text = "DNS:" + dns_name;
    } else if (name->type == GEN_IPADD) {
      text = "IP:" + AddressText(name->d.iPAddress);
    } else {
      continue;
    }
    if (!facts->names.empty()) facts->names += ", ";
    if (i == kMaxNamesShown) {
      facts->names += "…";
      return;
    }
    facts->names += text;
  }
}

bool IsForName(X509* certificate, const std::string& name) {
  return X509_check_ip_asc(certificate, name.c_str(), 0) == 1 ||
         X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

CertificateFacts::Fault FaultOf(int error) {
  switch (error) {
    case X509_V_OK:
      return CertificateFacts::Fault::kNone;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    // Another CA of the same name: clusters often call theirs "kubernetes".
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return CertificateFacts::Fault::kUnknownIssuer;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateFacts::Fault::kExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateFacts::Fault::kNotYetValid;
    default:
      return CertificateFacts::Fault::kOther;
  }
}

Certificate Share(X509* certificate) {
  if (certificate != nullptr) X509_up_ref(certificate);
  return Certificate(certificate);
}

}  // namespace

class CertificateWitness::Impl {
 public:
  void Watch(SSL_CTX* context) {
    SSL_CTX_set_ex_data(context, Index(), this);
    SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), &Impl::OnVerify);
  }

  void Forget() {
    shown_.reset();
    at_fault_.reset();
    error_ = X509_V_OK;
  }

  std::optional<CertificateFacts> Facts(const std::string& expected_name) const {
    if (!shown_) return std::nullopt;
    CertificateFacts facts;
    facts.subject = NameText(X509_get_subject_name(shown_.get()));
    facts.issuer = NameText(X509_get_issuer_name(shown_.get()));
    ReadNames(shown_.get(), &facts);
    facts.is_for_expected_name = IsForName(shown_.get(), expected_name);
    facts.fault = FaultOf(error_);
    if (error_ != X509_V_OK) facts.fault_text = X509_verify_cert_error_string(error_);
    if (at_fault_) {
      facts.fault_subject = NameText(X509_get_subject_name(at_fault_.get()));
      facts.fault_time = TimeText(facts.fault == CertificateFacts::Fault::kNotYetValid
                                      ? X509_get0_notBefore(at_fault_.get())
                                      : X509_get0_notAfter(at_fault_.get()));
    }
    return facts;
  }

 private:
  static int Index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }

  // Called for each certificate of the chain; what it is given, it gives back.
  static int OnVerify(int is_accepted, X509_STORE_CTX* store) {
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* witness = static_cast<Impl*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), Index()));
    witness->shown_ = Share(X509_STORE_CTX_get0_cert(store));
    if (is_accepted == 0 && witness->error_ == X509_V_OK) {
      witness->error_ = X509_STORE_CTX_get_error(store);
      witness->at_fault_ = Share(X509_STORE_CTX_get_current_cert(store));
    }
    return is_accepted;
  }

  Certificate shown_;
  Certificate at_fault_;
  int error_ = X509_V_OK;
};

CertificateWitness::CertificateWitness() : impl_(std::make_unique<Impl>()) {}
CertificateWitness::~CertificateWitness() = default;

void CertificateWitness::Watch(void* ssl_ctx) { impl_->Watch(static_cast<SSL_CTX*>(ssl_ctx)); }

void CertificateWitness::Forget() { impl_->Forget(); }

std::optional<CertificateFacts> CertificateWitness::Facts(const std::string& expected_name) const {
  return impl_->Facts(expected_name);
}

}  // namespace podprobe

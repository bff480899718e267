#include "tests/unit/kubelet/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <functional>
#include <iostream>

namespace podprobe {
namespace {

void Check(bool is_so, const char* what) {
  if (is_so) return;
  std::cerr << "the test's certificate authority cannot: " << what << "\n";
  std::abort();
}

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, X509Deleter>;

Key MakeKey() { return Key(EVP_EC_gen("P-256")); }

std::string Pem(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, BioDeleter> bio(BIO_new(BIO_s_mem()));
  Check(write(bio.get()) == 1, "write PEM");
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate MakeUnsigned(EVP_PKEY* key, const TestCa::Wish& wish) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), std::rand());
  Check(ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), wish.not_before.c_str()) == 1,
        "set notBefore");
  Check(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), wish.not_after.c_str()) == 1,
        "set notAfter");
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name, -1, -1, 0);
  return certificate;
}

}  // namespace

class TestCa::Impl {
 public:
  explicit Impl(const std::string& common_name) : key_(MakeKey()) {
    Wish wish;
    wish.common_name = common_name;
    certificate_ = MakeUnsigned(key_.get(), wish);
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    AddExtension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    AddExtension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
    Check(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "sign itself");
  }

  IssuedCertificate Issue(const Wish& wish) const {
    const Key key = MakeKey();
    const Certificate certificate = MakeUnsigned(key.get(), wish);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    AddExtension(certificate.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
    if (!wish.names.empty()) {
      AddExtension(certificate.get(), certificate_.get(), NID_subject_alt_name, wish.names);
    }
    Check(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0, "sign");
    return {.certificate_pem = CertificatePem(certificate.get()),
            .key_pem = Pem([&](BIO* bio) {
              return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr);
            })};
  }

  std::string pem() const { return CertificatePem(certificate_.get()); }

 private:
  static std::string CertificatePem(X509* certificate) {
    return Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
  }

  Key key_;
  Certificate certificate_;
};

TestCa::TestCa(const std::string& common_name) : impl_(std::make_unique<Impl>(common_name)) {}
TestCa::~TestCa() = default;
IssuedCertificate TestCa::Issue(const Wish& wish) const { return impl_->Issue(wish); }
std::string TestCa::pem() const { return impl_->pem(); }

}  // namespace podprobe

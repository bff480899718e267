#ifndef PODPROBE_TESTS_UNIT_KUBELET_TEST_CERTIFICATES_H_
#define PODPROBE_TESTS_UNIT_KUBELET_TEST_CERTIFICATES_H_

#include <memory>
#include <string>

namespace podprobe {

struct IssuedCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

// A certificate authority that lives as long as the test.
class TestCa {
 public:
  explicit TestCa(const std::string& common_name);
  ~TestCa();
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  struct Wish {
    std::string common_name;
    std::string names;  // "DNS:worker-1,IP:127.0.0.1"; empty: none
    // YYYYMMDDHHMMSSZ
    std::string not_before = "20200101000000Z";
    std::string not_after = "20990101000000Z";
  };
  IssuedCertificate Issue(const Wish& wish) const;

  std::string pem() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_KUBELET_TEST_CERTIFICATES_H_

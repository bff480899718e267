// Certificates as kubelets have them, and what we say of each: real TLS on loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <string>

#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/loop_harness.h"
#include "tests/unit/kubelet/temp_dir.h"
#include "tests/unit/kubelet/test_certificates.h"

namespace podprobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

FakeKubelet::Tls TlsOf(const IssuedCertificate& issued, const std::string& more_chain = "") {
  FakeKubelet::Tls tls;
  tls.chain_pem = issued.certificate_pem + more_chain;
  tls.key_pem = issued.key_pem;
  return tls;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest()
      : cluster_ca_("kubernetes"),
        ca_file_(dir_.Write("ca.crt", cluster_ca_.pem())),
        // Signed by the cluster after serverTLSBootstrap.
        signed_(cluster_ca_.Issue(
            {.common_name = "system:node:worker-1", .names = "DNS:worker-1,IP:127.0.0.1"})),
        node_name_only_(
            cluster_ca_.Issue({.common_name = "worker-1@1795460713", .names = "DNS:worker-1"})) {}

  // One reading from a kubelet with this certificate.
  std::string Read(
      const FakeKubelet::Tls& tls, const std::function<void(Target*)>& change = [](Target*) {}) {
    FakeKubelet kubelet(tls);
    return ReadFrom(&kubelet, change);
  }

  std::string ReadFrom(
      FakeKubelet* kubelet, const std::function<void(Target*)>& change = [](Target*) {}) {
    kubelet->On("/metrics/probes", Respond("200 OK", "up 1\n"));
    Target target = TargetOf(kubelet->url());
    target.ca_file = ca_file_;
    change(&target);
    LoopHarness harness(target);
    return WithoutDir(harness.ReadOnce(Source::kProbes));
  }

  std::string WithoutDir(std::string text) const {
    for (std::size_t at = text.find(dir_.path()); at != std::string::npos;
         at = text.find(dir_.path())) {
      text.replace(at, dir_.path().size(), "DIR");
    }
    return text;
  }

  const TempDir dir_;
  const TestCa cluster_ca_;
  const std::string ca_file_;
  const IssuedCertificate signed_;
  const IssuedCertificate node_name_only_;
};

TEST_F(TlsTest, CertificateOfTheClustersCaForTheAddressIsGood) {
  EXPECT_EQ(Read(TlsOf(signed_)), "good, 5 bytes");
}

TEST_F(TlsTest, Ipv6AddressIsVerifiedToo) {
  const IssuedCertificate v6 =
      cluster_ca_.Issue({.common_name = "system:node:worker-1", .names = "IP:::1"});
  FakeKubelet kubelet(FakeKubelet::Ipv6(), TlsOf(v6));
  EXPECT_EQ(ReadFrom(&kubelet), "good, 5 bytes");
  FakeKubelet other(FakeKubelet::Ipv6(), TlsOf(signed_));
  EXPECT_EQ(ReadFrom(&other),
            "tls: GET https://KUBELET/metrics/probes: TLS: the certificate "
            "CN=system:node:worker-1 (for DNS:worker-1, IP:127.0.0.1; issued by CN=kubernetes) is "
            "not for ::1: set kubelet.tls_config.server_name to worker-1");
}

TEST_F(TlsTest, SelfMadeCertificateNamesBothSettingsThatMendIt) {
  const TestCa own_ca("worker-1-ca@1795460713");
  const IssuedCertificate self_made =
      own_ca.Issue({.common_name = "worker-1@1795460713", .names = "DNS:worker-1"});
  EXPECT_EQ(Read(TlsOf(self_made, own_ca.pem())),
            "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1@1795460713 "
            "(for DNS:worker-1; issued by CN=worker-1-ca@1795460713) is not signed by a CA in "
            "DIR/ca.crt (self-signed certificate in certificate chain): set "
            "kubelet.tls_config.ca_file to its issuer's certificate, or let the cluster's CA sign "
            "it (serverTLSBootstrap in the kubelet's configuration); it is not for 127.0.0.1 "
            "either: set kubelet.tls_config.server_name to worker-1");
  const std::string own_ca_file = dir_.Write("own.crt", own_ca.pem());
  EXPECT_EQ(Read(TlsOf(self_made, own_ca.pem()),
                 [&](Target* target) {
                   target->ca_file = own_ca_file;
                   target->server_name = "worker-1";
                 }),
            "good, 5 bytes");
}

TEST_F(TlsTest, OtherCaOfTheSameNameIsAnUnknownIssuer) {
  const TestCa other_cluster("kubernetes");
  EXPECT_THAT(Read(TlsOf(other_cluster.Issue({.common_name = "n", .names = "IP:127.0.0.1"}))),
              HasSubstr("is not signed by a CA in DIR/ca.crt ("));
}

TEST_F(TlsTest, ServerNameIsWhatIsVerifiedAndAskedFor) {
  EXPECT_EQ(Read(TlsOf(node_name_only_)),
            "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1@1795460713 "
            "(for DNS:worker-1; issued by CN=kubernetes) is not for 127.0.0.1: set "
            "kubelet.tls_config.server_name to worker-1");

  FakeKubelet kubelet(TlsOf(node_name_only_));
  const auto as = [](const std::string& name) {
    return [name](Target* target) { target->server_name = name; };
  };
  EXPECT_EQ(ReadFrom(&kubelet, as("worker-1")), "good, 5 bytes");
  EXPECT_EQ(kubelet.last_sni(), "worker-1");
  EXPECT_THAT(kubelet.requests().back(),
              HasSubstr("\r\nHost: worker-1:" + std::to_string(kubelet.port()) + "\r\n"));

  EXPECT_EQ(ReadFrom(&kubelet, as("worker-2")),
            "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1@1795460713 "
            "(for DNS:worker-1; issued by CN=kubernetes) is not for worker-2: write worker-1 in "
            "kubelet.tls_config.server_name");
}

TEST_F(TlsTest, ServerNameDirectsTheConnectionToAnIpv6AddressToo) {
  FakeKubelet kubelet(FakeKubelet::Ipv6(), TlsOf(node_name_only_));
  EXPECT_EQ(ReadFrom(&kubelet, [](Target* target) { target->server_name = "worker-1"; }),
            "good, 5 bytes");
}

TEST_F(TlsTest, CertificateOutsideItsTimeIsDated) {
  EXPECT_EQ(
      Read(TlsOf(cluster_ca_.Issue(
          {.common_name = "worker-1", .names = "IP:127.0.0.1", .not_after = "20210203040506Z"}))),
      "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1 (for "
      "IP:127.0.0.1; issued by CN=kubernetes): it expired at 2021-02-03T04:05:06Z: it must "
      "be renewed on the node; if it is newer than that, the clock here is wrong");
  EXPECT_EQ(
      Read(TlsOf(cluster_ca_.Issue(
          {.common_name = "worker-1", .names = "IP:127.0.0.1", .not_before = "20980203040506Z"}))),
      "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1 (for "
      "IP:127.0.0.1; issued by CN=kubernetes): it is valid only from 2098-02-03T04:05:06Z "
      "on: is the clock here or on the node wrong?");
}

TEST_F(TlsTest, CertificateWithoutNamesCannotBeVerified) {
  EXPECT_EQ(Read(TlsOf(cluster_ca_.Issue({.common_name = "worker-1", .names = ""}))),
            "tls: GET https://KUBELET/metrics/probes: TLS: the certificate CN=worker-1 (for no "
            "name; issued by CN=kubernetes) is not for 127.0.0.1: the certificate must be made "
            "anew with a name that can be verified");
}

TEST_F(TlsTest, ForeignTextInACertificateIsShownSafely) {
  const IssuedCertificate evil =
      cluster_ca_.Issue({.common_name = "a\x1b[2J\nlevel=info", .names = "DNS:worker-1"});
  EXPECT_THAT(Read(TlsOf(evil)), HasSubstr("the certificate CN=a\\1B[2J\\0Alevel=info (for"));
}

TEST_F(TlsTest, VerificationIsSkippedOnlyOnRequest) {
  const TestCa own_ca("worker-1-ca@1795460713");
  const IssuedCertificate expired =
      own_ca.Issue({.common_name = "n", .names = "DNS:other", .not_after = "20210203040506Z"});
  EXPECT_EQ(Read(TlsOf(expired), [](Target* target) { target->insecure_skip_verify = true; }),
            "good, 5 bytes");
}

TEST_F(TlsTest, KubeletWithoutACertificateYetIsExplained) {
  FakeKubelet::Tls tls = TlsOf(signed_);
  tls.has_certificate = false;
  EXPECT_EQ(Read(tls),
            "tls: GET https://KUBELET/metrics/probes: TLS: no agreement with 127.0.0.1 port N: "
            "tlsv1 alert internal error: a kubelet without a serving certificate does so: approve "
            "its certificate signing request (kubectl get csr)");
}

TEST_F(TlsTest, TlsBelow12IsRefused) {
  FakeKubelet::Tls tls = TlsOf(signed_);
  tls.is_old = true;
  EXPECT_EQ(Read(tls, [](Target* target) { target->insecure_skip_verify = true; }),
            "tls: GET https://KUBELET/metrics/probes: TLS: no agreement with 127.0.0.1 port N: "
            "tlsv1 alert protocol version: the other side offers nothing from TLS 1.2 on");
}

TEST_F(TlsTest, MinimumVersionMayBe13) {
  const auto from_1_3 = [](Target* target) { target->min_tls_version = TlsVersion::kTls13; };
  FakeKubelet::Tls tls = TlsOf(signed_);
  EXPECT_EQ(Read(tls, from_1_3), "good, 5 bytes");
  tls.is_1_2 = true;
  EXPECT_EQ(Read(tls), "good, 5 bytes");
  EXPECT_EQ(Read(tls, from_1_3),
            "tls: GET https://KUBELET/metrics/probes: TLS: no agreement with 127.0.0.1 port N: "
            "tlsv1 alert protocol version: the other side offers nothing from TLS 1.3 on: see "
            "kubelet.tls_config.min_version");
}

TEST_F(TlsTest, PlainHttpOnTheTlsPortIsExplained) {
  FakeKubelet kubelet(TlsOf(signed_));
  kubelet.OnConnect([](Peer& peer) {
    peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.AwaitClose();
  });
  EXPECT_EQ(ReadFrom(&kubelet),
            "tls: GET https://KUBELET/metrics/probes: TLS: no agreement with 127.0.0.1 port N: "
            "wrong version number: what answers there speaks no TLS: is it plain http, or another "
            "port?");
}

TEST_F(TlsTest, HandshakeCutOffIsExplained) {
  FakeKubelet kubelet(TlsOf(signed_));
  kubelet.OnConnect([](Peer& peer) { peer.Close(); });
  EXPECT_THAT(ReadFrom(&kubelet),
              StartsWith("tls: GET https://KUBELET/metrics/probes: TLS: no agreement with "
                         "127.0.0.1 port N: "));
}

TEST_F(TlsTest, ClientCertificateIsShownWhereItIsDemanded) {
  const TestCa client_ca("client-ca");
  const IssuedCertificate client = client_ca.Issue({.common_name = "exporter", .names = ""});
  FakeKubelet::Tls tls = TlsOf(signed_);
  tls.client_ca_pem = client_ca.pem();
  const std::string cert_file = dir_.Write("client.crt", client.certificate_pem);
  const std::string key_file = dir_.Write("client.key", client.key_pem);
  EXPECT_EQ(Read(tls,
                 [&](Target* target) {
                   target->cert_file = cert_file;
                   target->key_file = key_file;
                 }),
            "good, 5 bytes");
  EXPECT_EQ(Read(tls),
            "tls: GET https://KUBELET/metrics/probes: TLS: no agreement with 127.0.0.1 port N: "
            "tlsv13 alert certificate required: the other side does not accept our client "
            "certificate: see kubelet.tls_config.cert_file");
}

TEST_F(TlsTest, ClientCertificateThatCannotBeReadIsNamed) {
  EXPECT_THAT(Read(TlsOf(signed_),
                   [&](Target* target) {
                     target->cert_file = dir_.path() + "/none.crt";
                     target->key_file = dir_.path() + "/none.key";
                   }),
              StartsWith("tls: GET https://KUBELET/metrics/probes: TLS: the client certificate "
                         "DIR/none.crt or its key DIR/none.key cannot be used: "));
}

TEST_F(TlsTest, FileThatIsAPipeIsNamedAndNotWaitedFor) {
  const std::string pipe = dir_.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string certificate = dir_.Write("client.crt", signed_.certificate_pem);
  const char kProblem[] =
      "tls: GET https://KUBELET/metrics/probes: not sent: DIR/pipe is a pipe: it must be a "
      "file (kubelet.tls_config.";
  EXPECT_EQ(Read(TlsOf(signed_), [&](Target* target) { target->ca_file = pipe; }),
            std::string(kProblem) + "ca_file)");
  EXPECT_EQ(Read(TlsOf(signed_), [&](Target* target) { target->cert_file = pipe; }),
            std::string(kProblem) + "cert_file)");
  EXPECT_EQ(Read(TlsOf(signed_),
                 [&](Target* target) {
                   target->cert_file = certificate;
                   target->key_file = pipe;
                 }),
            std::string(kProblem) + "key_file)");
}

TEST_F(TlsTest, CaFileThatCannotBeReadIsNamed) {
  const std::string garbage = dir_.Write("garbage", "no certificate");
  EXPECT_THAT(Read(TlsOf(signed_), [&](Target* target) { target->ca_file = garbage; }),
              StartsWith("tls: GET https://KUBELET/metrics/probes: TLS: the CA file DIR/garbage "
                         "cannot be read or holds no certificate ("));
}

TEST_F(TlsTest, AnswerCutOffWithoutTlsFarewellIsCutOff) {
  FakeKubelet kubelet(TlsOf(signed_));
  kubelet.On("/pods", [](Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"kind\":");
    peer.Close();
  });
  Target target = TargetOf(kubelet.url());
  target.ca_file = ca_file_;
  LoopHarness harness(target);
  EXPECT_EQ(
      harness.ReadOnce(Source::kPods),
      "truncated: GET https://KUBELET/pods: the answer was cut off after 8 bytes of its body: "
      "transfer closed with 91 bytes remaining to read");
}

TEST_F(TlsTest, CertificateRotatedWhileConnectedIsVerifiedOnTheNextConnection) {
  const TestCa new_ca("kubernetes-2");
  const IssuedCertificate renewed =
      new_ca.Issue({.common_name = "system:node:worker-1", .names = "IP:127.0.0.1"});
  FakeKubelet kubelet(TlsOf(signed_));
  kubelet.On("/metrics/probes", Respond("200 OK", "up 1\n"));
  Target target = TargetOf(kubelet.url());
  target.ca_file = ca_file_;
  LoopHarness harness(target);
  harness.Enable(Source::kProbes);
  int ends = 0;
  harness.Run([&](Source, const std::string&) {
    switch (++ends) {
      case 1:  // the connection that stands stays
        kubelet.UseTls(TlsOf(renewed));
        break;
      case 2:
        kubelet.On("/metrics/probes", [](Peer& peer) {
          peer.Send(Response("200 OK", "up 1\n", "Connection: close\r\n"));
          peer.Close();
        });
        break;
      case 4:  // refused; the CA is replaced, too
        dir_.Write("ca.crt", cluster_ca_.pem() + new_ca.pem());
        break;
      default:
        break;
    }
    harness.Advance(100);
    return ends < 5;
  });
  std::string outcomes;
  for (const std::string& line : harness.lines()) {
    if (line.starts_with("end")) outcomes += line.substr(12, 4) + " ";
  }
  EXPECT_EQ(outcomes, "good good good tls: good ");
}

TEST_F(TlsTest, KubeletThatPrefersHttp2IsSpokenToInHttp1) {
  FakeKubelet::Tls tls = TlsOf(signed_);
  tls.prefers_http2 = true;
  FakeKubelet kubelet(tls);
  EXPECT_EQ(ReadFrom(&kubelet), "good, 5 bytes");
  EXPECT_EQ(kubelet.last_protocol(), "http/1.1");
}

}  // namespace
}  // namespace podprobe

// What a stuck user reads, for each failure there is.
#include "exporter/check_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>

#include "exporter/kubelet/source.h"
#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/temp_dir.h"
#include "tests/unit/kubelet/test_certificates.h"

namespace podprobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPage[] = "process_start_time_seconds 1\n";
constexpr char kPods[] = R"({"kind":"PodList","items":[{"metadata":{"name":"a"}}]})";
constexpr char kToken[] = "eyJhbGciOiJSUzI1NiJ9.s3cret.s3cret";

void ReplaceEvery(const std::string& from, const std::string& to, std::string* text) {
  for (std::size_t at = text->find(from); at != std::string::npos; at = text->find(from, at)) {
    text->replace(at, from.size(), to);
  }
}

class CheckCommandTest : public ::testing::Test {
 protected:
  CheckCommandTest()
      : surroundings_({.node_name = "worker-1", .service_account_dir = dir_.path()}) {
    dir_.Write("token", kToken);
  }

  static void AnswerWell(FakeKubelet* kubelet) {
    for (const Source source : {Source::kProbes, Source::kCadvisor, Source::kResource}) {
      kubelet->On(std::string(SourcePath(source)), Respond("200 OK", kPage));
    }
    kubelet->On("/pods", Respond("200 OK", kPods));
  }

  // The exit code and what was written, with the address, the folder and times left out.
  std::string Check(FakeKubelet* kubelet) {
    if (config_.kubelet.url.empty()) config_.kubelet.url = kubelet->url();
    std::ostringstream out;
    const int status = RunCheck(config_, surroundings_, out);
    std::string text = out.str();
    EXPECT_THAT(text, Not(HasSubstr("s3cret")));
    ReplaceEvery("127.0.0.1:" + std::to_string(kubelet->port()), "KUBELET", &text);
    ReplaceEvery("port " + std::to_string(kubelet->port()), "port N", &text);
    ReplaceEvery(dir_.path(), "DIR", &text);
    for (std::size_t at = text.find(" in "); at != std::string::npos;
         at = text.find(" in ", at + 1)) {
      const std::size_t end = text.find(" ms\n", at);
      const bool is_time =
          end != std::string::npos && text.find_first_not_of("0123456789", at + 4) == end;
      if (is_time) text.replace(at + 4, end - at - 4, "T");
    }
    return text + "exit " + std::to_string(status);
  }

  const TempDir dir_;
  Surroundings surroundings_;
  Config config_;
};

TEST_F(CheckCommandTest, WhatWorksIsSaidToWork) {
  const TestCa ca("kubernetes");
  const IssuedCertificate issued = ca.Issue({.common_name = "n", .names = "IP:127.0.0.1"});
  dir_.Write("ca.crt", ca.pem());
  FakeKubelet kubelet(FakeKubelet::Tls{
      .chain_pem = issued.certificate_pem, .key_pem = issued.key_pem, .client_ca_pem = ""});
  AnswerWell(&kubelet);
  config_.sources.resource.is_enabled = false;
  EXPECT_EQ(Check(&kubelet),
            "kubelet    https://KUBELET\n"
            "           certificate must be signed by DIR/ca.crt and be for 127.0.0.1\n"
            "           token in DIR/token\n"
            "probes     works: 1 samples, 29 bytes in T ms\n"
            "cadvisor   works: 1 samples, 29 bytes in T ms\n"
            "resource   is switched off\n"
            "pods       works: 1 pods, 54 bytes in T ms\n"
            "The exporter can run here.\n"
            "exit 0");
}

TEST_F(CheckCommandTest, ForbiddenPodsLeaveTheRestWorking) {
  FakeKubelet kubelet;
  AnswerWell(&kubelet);
  kubelet.On("/pods",
             Respond("403 Forbidden",
                     "Forbidden (user=system:serviceaccount:monitoring:metrics-only, verb=get, "
                     "resource=nodes, subresource(s)=[pods proxy])\n"));
  EXPECT_THAT(
      Check(&kubelet),
      AllOf(HasSubstr("           no token, since plain http would show it\n"
                      "probes     works: 1 samples, 29 bytes in T ms\n"),
            HasSubstr("pods       FAILED (permission)\n"
                      "           GET http://KUBELET/pods: HTTP 403, want 200: Forbidden "
                      "(user=system:serviceaccount:monitoring:metrics-only, verb=get, "
                      "resource=nodes, subresource(s)=[pods proxy]): allow this user to get "
                      "nodes/pods (RBAC, API group \"\", resource nodes/pods, verb get; Kubernetes "
                      "1.33 and later), or switch the source off: sources.pods.enabled: false\n"
                      "           without it the exporter does not know workloads, probe settings, "
                      "readiness and restarts\n"
                      "The exporter can run here.\n"
                      "exit 0")));
}

struct FailureCase {
  const char* name;
  std::function<void(FakeKubelet*, Config*)> spoil;
  const char* want;  // how the first source's lines begin, and what the others say
  const char* others;
};

TEST_F(CheckCommandTest, EveryFailureIsNamedByItsPartAndToldOnce) {
  const auto all = [](FakeKubelet* kubelet, const Answer& answer) {
    for (const Source source : kAllSources) kubelet->On(std::string(SourcePath(source)), answer);
  };
  const FailureCase cases[] = {
      {"nothing listens",
       [](FakeKubelet*, Config* config) { config->kubelet.url = "http://127.0.0.1:1"; },
       "(connection)\n           GET http://127.0.0.1:1/metrics/probes: no connection to 127.0.0.1 "
       "port 1: Connection refused: does the kubelet run, and is this its address",
       "pods       FAILED (connection), as probes\n"},
      {"no such name",
       [](FakeKubelet*, Config* config) { config->kubelet.url = "http://a.invalid"; },
       "(name)\n           GET http://a.invalid/metrics/probes: the name a.invalid cannot be "
       "resolved: put the node's address into kubelet.url, or leave it out and set NODE_IP",
       "pods       FAILED (name), as probes\n"},
      {"silent",
       [&](FakeKubelet* kubelet, Config* config) {
         all(kubelet, [](Peer& peer) { peer.AwaitClose(); });
         config->kubelet.timeout_seconds = 0.1;
       },
       "(connection)\n           GET http://KUBELET/metrics/probes: not done after 0.1s: the "
       "request was sent and no answer came: a busy node may need a longer sources.probes.timeout",
       "pods       FAILED (connection), as probes\n"},
      {"no TLS",
       [](FakeKubelet* kubelet, Config* config) {
         config->kubelet.url = "https://127.0.0.1:" + std::to_string(kubelet->port());
         kubelet->OnConnect([](Peer& peer) {
           peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
           peer.AwaitClose();
         });
       },
       "(certificate)\n           GET https://KUBELET/metrics/probes: TLS: no agreement with "
       "127.0.0.1 port N: wrong version number: what answers there speaks no TLS: is it plain "
       "http,",
       "pods       FAILED (certificate), as probes\n"},
      {"401",
       [&](FakeKubelet* kubelet, Config*) {
         all(kubelet, Respond("401 Unauthorized", "Unauthorized"));
       },
       "(token)\n           GET http://KUBELET/metrics/probes: HTTP 401, want 200: Unauthorized: "
       "the token was not sent, since plain http shows it to the network: write https:// in",
       "pods       FAILED (token), as probes\n"},
      {"no token file",
       [&](FakeKubelet* kubelet, Config* config) {
         AnswerWell(kubelet);
         config->kubelet.credentials_file = "/nonexistent/token";
       },
       "(token)\n           GET http://KUBELET/metrics/probes: not sent: there is no token file "
       "/nonexistent/token (kubelet.authorization.credentials_file)",
       "pods       FAILED (token), as probes\n"},
      {"403",
       [&](FakeKubelet* kubelet, Config*) {
         all(kubelet, Respond("403 Forbidden", "Forbidden\n"));
       },
       "(permission)\n           GET http://KUBELET/metrics/probes: HTTP 403, want 200: Forbidden: "
       "allow this user to get nodes/metrics",
       "resource   FAILED (permission), as probes\npods       FAILED (permission)\n           GET"},
      {"404", [](FakeKubelet*, Config*) {},
       "(format)\n           GET http://KUBELET/metrics/probes: HTTP 404, want 200: 404 page not "
       "found: the kubelet is too old to have this page, or kubelet.url is not a kubelet's",
       "pods       FAILED (format), as probes\n"},
      {"redirect",
       [&](FakeKubelet* kubelet, Config*) {
         all(kubelet, Respond("302 Found", "", "Location: https://login/\r\n"));
       },
       "(format)\n           GET http://KUBELET/metrics/probes: HTTP 302, want 200: a redirect to "
       "https://login/ is not followed: set kubelet.url to the kubelet itself",
       "pods       FAILED (format), as probes\n"},
      {"a login form",
       [&](FakeKubelet* kubelet, Config*) { all(kubelet, Respond("200 OK", "<html>log in\n")); },
       "(format)\n           /metrics/probes: the body is no metrics page: line 1, column 1: ",
       "resource   FAILED (format), as probes\npods       FAILED (format)\n           /pods: the "
       "body is no pod list"},
      {"cut off",
       [&](FakeKubelet* kubelet, Config*) {
         all(kubelet, [](Peer& peer) {
           peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nup");
           peer.Close();
         });
       },
       "(connection)\n           GET http://KUBELET/metrics/probes: the answer was cut off after 2 "
       "bytes of its body: transfer closed with 7 bytes remaining to read\n           a kubelet "
       "that is just stopping does so: try again\n",
       "pods       FAILED (connection), as probes\n"},
      {"too much",
       [](FakeKubelet* kubelet, Config* config) {
         AnswerWell(kubelet);
         config->limits.metrics_bytes = 10;
       },
       "(format)\n           GET http://KUBELET/metrics/probes: the answer is over "
       "limits.metrics_bytes (10 bytes)",
       "pods       works: 1 pods"},
  };
  for (const FailureCase& row : cases) {
    FakeKubelet kubelet;
    config_ = {};
    row.spoil(&kubelet, &config_);
    const std::string text = Check(&kubelet);
    EXPECT_THAT(text, HasSubstr(std::string("\nprobes     FAILED ") + row.want)) << row.name;
    EXPECT_THAT(text, HasSubstr(row.others)) << row.name;
    EXPECT_THAT(text, ::testing::EndsWith("The exporter has nothing to say here until probes "
                                          "works.\nexit 1"))
        << row.name;
  }
}

TEST_F(CheckCommandTest, CertificateFailuresNameCertificateAndSetting) {
  const TestCa own_ca("worker-1-ca@1795460713");
  const IssuedCertificate self_made =
      own_ca.Issue({.common_name = "worker-1@1795460713", .names = "DNS:worker-1"});
  dir_.Write("ca.crt", TestCa("kubernetes").pem());
  FakeKubelet kubelet(FakeKubelet::Tls{.chain_pem = self_made.certificate_pem + own_ca.pem(),
                                       .key_pem = self_made.key_pem,
                                       .client_ca_pem = ""});
  AnswerWell(&kubelet);
  EXPECT_THAT(Check(&kubelet),
              HasSubstr("probes     FAILED (certificate)\n"
                        "           GET https://KUBELET/metrics/probes: TLS: the certificate "
                        "CN=worker-1@1795460713 (for DNS:worker-1; issued by "
                        "CN=worker-1-ca@1795460713) is not signed by a CA in DIR/ca.crt"));
  config_.kubelet.tls.ca_file = dir_.Write("own.crt", own_ca.pem());
  config_.kubelet.tls.server_name = "worker-1";
  EXPECT_THAT(Check(&kubelet),
              AllOf(HasSubstr("signed by DIR/own.crt and be for worker-1\n"), HasSubstr("exit 0")));
  config_.kubelet.tls = {.insecure_skip_verify = true};
  EXPECT_THAT(Check(&kubelet),
              AllOf(HasSubstr("           the certificate is NOT verified: whoever stands between "
                              "can read the token\n"),
                    HasSubstr("exit 0")));
}

TEST_F(CheckCommandTest, ApiserverIsReachedForThePods) {
  FakeKubelet kubelet;
  FakeKubelet apiserver;
  AnswerWell(&kubelet);
  config_.sources.pods_from = PodsFrom::kApiserver;
  config_.apiserver.url = apiserver.url();
  EXPECT_THAT(Check(&kubelet), HasSubstr("pods       FAILED (format)\n"));
  apiserver.On("/api/v1/pods?fieldSelector=spec.nodeName%3Dworker-1&resourceVersion=0",
               Respond("200 OK", R"({"kind":"PodList","items":[]})"));
  EXPECT_THAT(Check(&kubelet),
              AllOf(HasSubstr("\nAPI server " + apiserver.url() + "\n"),
                    HasSubstr("pods       works: 0 pods, 29 bytes in T ms\n"
                              "           no pod is on this node: is NODE_NAME the node's name?")));
}

TEST_F(CheckCommandTest, AddressThatNobodyGaveIsSaidToBeAGuess) {
  std::ostringstream out;
  config_.kubelet.timeout_seconds = 0.1;
  RunCheck(config_, {}, out);
  EXPECT_THAT(out.str(), StartsWith("kubelet    https://127.0.0.1:10250 (NODE_IP is not set, nor "
                                    "is kubelet.url)\n"));
}

TEST_F(CheckCommandTest, ConfigurationThatCannotBeResolvedIsAllThatIsSaid) {
  std::ostringstream out;
  config_.kubelet.url = "kubelet";
  config_.kubelet.tls.cert_file = "c";
  EXPECT_EQ(RunCheck(config_, {}, out), 1);
  EXPECT_EQ(out.str(),
            "kubelet.url: it must begin with https:// or http:// (kubelet)\n"
            "kubelet.tls_config: cert_file and key_file belong together, one of them is missing\n");
}

}  // namespace
}  // namespace podprobe

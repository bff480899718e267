// The pods from the API server: what is asked, and what its refusals become.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "exporter/kubelet/status_message.h"
#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/loop_harness.h"
#include "tests/unit/kubelet/temp_dir.h"
#include "tests/unit/kubelet/test_certificates.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPath[] = "/api/v1/pods?fieldSelector=spec.nodeName%3Dworker-1&resourceVersion=0";

Surroundings Nowhere() { return {.node_name = "worker-1", .service_account_dir = "/nonexistent"}; }

Target ApiserverAt(const std::string& url) {
  return *ResolveApiserver({.url = url}, Nowhere()).target;
}

std::string Read(const Answer& answer) {
  FakeKubelet apiserver;
  apiserver.On(kPath, answer);
  LoopHarness harness(ApiserverAt(apiserver.url()));
  return harness.ReadOnce(Source::kPods);
}

std::string StatusJson(const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" +
         message + R"(","reason":"x","code":1})" + "\n";
}

struct ResolveCase {
  const char* name;
  const char* url;
  Surroundings surroundings;
  const char* want;  // the URL, or the problems
};

TEST(ApiserverTest, ServersAddressComesFromTheConfigurationElseFromThePodsEnvironment) {
  const ResolveCase cases[] = {
      {"in a pod",
       "",
       {.node_name = "worker-1", .apiserver_host = "10.96.0.1", .apiserver_port = "443"},
       "https://10.96.0.1:443"},
      {"in a pod with IPv6",
       "",
       {.node_name = "worker-1", .apiserver_host = "fd00::1", .apiserver_port = "443"},
       "https://[fd00::1]:443"},
      {"by its URL",
       "https://api.example:6443/",
       {.node_name = "worker-1", .apiserver_host = "10.96.0.1", .apiserver_port = "443"},
       "https://api.example:6443"},
      {"nowhere",
       "",
       {.node_name = "worker-1"},
       "apiserver.url: sources.pods.from is apiserver, and it is not known where that is: give the "
       "URL, or run in a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT)\n"},
      {"without a node",
       "https://a",
       {},
       "sources.pods.from: apiserver needs the node's name: set NODE_NAME (the downward API's "
       "spec.nodeName) or --node-name\n"},
      {"with a node that is none",
       "https://a",
       {.node_name = "a&b"},
       "sources.pods.from: no node's name: \"a&b\"\n"},
      {"with all of it wrong",
       "a",
       {},
       "apiserver.url: it must begin with https:// or http:// (a)\n"
       "sources.pods.from: apiserver needs the node's name: set NODE_NAME (the downward API's "
       "spec.nodeName) or --node-name\n"},
  };
  for (const ResolveCase& row : cases) {
    const TargetResult result = ResolveApiserver({.url = row.url}, row.surroundings);
    std::string got = result.target ? result.target->url : "";
    for (const std::string& problem : result.problems) got += problem + "\n";
    EXPECT_EQ(got, row.want) << row.name;
  }
}

TEST(ApiserverTest, IsResolvedOnlyWherePodsComeFromIt) {
  Config config;
  EXPECT_FALSE(ResolveTargets(config, {}).apiserver);
  EXPECT_THAT(ResolveTargets(config, {}).problems, ElementsAre());
  config.sources.pods_from = PodsFrom::kApiserver;
  EXPECT_EQ(ResolveTargets(config, {}).problems.size(), 2u);
  config.sources.pods.is_enabled = false;
  EXPECT_THAT(ResolveTargets(config, {}).problems, ElementsAre());
}

TEST(ApiserverTest, KeysInProblemsAreItsOwn) {
  const TargetResult result = ResolveApiserver(
      {.url = "https://u:s3cret@a", .tls = {.cert_file = "c", .server_name = "a b"}}, Nowhere());
  EXPECT_THAT(result.problems,
              ElementsAre("apiserver.url: a user or password does not belong here: use "
                          "authorization.credentials_file",
                          "apiserver.tls_config.server_name: no name or address: \"a b\"",
                          "apiserver.tls_config: cert_file and key_file belong together, one of "
                          "them is missing"));
}

TEST(ApiserverTest, PodsComeFromItAndTheRestFromTheKubelet) {
  const TempDir dir;
  FakeKubelet kubelet;
  FakeKubelet apiserver;
  kubelet.On("/metrics/probes", Respond("200 OK", "up 1\n"));
  apiserver.On(kPath, Respond("200 OK", R"({"kind":"PodList","items":[]})"));
  LoopHarness harness(TargetOf(kubelet.url()));
  harness.options().target.token_file = dir.Write("kubelet-token", "one");
  harness.options().pods_target = ApiserverAt(apiserver.url());
  harness.options().pods_target->token_file = dir.Write("apiserver-token", "two");
  harness.Enable(Source::kProbes);
  harness.Enable(Source::kPods);
  int ends = 0;
  harness.Run([&](Source, const std::string&) { return ++ends < 2; });
  ASSERT_EQ(kubelet.requests().size(), 1u);
  EXPECT_THAT(kubelet.requests()[0], StartsWith("GET /metrics/probes HTTP/1.1\r\n"));
  EXPECT_THAT(kubelet.requests()[0], HasSubstr("Bearer one\r\n"));
  ASSERT_EQ(apiserver.requests().size(), 1u);
  EXPECT_THAT(apiserver.requests()[0], StartsWith(std::string("GET ") + kPath + " HTTP/1.1\r\n"));
  EXPECT_THAT(apiserver.requests()[0], HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(apiserver.requests()[0], HasSubstr("Bearer two\r\n"));
}

struct RefusalCase {
  const char* name;
  Answer answer;
  const char* want;
};

TEST(ApiserverTest, RefusalsNameWhatMendsThem) {
  const std::string get =
      "GET http://KUBELET/api/v1/pods?fieldSelector=spec.nodeName%3Dworker-1&resourceVersion=0: ";
  const RefusalCase cases[] = {
      {"not allowed",
       Respond(
           "403 Forbidden",
           StatusJson(R"(pods is forbidden: User \"system:serviceaccount:monitoring:podprobe\" )"
                      R"(cannot list resource \"pods\" in API group \"\" at the cluster scope)"),
           "X-Content-Type-Options: nosniff\r\n"),
       "HTTP 403, want 200: pods is forbidden: User \"system:serviceaccount:monitoring:podprobe\" "
       "cannot list resource \"pods\" in API group \"\" at the cluster scope: allow this user to "
       "list pods in all namespaces (a ClusterRole with API group \"\", resource pods, verbs get "
       "and list), or read them from the kubelet: sources.pods.from: kubelet"},
      {"anonymous",
       Respond("403 Forbidden",
               StatusJson(R"(pods is forbidden: User \"system:anonymous\" cannot list resource )"
                          R"(\"pods\" in API group \"\" at the cluster scope)")),
       "HTTP 403, want 200: pods is forbidden: User \"system:anonymous\" cannot list resource "
       "\"pods\" in API group \"\" at the cluster scope: no token was sent: set "
       "apiserver.authorization.credentials_file, or run with a service account"},
      {"unknown", Respond("401 Unauthorized", StatusJson("Unauthorized")),
       "HTTP 401, want 200: Unauthorized: no token was sent: set "
       "apiserver.authorization.credentials_file, or run with a service account"},
      {"too much to do",
       Respond("429 Too Many Requests", StatusJson("too many requests, please try again later"),
               "Retry-After: 1\r\n"),
       "HTTP 429, want 200: too many requests, please try again later: the API server has too "
       "much to do, which passes"},
      {"another server", Respond("404 Not Found", "404 page not found\n"),
       "HTTP 404, want 200: 404 page not found: apiserver.url is not an API server's"},
      {"redirect", Respond("302 Found", "", "Location: https://login/\r\n"),
       "HTTP 302, want 200: a redirect to https://login/ is not followed: set apiserver.url to the "
       "API server itself"},
  };
  for (const RefusalCase& row : cases) {
    const std::string line = Read(row.answer);
    EXPECT_EQ(line.substr(line.find(": ") + 2), get + row.want) << row.name;
  }
}

TEST(ApiserverTest, RefusedTokenIsNamedByItsFile) {
  const TempDir dir;
  FakeKubelet apiserver;
  apiserver.On(kPath, Respond("401 Unauthorized", StatusJson("Unauthorized")));
  LoopHarness harness(ApiserverAt(apiserver.url()));
  const std::string file = dir.Write("token", "abc");
  harness.options().target.token_file = file;
  EXPECT_THAT(harness.ReadOnce(Source::kPods),
              HasSubstr("Unauthorized: the API server does not accept the token in " + file +
                        ": it has expired, or is of another cluster or audience; every attempt "
                        "reads the file anew"));
}

TEST(ApiserverTest, CertificateErrorsNameItsSettings) {
  const TempDir dir;
  const TestCa ca("kubernetes");
  const TestCa other_ca("other");
  const IssuedCertificate issued =
      ca.Issue({.common_name = "kube-apiserver", .names = "DNS:kubernetes.default"});
  FakeKubelet apiserver(FakeKubelet::Tls{
      .chain_pem = issued.certificate_pem, .key_pem = issued.key_pem, .client_ca_pem = ""});
  LoopHarness harness(ApiserverAt(apiserver.url()));
  harness.options().target.ca_file = dir.Write("other.crt", other_ca.pem());
  const std::string line = harness.ReadOnce(Source::kPods);
  EXPECT_THAT(line, HasSubstr("set apiserver.tls_config.ca_file to its issuer's certificate; it is "
                              "not for 127.0.0.1 either: set apiserver.tls_config.server_name to "
                              "kubernetes.default"));
  harness.options().target.ca_file = dir.Write("ca.crt", ca.pem());
  harness.options().target.server_name = "kubernetes.default";
  apiserver.On(kPath, Respond("200 OK", "{}"));
  EXPECT_EQ(harness.ReadOnce(Source::kPods), "good, 2 bytes");
}

struct MessageCase {
  const char* body;
  const char* want;
};

TEST(StatusMessageTest, OnlyAStatusIsTakenApart) {
  const MessageCase cases[] = {
      {"", ""},
      {"Unauthorized", "Unauthorized"},
      {R"({"message":"no"})", "no"},
      {R"({"message":1})", R"({"message":1})"},
      {R"({"message":"cut o)", R"({"message":"cut o)"},
      {R"({"reason":"x"})", R"({"reason":"x"})"},
      {"{}", "{}"},
  };
  for (const MessageCase& row : cases) EXPECT_EQ(StatusMessage(row.body), row.want);
  const std::string deep = std::string(2000, '[');
  EXPECT_EQ(StatusMessage("{\"a\":" + deep), "{\"a\":" + deep);
}

}  // namespace
}  // namespace podprobe

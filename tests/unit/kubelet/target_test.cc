#include "exporter/kubelet/target.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

// "url host port path", or the problems.
std::string Resolve(const std::string& url, const std::string& node_ip) {
  KubeletConfig config;
  config.url = url;
  const TargetResult result =
      ResolveTarget(config, {.node_ip = node_ip, .service_account_dir = "/nonexistent"});
  if (result.target) {
    return result.target->url + " | " + result.target->host + " | " +
           std::to_string(result.target->port) + " | " + result.target->path;
  }
  std::string problems;
  for (const std::string& problem : result.problems) problems += problem + "\n";
  return problems;
}

struct UrlCase {
  const char* url;
  const char* node_ip;
  const char* want;
};

TEST(TargetTest, UrlIsResolvedOrItsProblemNamed) {
  const UrlCase cases[] = {
      {"", "", "https://127.0.0.1:10250 | 127.0.0.1 | 10250 | "},
      {"", "10.0.0.7", "https://10.0.0.7:10250 | 10.0.0.7 | 10250 | "},
      {"", "fd00::7", "https://[fd00::7]:10250 | fd00::7 | 10250 | "},
      {"", "10.0.0.7/24", "NODE_IP: no address: \"10.0.0.7/24\"\n"},
      {"https://worker-1:10250", "10.0.0.7", "https://worker-1:10250 | worker-1 | 10250 | "},
      {"https://worker-1:10250/", "", "https://worker-1:10250 | worker-1 | 10250 | "},
      {"https://worker-1", "", "https://worker-1 | worker-1 | 443 | "},
      {"http://[::1]:10255", "", "http://[::1]:10255 | ::1 | 10255 | "},
      {"http://127.0.0.1", "", "http://127.0.0.1 | 127.0.0.1 | 80 | "},
      {"https://proxy:6443/a/b//", "", "https://proxy:6443/a/b | proxy | 6443 | /a/b"},
      {"10.0.0.7:10250", "",
       "kubelet.url: it must begin with https:// or http:// (10.0.0.7:10250)\n"},
      {"https://fd00::7", "",
       "kubelet.url: an IPv6 address needs brackets: https://[fd00::7]:10250 (https://fd00::7)\n"},
      {"https://[fd00::7:10250", "",
       "kubelet.url: the bracket around the address is not closed (https://[fd00::7:10250)\n"},
      {"https://[10.0.0.7]:10250", "",
       "kubelet.url: no IPv6 address between the brackets (https://[10.0.0.7]:10250)\n"},
      {"https://", "", "kubelet.url: the host is missing or no name or address (https://)\n"},
      {"https://a:0", "", "kubelet.url: the port is not a number from 1 to 65535 (https://a:0)\n"},
      {"https://a:65536", "",
       "kubelet.url: the port is not a number from 1 to 65535 (https://a:65536)\n"},
      {"https://a:", "", "kubelet.url: the port is not a number from 1 to 65535 (https://a:)\n"},
      {"https://a?x", "", "kubelet.url: it must end with the path: no ? or # (https://a?x)\n"},
      {"https://a\nb", "",
       "kubelet.url: it holds a character that no URL may hold as it is (https://a\\x0ab)\n"},
      {"https://admin:secret@a", "",
       "kubelet.url: a user or password does not belong here: use "
       "authorization.credentials_file\n"},
  };
  for (const UrlCase& row : cases) EXPECT_EQ(Resolve(row.url, row.node_ip), row.want) << row.url;
}

TEST(TargetTest, EveryProblemIsNamedAtOnce) {
  KubeletConfig config;
  config.url = "ftp://a";
  config.tls.server_name = "worker 1";
  config.tls.cert_file = "/c";
  const TargetResult result = ResolveTarget(config, {});
  EXPECT_FALSE(result.target);
  EXPECT_EQ(result.problems.size(), 3u);
}

TEST(TargetTest, ServiceAccountIsUsedWhereThereIsOne) {
  const TempDir pod;
  pod.Write("ca.crt", "CA");
  const Surroundings surroundings = {.node_ip = "10.0.0.7", .service_account_dir = pod.path()};
  const Target target = *ResolveTarget({}, surroundings).target;
  EXPECT_EQ(target.ca_file, pod.path() + "/ca.crt");
  EXPECT_EQ(target.token_file, pod.path() + "/token");
  EXPECT_FALSE(target.is_token_required);
  EXPECT_TRUE(target.IsTlsVerified());
}

TEST(TargetTest, OwnFilesComeBeforeTheServiceAccounts) {
  const TempDir pod;
  pod.Write("ca.crt", "CA");
  KubeletConfig config;
  config.tls.ca_file = "/own/ca";
  config.credentials_file = "/own/token";
  const Target target =
      *ResolveTarget(config, {.node_ip = "", .service_account_dir = pod.path()}).target;
  EXPECT_EQ(target.ca_file, "/own/ca");
  EXPECT_EQ(target.token_file, "/own/token");
  EXPECT_TRUE(target.is_token_required);
}

TEST(TargetTest, SkippedVerificationAndPlainHttpAreNotVerified) {
  KubeletConfig config;
  config.tls.insecure_skip_verify = true;
  EXPECT_FALSE(ResolveTarget(config, {}).target->IsTlsVerified());
  config.tls.insecure_skip_verify = false;
  config.url = "http://127.0.0.1:10255";
  EXPECT_FALSE(ResolveTarget(config, {}).target->IsTlsVerified());
}

struct TokenCase {
  const char* url;
  bool is_asked_for;
  const char* want;
};

TEST(TargetTest, TokenIsWithheldWherePlainHttpWouldShowIt) {
  const TempDir pod;
  const std::string file = pod.Write("token", "secret");
  const TokenCase cases[] = {
      {"https://10.0.0.7:10250", false, "sent"},
      {"https://10.0.0.7:10250", true, "sent"},
      {"http://127.0.0.1:8001", false, "withheld"},
      {"http://127.0.0.1:8001", true, "sent"},
      {"http://127.8.9.1:8001", true, "sent"},
      {"http://[::1]:8001", true, "sent"},
      {"http://localhost:8001", true, "sent"},
      {"http://10.0.0.7:10255", true, "withheld"},
      {"http://10.0.0.7:10255", false, "withheld"},
      {"http://127.0.0.1.example.com", true, "withheld"},
  };
  for (const TokenCase& row : cases) {
    KubeletConfig config;
    config.url = row.url;
    if (row.is_asked_for) config.credentials_file = file;
    const Target target =
        *ResolveTarget(config, {.node_ip = "", .service_account_dir = pod.path()}).target;
    EXPECT_EQ(target.token_file.empty(), target.is_token_withheld) << row.url;
    EXPECT_EQ(target.is_token_withheld ? "withheld" : "sent", std::string(row.want)) << row.url;
  }
}

}  // namespace
}  // namespace podprobe

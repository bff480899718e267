#include "config/web_config.h"

#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

std::string Problems(std::string_view text) {
  std::string all;
  for (const ConfigProblem& problem : LoadWebConfig(text).problems) {
    all += problem.ToString("w.yml") + "\n";
  }
  return all;
}

constexpr char kHash[] = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

TEST(WebConfig, AnEmptyFileOpensToAll) {
  for (const char* text : {"", "{}", "tls_server_config:\n", "basic_auth_users: {}"}) {
    const WebConfigResult result = LoadWebConfig(text);
    EXPECT_TRUE(result.config.basic_auth_users.empty());
    EXPECT_TRUE(result.config.headers.empty());
  }
  EXPECT_EQ(Problems("{}"), "");
}

TEST(WebConfig, ReadsWhatTheToolkitReads) {
  const WebConfigResult result =
      LoadWebConfig(std::string("tls_server_config:\n"
                                "  cert_file: server.crt\n"
                                "  key_file: server.key\n"
                                "  client_auth_type: RequireAndVerifyClientCert\n"
                                "  client_ca_file: ca.crt\n"
                                "  min_version: TLS13\n"
                                "  max_version: TLS13\n"
                                "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"
                                "  curve_preferences: [X25519]\n"
                                "  prefer_server_cipher_suites: false\n"
                                "http_server_config:\n"
                                "  http2: false\n"
                                "  headers:\n"
                                "    strict-transport-security: max-age=31536000\n"
                                "    X-Frame-Options: DENY\n"
                                "basic_auth_users:\n"
                                "  alice: ") +
                    kHash + "\n");
  ASSERT_TRUE(result.problems.empty()) << result.problems.front().what;
  const WebTlsConfig& tls = result.config.tls.value();
  EXPECT_EQ(tls.cert_file, "server.crt");
  EXPECT_EQ(tls.key_file, "server.key");
  EXPECT_EQ(tls.client_ca_file, "ca.crt");
  EXPECT_EQ(tls.client_auth, ClientAuth::kRequireAndVerify);
  EXPECT_FALSE(tls.is_tls12_allowed);
  EXPECT_TRUE(tls.is_tls13_allowed);
  EXPECT_EQ(tls.cipher_suites.at(0), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(tls.curve_preferences.at(0), "X25519");
  EXPECT_FALSE(tls.prefer_server_cipher_suites);
  EXPECT_EQ(result.config.headers.at("Strict-Transport-Security"), "max-age=31536000");
  EXPECT_EQ(result.config.headers.at("X-Frame-Options"), "DENY");
  EXPECT_EQ(result.config.basic_auth_users.at("alice"), kHash);
}

TEST(WebConfig, EveryProblemIsNamedWithItsPlace) {
  struct Case {
    std::string text;
    const char* problems;
  };
  const std::string tls = "tls_server_config:\n  cert_file: c\n  key_file: k\n";
  const Case cases[] = {
      {"[]", "w.yml:1:1: the file: wants keys of its own, not a list\n"},
      {"tls_config: {}",
       "w.yml:1:1: tls_config: unknown key; valid here: tls_server_config, http_server_config, "
       "basic_auth_users, rate_limit\n"},
      {"basic_auth_user: {}",
       "w.yml:1:1: basic_auth_user: unknown key; did you mean basic_auth_users?\n"},
      {"rate_limit: {interval: 1s}",
       "w.yml:1:1: rate_limit: this server has no rate limit; leave the key out\n"},
      {"http_server_config: {http2: true}",
       "w.yml:1:1: http_server_config.http2: this server speaks HTTP/1.1 only; leave the key out "
       "or "
       "write false\n"},
      {"http_server_config: {http2: maybe}",
       "w.yml:1:22: http_server_config.http2: wants true or false, not \"maybe\"\n"},
      {"http_server_config: {headers: {Server: x}}",
       "w.yml:1:32: http_server_config.headers.Server: cannot be set; there are "
       "Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection and "
       "Strict-Transport-Security\n"},
      {"http_server_config: {headers: {X-Frame-Options: allow}}",
       "w.yml:1:49: http_server_config.headers.X-Frame-Options: cannot be \"allow\"\n"},
      {"http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}",
       "w.yml:1:50: http_server_config.headers.X-XSS-Protection: holds a control character\n"},
      {"tls_server_config: {cert_file: c}",
       "w.yml:1:1: tls_server_config.key_file: TLS wants the certificate's key\n"},
      {tls + "  cert: x\n",
       "w.yml:4:3: tls_server_config.cert: put the certificate in a file and name it in "
       "cert_file\n"},
      {tls + "  client_allowed_sans: [a]\n",
       "w.yml:4:3: tls_server_config.client_allowed_sans: this server cannot ask for a name on the "
       "client's certificate; give these clients a CA of their own in client_ca_file\n"},
      {tls + "  min_version: TLS10\n",
       "w.yml:4:3: tls_server_config.min_version: wants one of TLS12, TLS13, not \"TLS10\"\n"},
      {tls + "  min_version: TLS13\n  max_version: TLS12\n",
       "w.yml:1:1: tls_server_config.max_version: is below min_version\n"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n",
       "w.yml:1:1: tls_server_config.client_ca_file: is missing, and client_auth_type wants it\n"},
      {tls + "  client_ca_file: ca\n",
       "w.yml:1:1: tls_server_config.client_auth_type: nobody is held to client_ca_file; write "
       "RequireAndVerifyClientCert or VerifyClientCertIfGiven\n"},
      {tls + "  cert_file: d\n", "w.yml:4:3: tls_server_config.cert_file: given twice\n"},
      {tls + "  cipher_suites: all\n",
       "w.yml:4:3: tls_server_config.cipher_suites: wants a list, not \"all\"\n"},
      {"basic_auth_users: {alice: secret}",
       "w.yml:1:20: basic_auth_users.alice: wants a bcrypt hash, as `htpasswd -nB NAME` prints "
       "it\n"},
      {std::string("basic_auth_users: {alice: $2y$20") + (kHash + 6) + "}",
       "w.yml:1:20: basic_auth_users.alice: a bcrypt cost of 20 is out of range: from 4 to 16 "
       "(each "
       "step doubles the time of a login)\n"},
      {std::string("basic_auth_users: {\"a:b\": ") + kHash + "}",
       "w.yml:1:20: basic_auth_users.\"a:b\": a user's name cannot hold ':'\n"},
  };
  for (const Case& row : cases) EXPECT_EQ(Problems(row.text), row.problems) << row.text;
}

TEST(WebConfig, ABrokenHashIsNotShown) {
  EXPECT_EQ(Problems("basic_auth_users: {alice: hunter2}").find("hunter2"), std::string::npos);
}

TEST(WebConfig, AFileThatIsNotThere) {
  const WebConfigResult result = LoadWebConfigFile("/nowhere/w.yml");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].what,
            "cannot read the web configuration: No such file or directory");
}

}  // namespace
}  // namespace podprobe

#ifndef PODPROBE_CONFIG_WEB_CONFIG_H_
#define PODPROBE_CONFIG_WEB_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace podprobe {

// What --web.config.file says: the file that Prometheus and its exporters share
// (exporter-toolkit). A key of theirs that this server cannot honour is a problem that names it.

enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };

struct WebTlsConfig {
  std::string cert_file;
  std::string key_file;
  std::string client_ca_file;  // empty: none
  ClientAuth client_auth = ClientAuth::kNone;
  bool is_tls12_allowed = true;
  bool is_tls13_allowed = true;
  std::vector<std::string> cipher_suites;      // of TLS 1.2, by their IANA names; empty: OpenSSL's
  std::vector<std::string> curve_preferences;  // CurveP256, …; empty: OpenSSL's
  bool prefer_server_cipher_suites = true;
  bool operator==(const WebTlsConfig&) const = default;
};

struct WebFileConfig {
  std::optional<WebTlsConfig> tls;
  std::map<std::string, std::string> headers;           // of every answer
  std::map<std::string, std::string> basic_auth_users;  // name to bcrypt hash; empty: open to all
};

struct WebConfigResult {
  WebFileConfig config;
  std::vector<ConfigProblem> problems;  // all of them, in the order of the text
};

WebConfigResult LoadWebConfig(std::string_view text);

// Likewise from a file; paths in it are relative to its folder.
WebConfigResult LoadWebConfigFile(const std::string& file);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_WEB_CONFIG_H_

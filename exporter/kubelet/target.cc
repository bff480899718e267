#include "exporter/kubelet/target.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "exporter/kubelet/excerpt.h"

namespace podprobe {
namespace {

constexpr int kKubeletPort = 10250;

bool IsIpv4(const std::string& text) {
  in_addr address;
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsHostName(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789.-_") == std::string_view::npos;
}

bool IsLoopback(const std::string& host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

std::string DefaultUrl(const std::string& node_ip) {
  const std::string ip = node_ip.empty() ? "127.0.0.1" : node_ip;
  const std::string host = IsIpv6(ip) ? "[" + ip + "]" : ip;
  return "https://" + host + ":" + std::to_string(kKubeletPort);
}

bool ReadPort(std::string_view text, int* port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size() && *port >= 1 && *port <= 65535;
}

// Splits "host", "host:port", "[v6]" or "[v6]:port"; returns what is wrong, empty if nothing is.
std::string ReadAuthority(std::string_view authority, Target* target) {
  std::string_view host;
  std::string_view after_host;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return "the bracket around the address is not closed";
    host = authority.substr(1, close - 1);
    after_host = authority.substr(close + 1);
    if (!IsIpv6(std::string(host))) return "no IPv6 address between the brackets";
  } else {
    host = authority.substr(0, authority.find(':'));
    after_host = authority.substr(host.size());
    if (after_host.find(':', 1) != std::string_view::npos) {
      return "an IPv6 address needs brackets: https://[fd00::7]:10250";
    }
    if (!IsHostName(host)) return "the host is missing or no name or address";
  }
  target->host = host;
  target->port = target->is_https ? 443 : 80;
  if (after_host.empty()) return "";
  if (!after_host.starts_with(':') || !ReadPort(after_host.substr(1), &target->port)) {
    return "the port is not a number from 1 to 65535";
  }
  return "";
}

std::string ReadUrl(std::string_view url, Target* target) {
  for (const char c : url) {
    if (c <= ' ' || c > '~') return "it holds a character that no URL may hold as it is";
  }
  if (url.find('@') != std::string_view::npos) {
    return "a user or password does not belong here: use authorization.credentials_file";
  }
  if (url.find_first_of("?#") != std::string_view::npos) {
    return "it must end with the path: no ? or #";
  }
  std::string_view rest;
  if (url.starts_with("https://")) {
    target->is_https = true;
    rest = url.substr(8);
  } else if (url.starts_with("http://")) {
    rest = url.substr(7);
  } else {
    return "it must begin with https:// or http://";
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  target->path = rest.substr(authority.size());
  target->url = (target->is_https ? "https://" : "http://") + std::string(rest);
  return ReadAuthority(authority, target);
}

void ResolveToken(const KubeletConfig& config, const Surroundings& surroundings, Target* target) {
  target->is_token_required = !config.credentials_file.empty();
  const std::string file = target->is_token_required ? config.credentials_file
                                                     : surroundings.service_account_dir + "/token";
  const bool is_safe = target->is_https || (target->is_token_required && IsLoopback(target->host));
  if (is_safe) {
    target->token_file = file;
    return;
  }
  target->is_token_withheld = target->is_token_required || IsThere(file);
}

void ResolveTls(const TlsConfig& tls, const Surroundings& surroundings, TargetResult* result,
                Target* target) {
  target->server_name = tls.server_name;
  target->ca_file = tls.ca_file;
  target->cert_file = tls.cert_file;
  target->key_file = tls.key_file;
  target->insecure_skip_verify = tls.insecure_skip_verify;

  const std::string cluster_ca = surroundings.service_account_dir + "/ca.crt";
  if (target->ca_file.empty() && IsThere(cluster_ca)) target->ca_file = cluster_ca;

  if (!tls.server_name.empty() && !IsHostName(tls.server_name) && !IsIpv6(tls.server_name)) {
    result->problems.push_back("kubelet.tls_config.server_name: no name or address: \"" +
                               Visible(tls.server_name) + "\"");
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    result->problems.push_back(
        "kubelet.tls_config: cert_file and key_file belong together, one of them is missing");
  }
}

}  // namespace

Surroundings ReadSurroundings() {
  Surroundings surroundings;
  // Read once at start, before there are threads.
  const char* node_ip = std::getenv("NODE_IP");  // NOLINT(concurrency-mt-unsafe)
  if (node_ip != nullptr) surroundings.node_ip = node_ip;
  return surroundings;
}

TargetResult ResolveTarget(const KubeletConfig& config, const Surroundings& surroundings) {
  TargetResult result;
  Target target;
  const std::string& node_ip = surroundings.node_ip;
  if (config.url.empty() && !node_ip.empty() && !IsIpv4(node_ip) && !IsIpv6(node_ip)) {
    result.problems.push_back("NODE_IP: no address: \"" + Visible(node_ip) + "\"");
    return result;
  }
  const std::string url = config.url.empty() ? DefaultUrl(node_ip) : config.url;
  const std::string url_problem = ReadUrl(url, &target);
  if (!url_problem.empty()) {
    // A URL with a password in it must not reach the log.
    const std::string shown = url.find('@') == std::string::npos ? " (" + Visible(url) + ")" : "";
    result.problems.push_back("kubelet.url: " + url_problem + shown);
  }
  ResolveTls(config.tls, surroundings, &result, &target);
  ResolveToken(config, surroundings, &target);
  if (result.problems.empty()) result.target = target;
  return result;
}

}  // namespace podprobe

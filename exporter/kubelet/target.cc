#include "exporter/kubelet/target.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

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

std::string Bracketed(const std::string& ip) { return IsIpv6(ip) ? "[" + ip + "]" : ip; }

std::string DefaultUrl(const std::string& node_ip) {
  const std::string ip = node_ip.empty() ? "127.0.0.1" : node_ip;
  return "https://" + Bracketed(ip) + ":" + std::to_string(kKubeletPort);
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

void ResolveToken(const std::string& credentials_file, const Surroundings& surroundings,
                  Target* target) {
  target->is_token_required = !credentials_file.empty();
  const std::string file =
      target->is_token_required ? credentials_file : surroundings.service_account_dir + "/token";
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
  target->min_tls_version = tls.min_version;
  target->insecure_skip_verify = tls.insecure_skip_verify;

  const std::string cluster_ca = surroundings.service_account_dir + "/ca.crt";
  if (target->ca_file.empty() && IsThere(cluster_ca)) target->ca_file = cluster_ca;

  if (!tls.server_name.empty() && !IsHostName(tls.server_name) && !IsIpv6(tls.server_name)) {
    result->problems.push_back(target->Key("tls_config.server_name") + ": no name or address: \"" +
                               Visible(tls.server_name) + "\"");
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    result->problems.push_back(target->Key("tls_config") +
                               ": cert_file and key_file belong together, one of them is missing");
  }
}

void ResolveUrl(const std::string& url, TargetResult* result, Target* target) {
  const std::string problem = ReadUrl(url, target);
  if (problem.empty()) return;
  // A URL with a password in it must not reach the log.
  const std::string shown = url.find('@') == std::string::npos ? " (" + Visible(url) + ")" : "";
  result->problems.push_back(target->Key("url") + ": " + problem + shown);
}

std::string FromEnvironment(const char* name) {
  // Nothing in this process changes its environment.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

}  // namespace

std::string Target::Key(std::string_view name) const {
  return (kind == Kind::kKubelet ? "kubelet." : "apiserver.") + std::string(name);
}

std::string_view Target::Who() const {
  return kind == Kind::kKubelet ? "the kubelet" : "the API server";
}

Surroundings ReadSurroundings(const std::string& node_name) {
  return {.node_ip = FromEnvironment("NODE_IP"),
          .node_name = node_name,
          .apiserver_host = FromEnvironment("KUBERNETES_SERVICE_HOST"),
          .apiserver_port = FromEnvironment("KUBERNETES_SERVICE_PORT")};
}

TargetResult ResolveTarget(const KubeletConfig& config, const Surroundings& surroundings) {
  TargetResult result;
  Target target;
  const std::string& node_ip = surroundings.node_ip;
  if (config.url.empty() && !node_ip.empty() && !IsIpv4(node_ip) && !IsIpv6(node_ip)) {
    result.problems.push_back("NODE_IP: no address: \"" + Visible(node_ip) + "\"");
    return result;
  }
  ResolveUrl(config.url.empty() ? DefaultUrl(node_ip) : config.url, &result, &target);
  ResolveTls(config.tls, surroundings, &result, &target);
  ResolveToken(config.credentials_file, surroundings, &target);
  target.wants_gzip = config.enable_compression;
  if (result.problems.empty()) result.target = target;
  return result;
}

TargetResult ResolveApiserver(const ApiserverConfig& config, const Surroundings& surroundings) {
  TargetResult result;
  Target target;
  target.kind = Target::Kind::kApiserver;
  const bool is_in_cluster =
      !surroundings.apiserver_host.empty() && !surroundings.apiserver_port.empty();
  if (!config.url.empty()) {
    ResolveUrl(config.url, &result, &target);
  } else if (is_in_cluster) {
    ResolveUrl(
        "https://" + Bracketed(surroundings.apiserver_host) + ":" + surroundings.apiserver_port,
        &result, &target);
  } else {
    result.problems.push_back(
        "apiserver.url: sources.pods.from is apiserver, and it is not known where that is: give "
        "the URL, or run in a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT)");
  }
  if (surroundings.node_name.empty()) {
    result.problems.push_back(
        "sources.pods.from: apiserver needs the node's name: set NODE_NAME (the downward API's "
        "spec.nodeName) or --node-name");
  } else if (!IsHostName(surroundings.node_name)) {
    result.problems.push_back("sources.pods.from: no node's name: \"" +
                              Visible(surroundings.node_name) + "\"");
  }
  ResolveTls(config.tls, surroundings, &result, &target);
  ResolveToken(config.credentials_file, surroundings, &target);
  target.wants_gzip = config.enable_compression;
  // Version 0: from the API server's cache. Without it, before Kubernetes 1.31, every list reads
  // the whole cluster's pods from etcd. A limit would do the same, so there is none.
  target.pods_path =
      "/api/v1/pods?fieldSelector=spec.nodeName%3D" + surroundings.node_name + "&resourceVersion=0";
  if (result.problems.empty()) result.target = target;
  return result;
}

Targets ResolveTargets(const Config& config, const Surroundings& surroundings) {
  TargetResult kubelet = ResolveTarget(config.kubelet, surroundings);
  Targets targets = {.kubelet = std::move(kubelet.target),
                     .apiserver = {},
                     .problems = std::move(kubelet.problems)};
  const bool has_apiserver =
      config.sources.pods.is_enabled && config.sources.pods_from == PodsFrom::kApiserver;
  if (!has_apiserver) return targets;
  TargetResult apiserver = ResolveApiserver(config.apiserver, surroundings);
  targets.apiserver = std::move(apiserver.target);
  for (std::string& problem : apiserver.problems) targets.problems.push_back(std::move(problem));
  return targets;
}

}  // namespace podprobe

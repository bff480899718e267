#ifndef PODPROBE_EXPORTER_KUBELET_TARGET_H_
#define PODPROBE_EXPORTER_KUBELET_TARGET_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace podprobe {

// Where a server is, whom it must prove to be and who we are to it: the
// configuration with all defaults resolved. Credentials are named by path here,
// never held.
struct Target {
  enum class Kind { kKubelet, kApiserver };
  Kind kind = Kind::kKubelet;
  // As messages show it, without a slash at its end: https://10.0.0.7:10250
  std::string url;
  bool is_https = false;
  std::string host;  // a name or an address, IPv6 without brackets
  int port = 0;
  std::string path;  // what stands before the sources' paths, mostly nothing
  // Of the API server: what lists this node's pods, with its query.
  std::string pods_path;

  // The name the certificate must carry, and the one sent as SNI. Empty: the host.
  std::string server_name;
  std::string ca_file;  // empty: the system's CAs
  std::string cert_file;
  std::string key_file;
  TlsVersion min_tls_version = TlsVersion::kTls12;
  bool insecure_skip_verify = false;
  bool wants_gzip = false;

  // Empty: no token is sent.
  std::string token_file;
  // A token that was asked for must be there; the service account's may be missing.
  bool is_token_required = false;
  // There is a token, but the connection would show it to the network.
  bool is_token_withheld = false;

  // What podprobe_kubelet_tls_verified says.
  bool IsTlsVerified() const { return is_https && !insecure_skip_verify; }

  // "kubelet.url", "apiserver.tls_config.ca_file": what the configuration calls it.
  std::string Key(std::string_view name) const;
  // "the kubelet", "the API server".
  std::string_view Who() const;

  bool operator==(const Target&) const = default;
};

// What the process finds around itself; an argument, so that tests can say what there is.
struct Surroundings {
  std::string node_ip;  // $NODE_IP, the downward API's status.hostIP
  std::string node_name;
  std::string apiserver_host;  // $KUBERNETES_SERVICE_HOST
  std::string apiserver_port;  // $KUBERNETES_SERVICE_PORT
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// `node_name` is the command line's.
Surroundings ReadSurroundings(const std::string& node_name);

struct TargetResult {
  std::optional<Target> target;       // absent when there are problems
  std::vector<std::string> problems;  // each names the key: "kubelet.url: …"
};

// Resolves url, CA, token and name. The rules that are not in the configuration's own comments:
// - The url may have a path (a proxy in front), but no user, query or fragment.
// - Over plain http a token is sent to a loopback address only, and only if it was asked for by
//   credentials_file: whoever sees it can act as we do. Else it is withheld and a 401 says so.
TargetResult ResolveTarget(const KubeletConfig& config, const Surroundings& surroundings);
// The same for the API server, which needs the node's name, too.
TargetResult ResolveApiserver(const ApiserverConfig& config, const Surroundings& surroundings);

// What the sources are read from, or every problem with it.
struct Targets {
  std::optional<Target> kubelet;
  std::optional<Target> apiserver;  // only where the pods come from there
  std::vector<std::string> problems;
};
Targets ResolveTargets(const Config& config, const Surroundings& surroundings);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_TARGET_H_

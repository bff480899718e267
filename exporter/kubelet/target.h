#ifndef PODPROBE_EXPORTER_KUBELET_TARGET_H_
#define PODPROBE_EXPORTER_KUBELET_TARGET_H_

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"

namespace podprobe {

// Where the kubelet is, whom it must prove to be and who we are to it: the
// configuration with all defaults resolved. Credentials are named by path here,
// never held.
struct Target {
  // As messages show it, without a slash at its end: https://10.0.0.7:10250
  std::string url;
  bool is_https = false;
  std::string host;  // a name or an address, IPv6 without brackets
  int port = 0;
  std::string path;  // what stands before the sources' paths, mostly nothing

  // The name the certificate must carry, and the one sent as SNI. Empty: the host.
  std::string server_name;
  std::string ca_file;  // empty: the system's CAs
  std::string cert_file;
  std::string key_file;
  bool insecure_skip_verify = false;

  // Empty: no token is sent.
  std::string token_file;
  // A token that was asked for must be there; the service account's may be missing.
  bool is_token_required = false;
  // There is a token, but the connection would show it to the network.
  bool is_token_withheld = false;

  // What podprobe_kubelet_tls_verified says.
  bool IsTlsVerified() const { return is_https && !insecure_skip_verify; }
};

// What the process finds around itself; an argument, so that tests can say what there is.
struct Surroundings {
  std::string node_ip;  // $NODE_IP, the downward API's status.hostIP
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
};

Surroundings ReadSurroundings();

struct TargetResult {
  std::optional<Target> target;       // absent when there are problems
  std::vector<std::string> problems;  // each names the key: "kubelet.url: …"
};

// Resolves url, CA, token and name. The rules that are not in the configuration's own comments:
// - The url may have a path (a proxy in front), but no user, query or fragment.
// - Over plain http a token is sent to a loopback address only, and only if it was asked for by
//   credentials_file: whoever sees it can act as we do. Else it is withheld and a 401 says so.
TargetResult ResolveTarget(const KubeletConfig& config, const Surroundings& surroundings);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_TARGET_H_

#include "exporter/kubelet/failure.h"

#include <cstdio>
#include <string_view>

namespace podprobe {
namespace {

std::string UrlOf(const Request& request) { return request.target->url + RequestPath(request); }

Failure Fail(const Request& request, ReadingError error, const std::string& what) {
  return {error, "GET " + UrlOf(request) + ": " + what};
}

std::string Address(const Target& target) {
  return target.host + " port " + std::to_string(target.port);
}

std::string Name(const Target& target) {
  return target.server_name.empty() ? target.host : target.server_name;
}

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%gs", seconds);
  return text;
}

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string LimitKey(Source source) {
  return source == Source::kPods ? "limits.pods_bytes" : "limits.metrics_bytes";
}

std::string TimeoutKey(Source source) {
  return "sources." + std::string(SourceName(source)) + ".timeout";
}

bool IsKubelet(const Target& target) { return target.kind == Target::Kind::kKubelet; }

// "is kubelet.url a kubelet's?"
std::string AskForUrl(const Target& target) {
  return "is " + target.Key("url") + (IsKubelet(target) ? " a kubelet's?" : " the API server's?");
}

// Not sending a token is the most common reason for a 401, and for a 403 of system:anonymous.
std::string MissingToken(const Target& target, const HttpAnswer& answer) {
  switch (answer.token_use) {
    case TokenUse::kSent:
      return "";
    case TokenUse::kThereIsNone:
      return "no token was sent: set " + target.Key("authorization.credentials_file") +
             ", or run with a service account";
    case TokenUse::kWithheld:
      return "the token was not sent, since plain http shows it to the network: write https:// "
             "in " +
             target.Key("url");
  }
  return "";
}

std::string MendUnauthorized(const Target& target, const HttpAnswer& answer) {
  const std::string who(target.Who());
  if (answer.token_use == TokenUse::kSent) {
    const std::string token = who + " does not accept the token in " + target.token_file;
    if (!IsKubelet(target)) {
      return token +
             ": it has expired, or is of another cluster or audience; every attempt reads the "
             "file anew";
    }
    return token +
           ": it has expired, is of another cluster or audience, or the kubelet cannot ask the "
           "API server about it, which passes; every attempt reads the file anew";
  }
  if (!target.cert_file.empty()) {
    return who + " does not accept the client certificate in " + target.cert_file +
           ": it has expired, or its CA is not " + who + "'s client CA";
  }
  return MissingToken(target, answer);
}

std::string MendForbidden(const Request& request, const HttpAnswer& answer) {
  const Target& target = *request.target;
  if (Holds(answer.first_line, "system:anonymous")) return MissingToken(target, answer);
  if (!IsKubelet(target)) {
    return "allow this user to list pods in all namespaces (a ClusterRole with API group \"\", "
           "resource pods, verbs get and list), or read them from the kubelet: sources.pods.from: "
           "kubelet";
  }
  if (request.source == Source::kPods) {
    return "allow this user to get nodes/pods (RBAC, API group \"\", resource nodes/pods, verb "
           "get; Kubernetes 1.33 and later), or switch the source off: sources.pods.enabled: "
           "false";
  }
  return "allow this user to get nodes/metrics (RBAC, API group \"\", resource nodes/metrics, verb "
         "get); nodes/proxy does not open it";
}

std::string MendOther(const Target& target, const HttpAnswer& answer) {
  if (Holds(answer.first_line, "HTTP request to an HTTPS server")) {
    return "write https:// in " + target.Key("url");
  }
  if (!IsKubelet(target)) {
    if (answer.status == 404) return "apiserver.url is not an API server's";
    if (answer.status == 429) return "the API server has too much to do, which passes";
    return "";
  }
  if (answer.status == 404) {
    return "the kubelet is too old to have this page, or kubelet.url is not a kubelet's";
  }
  if (answer.status == 500 && Holds(answer.first_line, "Authorization error")) {
    return "the kubelet cannot ask the API server about our rights, which passes";
  }
  return "";
}

// "the certificate CN=… (for DNS:worker-1; issued by CN=…)"
std::string Describe(const CertificateFacts& facts) {
  return "the certificate " + facts.subject + " (for " +
         (facts.names.empty() ? "no name" : facts.names) + "; issued by " + facts.issuer + ")";
}

std::string MendName(const Target& target, const CertificateFacts& facts) {
  if (facts.first_dns_name.empty()) {
    return "the certificate must be made anew with a name that can be verified";
  }
  const std::string key = target.Key("tls_config.server_name");
  if (!target.server_name.empty()) return "write " + facts.first_dns_name + " in " + key;
  return "set " + key + " to " + facts.first_dns_name;
}

std::string DescribeFault(const Target& target, const CertificateFacts& facts) {
  std::string shown = Describe(facts);
  const std::string at_fault =
      facts.fault_subject == facts.subject ? "it" : "its issuer " + facts.fault_subject;
  switch (facts.fault) {
    case CertificateFacts::Fault::kNone:
      return shown + " is not for " + Name(target) + ": " + MendName(target, facts);
    case CertificateFacts::Fault::kUnknownIssuer:
      return shown + " is not signed by a CA in " +
             (target.ca_file.empty() ? "the system's CA folder" : target.ca_file) + " (" +
             facts.fault_text + "): set " + target.Key("tls_config.ca_file") +
             " to its issuer's certificate" +
             (IsKubelet(target) ? ", or let the cluster's CA sign it (serverTLSBootstrap in the "
                                  "kubelet's configuration)"
                                : "") +
             (facts.is_for_expected_name
                  ? ""
                  : "; it is not for " + Name(target) + " either: " + MendName(target, facts));
    case CertificateFacts::Fault::kExpired:
      return shown + ": " + at_fault + " expired at " + facts.fault_time + ": it must be renewed" +
             (IsKubelet(target) ? " on the node" : "") +
             "; if it is newer than that, the clock here is wrong";
    case CertificateFacts::Fault::kNotYetValid:
      return shown + ": " + at_fault + " is valid only from " + facts.fault_time +
             " on: is the clock here or " + (IsKubelet(target) ? "on the node" : "there") +
             " wrong?";
    case CertificateFacts::Fault::kOther:
      return shown + ": " + at_fault + " is not accepted: " + facts.fault_text;
  }
  return shown;
}

std::string MendHandshake(const Target& target, std::string_view text) {
  if (Holds(text, "alert internal error") && IsKubelet(target)) {
    return ": a kubelet without a serving certificate does so: approve its certificate signing "
           "request (kubectl get csr)";
  }
  if (Holds(text, "wrong version number") || Holds(text, "packet length too long")) {
    return ": what answers there speaks no TLS: is it plain http, or another port?";
  }
  if (Holds(text, "protocol version") || Holds(text, "unsupported protocol")) {
    const bool is_from_1_3 = target.min_tls_version == TlsVersion::kTls13;
    return is_from_1_3 ? ": the other side offers nothing from TLS 1.3 on: see " +
                             target.Key("tls_config.min_version")
                       : ": the other side offers nothing from TLS 1.2 on";
  }
  if (Holds(text, "alert bad certificate") || Holds(text, "alert unknown ca") ||
      Holds(text, "certificate required") || Holds(text, "alert certificate")) {
    return ": the other side does not accept our client certificate: see " +
           target.Key("tls_config.cert_file");
  }
  return "";
}

}  // namespace

Failure ExplainStatus(const Request& request, const HttpAnswer& answer) {
  std::string what = "HTTP " + std::to_string(answer.status) + ", want 200";
  if (!answer.first_line.empty()) what += ": " + answer.first_line;
  if (answer.status >= 300 && answer.status < 400 && !answer.location.empty()) {
    what += ": a redirect to " + answer.location + " is not followed: set " +
            request.target->Key("url") + " to " + std::string(request.target->Who()) + " itself";
    return Fail(request, ReadingError::kStatus, what);
  }

  ReadingError error = ReadingError::kStatus;
  std::string mend;
  if (answer.status == 401) {
    error = ReadingError::kAuth;
    mend = MendUnauthorized(*request.target, answer);
  } else if (answer.status == 403) {
    error = ReadingError::kForbidden;
    mend = MendForbidden(request, answer);
  } else {
    mend = MendOther(*request.target, answer);
  }
  return Fail(request, error, mend.empty() ? what : what + ": " + mend);
}

Failure ExplainUnresolvedName(const Request& request) {
  const Target& target = *request.target;
  return Fail(request, ReadingError::kDns,
              "the name " + target.host + " cannot be resolved: " +
                  (IsKubelet(target) ? "put the node's address into kubelet.url, or leave it out "
                                       "and set NODE_IP (status.hostIP)"
                                     : "is apiserver.url right, and does the cluster's DNS work? "
                                       "Without apiserver.url an address is taken"));
}

Failure ExplainNoConnection(const Request& request, const std::string& reason_text) {
  const Target& target = *request.target;
  return Fail(request, ReadingError::kConnect,
              "no connection to " + Address(target) + ": " + reason_text +
                  (IsKubelet(target)
                       ? ": does the kubelet run, and is this its address (kubelet.url, NODE_IP)?"
                       : ": is this the API server's address (apiserver.url, "
                         "KUBERNETES_SERVICE_HOST)?"));
}

Failure ExplainTls(const Request& request, const TlsTrouble& trouble) {
  const Target& target = *request.target;
  std::string what = "TLS: ";
  switch (trouble.kind) {
    case TlsTrouble::Kind::kCaFile:
      what += "the CA file " + target.ca_file + " cannot be read or holds no certificate (" +
              trouble.text + "): see " + target.Key("tls_config.ca_file");
      break;
    case TlsTrouble::Kind::kClientCertificate:
      what += "the client certificate " + target.cert_file + " or its key " + target.key_file +
              " cannot be used: " + trouble.text;
      break;
    case TlsTrouble::Kind::kCertificate:
      what += trouble.certificate ? DescribeFault(target, *trouble.certificate) : trouble.text;
      break;
    case TlsTrouble::Kind::kHandshake:
      what += "no agreement with " + Address(target) + ": " + trouble.text +
              MendHandshake(target, trouble.text);
      break;
  }
  return Fail(request, ReadingError::kTls, what);
}

Failure ExplainTimeout(const Request& request, const Lateness& lateness) {
  const Target& target = *request.target;
  std::string what = "not done after " + Seconds(request.timeout_seconds) + ": ";
  switch (lateness.progress) {
    case Progress::kResolving:
      what += "the name " + target.host + " was still being resolved: put the address into " +
              target.Key("url");
      break;
    case Progress::kConnecting:
      what +=
          "no answer from " + Address(target) +
          ": does something on the way drop packets (NetworkPolicy, firewall), or is it another "
          "address than " +
          std::string(target.Who()) + "'s?";
      break;
    case Progress::kSecuring:
      what += "connected to " + Address(target) + ", but the TLS handshake did not end";
      break;
    case Progress::kWaiting:
      what += "the request was sent and no answer came: a busy node may need a longer " +
              TimeoutKey(request.source);
      break;
    case Progress::kReceiving:
      what += "only " + std::to_string(lateness.body_bytes) +
              " bytes of the answer had come: a busy node may need a longer " +
              TimeoutKey(request.source);
      break;
  }
  return Fail(request, ReadingError::kTimeout, what);
}

Failure ExplainCutOff(const Request& request, std::size_t body_bytes,
                      const std::string& reason_text) {
  return Fail(request, ReadingError::kTruncated,
              "the answer was cut off after " + std::to_string(body_bytes) +
                  " bytes of its body: " + reason_text);
}

Failure ExplainGzip(const Request& request, const std::string& problem_text) {
  return Fail(request, ReadingError::kParse,
              "the answer is no sound gzip: " + problem_text + ": set " +
                  request.target->Key("enable_compression") + " to false");
}

Failure ExplainEncoding(const Request& request, const std::string& encoding) {
  return Fail(request, ReadingError::kParse,
              "the answer is encoded as " + encoding +
                  ", which was not asked for: " + AskForUrl(*request.target));
}

Failure ExplainOversize(const Request& request) {
  return Fail(request, ReadingError::kSize,
              "the answer is over " + LimitKey(request.source) + " (" +
                  std::to_string(request.limit_bytes) + " bytes): is this " +
                  (IsKubelet(*request.target) ? "a kubelet" : "an API server") +
                  ", or does the node need a higher limit?");
}

Failure ExplainLongHeader(const Request& request, std::size_t limit_bytes) {
  return Fail(request, ReadingError::kSize,
              "the answer's header is over " + std::to_string(limit_bytes) +
                  " bytes: " + AskForUrl(*request.target));
}

Failure ExplainEcho(const Request& request) {
  return Fail(request, ReadingError::kParse,
              "the answer shows the token that was sent: " + AskForUrl(*request.target));
}

Failure ExplainNoHttp(const Request& request, const std::string& reason_text) {
  return Fail(request, ReadingError::kStatus,
              "what came is no HTTP (" + reason_text + "): " + AskForUrl(*request.target));
}

Failure ExplainToken(const Request& request, const std::string& problem_text) {
  return Fail(request, ReadingError::kAuth,
              "not sent: " + problem_text + " (" +
                  request.target->Key("authorization.credentials_file") + ")");
}

Failure ExplainTlsFile(const Request& request, const std::string& key, const std::string& path,
                       const std::string& problem_text) {
  return Fail(request, ReadingError::kTls,
              "not sent: " + path + " " + problem_text + " (" + request.target->Key(key) + ")");
}

Failure ExplainSetUp(const Request& request, const std::string& reason_text) {
  return Fail(request, ReadingError::kConnect, "not sent: libcurl cannot do it: " + reason_text);
}

}  // namespace podprobe

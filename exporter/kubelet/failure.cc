#include "exporter/kubelet/failure.h"

#include <cstdio>
#include <string_view>

namespace podprobe {
namespace {

std::string UrlOf(const Request& request) {
  return request.target->url + std::string(SourcePath(request.source));
}

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

// Not sending a token is the most common reason for a 401, and for a 403 of system:anonymous.
std::string MissingToken(const HttpAnswer& answer) {
  switch (answer.token_use) {
    case TokenUse::kSent:
      return "";
    case TokenUse::kThereIsNone:
      return "no token was sent: set kubelet.authorization.credentials_file, or run with a "
             "service account";
    case TokenUse::kWithheld:
      return "the token was not sent, since plain http shows it to the network: write https:// in "
             "kubelet.url";
  }
  return "";
}

std::string MendUnauthorized(const Target& target, const HttpAnswer& answer) {
  if (answer.token_use == TokenUse::kSent) {
    return "the kubelet does not accept the token in " + target.token_file +
           ": it has expired, is of another cluster or audience, or the kubelet cannot ask the "
           "API server about it, which passes; every attempt reads the file anew";
  }
  if (!target.cert_file.empty()) {
    return "the kubelet does not accept the client certificate in " + target.cert_file +
           ": it has expired, or its CA is not the kubelet's client CA";
  }
  return MissingToken(answer);
}

std::string MendForbidden(Source source, const HttpAnswer& answer) {
  if (Holds(answer.first_line, "user=system:anonymous")) return MissingToken(answer);
  if (source == Source::kPods) {
    return "allow this user to get nodes/pods (RBAC, API group \"\", resource nodes/pods, verb "
           "get; Kubernetes 1.33 and later), or switch the source off: sources.pods.enabled: "
           "false";
  }
  return "allow this user to get nodes/metrics (RBAC, API group \"\", resource nodes/metrics, verb "
         "get); nodes/proxy does not open it";
}

std::string MendOther(const HttpAnswer& answer) {
  if (answer.status == 404) {
    return "the kubelet is too old to have this page, or kubelet.url is not a kubelet's";
  }
  if (Holds(answer.first_line, "HTTP request to an HTTPS server")) {
    return "write https:// in kubelet.url";
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
  const std::string key = "kubelet.tls_config.server_name";
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
             facts.fault_text +
             "): set kubelet.tls_config.ca_file to its issuer's certificate, or let the cluster's "
             "CA sign it (serverTLSBootstrap in the kubelet's configuration)" +
             (facts.is_for_expected_name
                  ? ""
                  : "; it is not for " + Name(target) + " either: " + MendName(target, facts));
    case CertificateFacts::Fault::kExpired:
      return shown + ": " + at_fault + " expired at " + facts.fault_time +
             ": it must be renewed on the node; if it is newer than that, the clock here is wrong";
    case CertificateFacts::Fault::kNotYetValid:
      return shown + ": " + at_fault + " is valid only from " + facts.fault_time +
             " on: is the clock here or on the node wrong?";
    case CertificateFacts::Fault::kOther:
      return shown + ": " + at_fault + " is not accepted: " + facts.fault_text;
  }
  return shown;
}

std::string MendHandshake(std::string_view text) {
  if (Holds(text, "alert internal error")) {
    return ": a kubelet without a serving certificate does so: approve its certificate signing "
           "request (kubectl get csr)";
  }
  if (Holds(text, "wrong version number") || Holds(text, "packet length too long")) {
    return ": what answers there speaks no TLS: is it plain http, or another port?";
  }
  if (Holds(text, "protocol version") || Holds(text, "unsupported protocol")) {
    return ": the other side offers nothing from TLS 1.2 on";
  }
  if (Holds(text, "alert bad certificate") || Holds(text, "alert unknown ca") ||
      Holds(text, "certificate required") || Holds(text, "alert certificate")) {
    return ": the other side does not accept our client certificate: see "
           "kubelet.tls_config.cert_file";
  }
  return "";
}

}  // namespace

Failure ExplainStatus(const Request& request, const HttpAnswer& answer) {
  std::string what = "HTTP " + std::to_string(answer.status) + ", want 200";
  if (!answer.first_line.empty()) what += ": " + answer.first_line;
  if (answer.status >= 300 && answer.status < 400 && !answer.location.empty()) {
    what += ": a redirect to " + answer.location +
            " is not followed: set kubelet.url to the kubelet itself";
    return Fail(request, ReadingError::kStatus, what);
  }

  ReadingError error = ReadingError::kStatus;
  std::string mend;
  if (answer.status == 401) {
    error = ReadingError::kAuth;
    mend = MendUnauthorized(*request.target, answer);
  } else if (answer.status == 403) {
    error = ReadingError::kForbidden;
    mend = MendForbidden(request.source, answer);
  } else {
    mend = MendOther(answer);
  }
  return Fail(request, error, mend.empty() ? what : what + ": " + mend);
}

Failure ExplainUnresolvedName(const Request& request) {
  return Fail(request, ReadingError::kDns,
              "the name " + request.target->host +
                  " cannot be resolved: put the node's address into kubelet.url, or leave it out "
                  "and set NODE_IP (status.hostIP)");
}

Failure ExplainNoConnection(const Request& request, const std::string& reason_text) {
  return Fail(request, ReadingError::kConnect,
              "no connection to " + Address(*request.target) + ": " + reason_text +
                  ": does the kubelet run, and is this its address (kubelet.url, NODE_IP)?");
}

Failure ExplainTls(const Request& request, const TlsTrouble& trouble) {
  const Target& target = *request.target;
  std::string what = "TLS: ";
  switch (trouble.kind) {
    case TlsTrouble::Kind::kCaFile:
      what += "the CA file " + target.ca_file + " cannot be read or holds no certificate (" +
              trouble.text + "): see kubelet.tls_config.ca_file";
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
              MendHandshake(trouble.text);
      break;
  }
  return Fail(request, ReadingError::kTls, what);
}

Failure ExplainTimeout(const Request& request, const Lateness& lateness) {
  const Target& target = *request.target;
  std::string what = "not done after " + Seconds(request.timeout_seconds) + ": ";
  switch (lateness.progress) {
    case Progress::kResolving:
      what += "the name " + target.host +
              " was still being resolved: put the node's address into kubelet.url";
      break;
    case Progress::kConnecting:
      what +=
          "no answer from " + Address(target) +
          ": does something on the way drop packets (NetworkPolicy, firewall), or is it another "
          "node's address?";
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

Failure ExplainOversize(const Request& request) {
  return Fail(request, ReadingError::kSize,
              "the answer is over " + LimitKey(request.source) + " (" +
                  std::to_string(request.limit_bytes) +
                  " bytes): is this a kubelet, or does the node need a higher limit?");
}

Failure ExplainLongHeader(const Request& request, std::size_t limit_bytes) {
  return Fail(request, ReadingError::kSize,
              "the answer's header is over " + std::to_string(limit_bytes) +
                  " bytes: is kubelet.url a kubelet's?");
}

Failure ExplainNoHttp(const Request& request, const std::string& reason_text) {
  return Fail(request, ReadingError::kStatus,
              "what came is no HTTP (" + reason_text + "): is kubelet.url a kubelet's?");
}

Failure ExplainToken(const Request& request, const std::string& problem_text) {
  return Fail(request, ReadingError::kAuth,
              "not sent: " + problem_text + " (kubelet.authorization.credentials_file)");
}

Failure ExplainSetUp(const Request& request, const std::string& reason_text) {
  return Fail(request, ReadingError::kConnect, "not sent: libcurl cannot do it: " + reason_text);
}

}  // namespace podprobe

#include "exporter/check_command.h"

#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>

#include "exporter/intake.h"
#include "exporter/kubelet/reading_loop.h"
#include "exporter/kubelet/request.h"

namespace podprobe {
namespace {

// What of the way a failure lies in; the words of the command's contract.
std::string_view PartOf(ReadingError error) {
  switch (error) {
    case ReadingError::kDns:
      return "name";
    case ReadingError::kConnect:
    case ReadingError::kTimeout:
    case ReadingError::kTruncated:
      return "connection";
    case ReadingError::kTls:
      return "certificate";
    case ReadingError::kAuth:
      return "token";
    case ReadingError::kForbidden:
      return "permission";
    case ReadingError::kNone:
    case ReadingError::kStatus:
    case ReadingError::kSize:
    case ReadingError::kParse:
      break;
  }
  return "format";
}

// What the exporter cannot say without the source.
std::string_view LossWithout(Source source) {
  switch (source) {
    case Source::kProbes:
      return "anything";
    case Source::kCadvisor:
      return "throttling, memory and pressure as evidence for causes";
    case Source::kResource:
      return "which containers run, and since when";
    case Source::kPods:
      break;
  }
  return "workloads, probe settings, readiness and restarts";
}

struct Finding {
  bool is_good = false;
  ReadingError error = ReadingError::kNone;
  std::string message;
  double samples = 0;
  double bad_lines = 0;
  std::size_t bytes = 0;
  double seconds = 0;
};

Instant CheckNow() {
  using std::chrono::duration;
  return {
      .unix_seconds = duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(),
      .steady_seconds =
          duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

// Takes one reading of each source.
class Inspector : public ReadingHandler {
 public:
  explicit Inspector(const Config& config)
      : intake_({.engine = EngineOptionsFrom(config),
                 .clock = CheckNow,
                 .on_change = {},
                 .on_bad_lines = {}}) {
    for (const Source source : kAllSources) {
      if (SourceConfigOf(config.sources, source).is_enabled) ++awaited_;
    }
  }

  void Use(ReadingLoop* loop) { loop_ = loop; }

  void Begin(Source source) override { intake_.Begin(source); }
  void Body(Source source, std::string_view chunk) override { intake_.Body(source, chunk); }
  bool End(Source source, const ReadingResult& result) override {
    std::optional<Finding>& finding = findings_[static_cast<std::size_t>(source)];
    const bool is_good = intake_.End(source, result);
    // One is enough, even where another source takes longer than this one's interval.
    if (finding) return is_good;
    finding = {.is_good = is_good,
               .error = result.error,
               .bytes = result.body_bytes,
               .seconds = result.duration_seconds.value_or(0)};
    for (const SourceSnapshot& state : intake_.TakeSnapshot().sources) {
      if (state.source != SourceName(source)) continue;
      finding->message = state.last_error;
      finding->samples = state.samples.value_or(0);
      finding->bad_lines = state.parse_errors;
    }
    if (--awaited_ == 0) loop_->Stop();
    return is_good;
  }

  const std::optional<Finding>& finding(Source source) const {
    return findings_[static_cast<std::size_t>(source)];
  }

 private:
  Intake intake_;
  ReadingLoop* loop_ = nullptr;
  int awaited_ = 0;
  std::array<std::optional<Finding>, kAllSources.size()> findings_;
};

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

std::string DescribeVerification(const Target& target) {
  if (!target.is_https) return "plain http, so nobody's certificate is verified";
  if (target.insecure_skip_verify) {
    return "the certificate is NOT verified: whoever stands between can read the token";
  }
  std::string text = "certificate must be signed by " +
                     (target.ca_file.empty() ? "one of the system's CAs" : target.ca_file);
  return text + " and be for " + (target.server_name.empty() ? target.host : target.server_name);
}

std::string DescribeIdentity(const Target& target) {
  std::string text;
  if (!target.cert_file.empty()) text = "client certificate " + target.cert_file + ", ";
  if (target.is_token_withheld) return text + "no token, since plain http would show it";
  if (target.token_file.empty()) return text + "no token";
  if (IsThere(target.token_file)) return text + "token in " + target.token_file;
  return text + "no token: there is no " + target.token_file;
}

void Describe(const Target& target, std::string_view url_note, std::ostream& out) {
  out << (target.kind == Target::Kind::kKubelet ? "kubelet    " : "API server ") << target.url
      << url_note << '\n'
      << "           " << DescribeVerification(target) << '\n'
      << "           " << DescribeIdentity(target) << '\n';
}

std::string Padded(std::string_view name) {
  std::string text(name);
  text.resize(11, ' ');
  return text;
}

// "12345 bytes in 8 ms"
std::string Cost(const Finding& finding) {
  return std::to_string(finding.bytes) + " bytes in " +
         std::to_string(std::llround(finding.seconds * 1000)) + " ms";
}

void TellGood(Source source, const Finding& finding, const Target& target, std::ostream& out) {
  const bool is_pods = source == Source::kPods;
  out << Padded(SourceName(source)) << "works: " << finding.samples
      << (is_pods ? " pods, " : " samples, ") << Cost(finding) << '\n';
  if (finding.bad_lines > 0) {
    out << "           " << finding.bad_lines
        << " lines of it could not be read; `podprobe-exporter parse` names them\n";
  }
  if (is_pods && finding.samples == 0) {
    out << "           no pod is on this node"
        << (target.kind == Target::Kind::kApiserver ? ": is NODE_NAME the node's name?" : "")
        << '\n';
  }
}

void ReplaceFirst(const std::string& from, const std::string& to, std::string* text) {
  const std::size_t at = text->find(from);
  if (at != std::string::npos) text->replace(at, from.size(), to);
}

// The failure without what names the source alone.
std::string Essence(Source source, const Finding& finding, const Target& target) {
  std::string what = finding.message;
  ReplaceFirst(RequestPath({.source = source, .target = &target}), "/", &what);
  ReplaceFirst("sources." + std::string(SourceName(source)), "sources", &what);
  return what;
}

// Failures that differ in the source alone are told once.
class FailureTeller {
 public:
  FailureTeller(bool is_rest_good, std::ostream* out) : is_rest_good_(is_rest_good), out_(*out) {}

  void Tell(Source source, const Finding& finding, const Target& target) {
    const auto [told, is_new] = told_.emplace(Essence(source, finding, target), source);
    out_ << Padded(SourceName(source)) << "FAILED (" << PartOf(finding.error) << ")";
    if (is_new) {
      out_ << "\n           " << finding.message << '\n';
    } else {
      out_ << ", as " << SourceName(told->second) << '\n';
    }
    if (finding.error == ReadingError::kTruncated && is_new) {
      out_ << "           a kubelet that is just stopping does so: try again\n";
    }
    if (is_rest_good_) {
      out_ << "           without it the exporter does not know " << LossWithout(source) << '\n';
    }
  }

 private:
  const bool is_rest_good_;
  std::ostream& out_;
  std::map<std::string, Source> told_;
};

}  // namespace

int RunCheck(const Config& config, const Surroundings& surroundings, std::ostream& out) {
  const Targets targets = ResolveTargets(config, surroundings);
  for (const std::string& problem : targets.problems) out << problem << '\n';
  if (!targets.problems.empty()) return 1;
  const Target& kubelet = *targets.kubelet;
  const bool is_guessed = config.kubelet.url.empty() && surroundings.node_ip.empty();
  Describe(kubelet, is_guessed ? " (NODE_IP is not set, nor is kubelet.url)" : "", out);
  if (targets.apiserver) Describe(*targets.apiserver, "", out);
  out << std::flush;

  Inspector inspector(config);
  ReadingLoop loop({.target = kubelet,
                    .pods_target = targets.apiserver,
                    .sources = config.sources,
                    .timeout_seconds = config.kubelet.timeout_seconds,
                    .limits = config.limits},
                   &inspector);
  inspector.Use(&loop);
  loop.Run();

  const bool is_good = inspector.finding(Source::kProbes)->is_good;
  FailureTeller failures(is_good, &out);
  for (const Source source : kAllSources) {
    const std::optional<Finding>& finding = inspector.finding(source);
    const bool is_elsewhere = source == Source::kPods && targets.apiserver;
    const Target& target = is_elsewhere ? *targets.apiserver : kubelet;
    if (!finding) {
      out << Padded(SourceName(source)) << "is switched off\n";
    } else if (finding->is_good) {
      TellGood(source, *finding, target, out);
    } else {
      failures.Tell(source, *finding, target);
    }
  }
  out << (is_good ? "The exporter can run here.\n"
                  : "The exporter has nothing to say here until probes works.\n")
      << std::flush;
  return is_good ? 0 : 1;
}

}  // namespace podprobe

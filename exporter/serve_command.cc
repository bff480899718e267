#include "exporter/serve_command.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <utility>

#include "exporter/build_info.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/intake.h"
#include "exporter/kubelet/reading_loop.h"
#include "exporter/kubelet/target.h"
#include "exporter/log.h"
#include "exporter/web/web_server.h"

namespace podprobe {
namespace {

// The first page waits so long for the first answer of each source.
constexpr double kFirstPageSeconds = 10;
// Windows and waits move on by the clock: a page is at most so old.
constexpr double kOldestPageSeconds = 5;

std::atomic<ReadingLoop*> running_loop = nullptr;

extern "C" void StopRunningLoop(int) {
  if (ReadingLoop* loop = running_loop.load()) loop->Stop();
}

Instant Now() {
  using std::chrono::duration;
  return {
      .unix_seconds = duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(),
      .steady_seconds =
          duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

void LogChange(Source source, SourceLog::Change change, const std::string& message) {
  const LogField name = {"source", std::string(SourceName(source))};
  if (change == SourceLog::Change::kCameUp)
    return Log(LogLevel::kInfo, "source is up again", {name});
  // Without its probes page the exporter has nothing to say; without the others it says less.
  const LogLevel level = source == Source::kProbes ? LogLevel::kError : LogLevel::kWarn;
  Log(level, "source failed", {name, {"error", message}});
}

void LogBadLines(Source source, std::size_t bad_lines, const std::string& first) {
  Log(LogLevel::kWarn, "bad lines skipped",
      {{"source", std::string(SourceName(source))},
       {"lines", std::to_string(bad_lines)},
       {"first", first}});
}

// Passes readings on to the intake and publishes a page after each change.
class Publisher : public ReadingHandler {
 public:
  Publisher(const Config& config, bool is_https, bool is_tls_verified, WebServer* web)
      : is_https_(is_https),
        is_tls_verified_(is_tls_verified),
        web_(web),
        started_(Now()),
        intake_({.engine = EngineOptionsFrom(config),
                 .clock = Now,
                 .on_change = LogChange,
                 .on_bad_lines = LogBadLines}) {
    const SourcesConfig& sources = config.sources;
    if (sources.probes.is_enabled) awaited_.push_back(Source::kProbes);
    if (sources.cadvisor.is_enabled) awaited_.push_back(Source::kCadvisor);
    if (sources.resource.is_enabled) awaited_.push_back(Source::kResource);
    if (sources.pods.is_enabled) awaited_.push_back(Source::kPods);
  }

  void Use(ReadingLoop* loop) { loop_ = loop; }

  void Begin(Source source) override { intake_.Begin(source); }
  void Body(Source source, std::string_view chunk) override { intake_.Body(source, chunk); }
  bool End(Source source, const ReadingResult& result) override {
    const bool is_good = intake_.End(source, result);
    if (intake_.WantsPods()) loop_->RequestReading(Source::kPods);
    Publish();
    return is_good;
  }

  void Tick() {
    web_->MarkAlive();
    if (Now().steady_seconds - published_.steady_seconds >= kOldestPageSeconds) Publish();
  }

 private:
  void Publish() {
    const Instant now = Now();
    if (!HasFirstAnswers() && now.steady_seconds - started_.steady_seconds < kFirstPageSeconds) {
      return;
    }
    auto snapshot = std::make_shared<Snapshot>(intake_.TakeSnapshot());
    if (is_https_) snapshot->kubelet.is_tls_verified = is_tls_verified_;
    published_ = now;
    web_->Publish(std::move(snapshot));
  }

  bool HasFirstAnswers() const {
    for (const Source source : awaited_) {
      if (!intake_.HasAnswerOf(source)) return false;
    }
    return true;
  }

  const bool is_https_;
  const bool is_tls_verified_;
  WebServer* const web_;
  const Instant started_;
  ReadingLoop* loop_ = nullptr;
  std::vector<Source> awaited_;
  Instant published_;
  Intake intake_;
};

void WarnIfUnverified(const Target& target) {
  if (!target.is_https || target.IsTlsVerified()) return;
  Log(LogLevel::kWarn,
      "the certificate of " + std::string(target.Who()) +
          " is not verified: whoever stands between can read the token",
      {{"url", target.url}});
}

}  // namespace

int RunServe(const ServeOptions& options) {
  const Config& config = options.config;
  const Targets targets = ResolveTargets(config, ReadSurroundings(options.node_name));
  if (!targets.problems.empty()) {
    for (const std::string& problem : targets.problems) Log(LogLevel::kError, problem);
    return 1;
  }
  const Target& target = *targets.kubelet;
  WarnIfUnverified(target);
  if (targets.apiserver) WarnIfUnverified(*targets.apiserver);

  SelfMetrics self_metrics(
      {.version = kVersion, .revision = kRevision, .branch = kBranch, .compiler = kCompiler});
  self_metrics.ConfigLoaded(Now().unix_seconds);
  WebServerResult web = WebServer::Start(
      {.listen_addresses = config.web.listen_addresses,
       .health_listen_address = config.web.health_listen_address,
       .telemetry_path = config.web.telemetry_path,
       .version = kVersion,
       .node_name = options.node_name,
       .on_error = [](std::string_view message) { Log(LogLevel::kDebug, message); },
       .on_exception =
           [](std::string_view message) {
             Log(LogLevel::kError, "a request met an error", {{"error", std::string(message)}});
           }},
      &self_metrics);
  if (web.server == nullptr) {
    Log(LogLevel::kError, "cannot serve HTTP", {{"error", web.error}});
    return 1;
  }

  Publisher publisher(config, target.is_https, target.IsTlsVerified(), web.server.get());
  ReadingLoop loop({.target = target,
                    .pods_target = targets.apiserver,
                    .sources = config.sources,
                    .timeout_seconds = config.kubelet.timeout_seconds,
                    .limits = config.limits,
                    .tick = [&publisher] { publisher.Tick(); }},
                   &publisher);
  publisher.Use(&loop);

  running_loop = &loop;
  std::signal(SIGTERM, StopRunningLoop);
  std::signal(SIGINT, StopRunningLoop);
  // Without a configuration file there is nothing to read again.
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);

  Log(LogLevel::kInfo, "started",
      {{"version", kVersion}, {"node", options.node_name}, {"kubelet", target.url}});
  for (const ListenAddress& address : web.server->addresses()) {
    Log(LogLevel::kInfo, "listening on http://" + address.ToString());
  }
  if (options.on_listening) {
    options.on_listening("http://" + web.server->addresses().front().ToString());
  }
  loop.Run();
  running_loop = nullptr;
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace podprobe

#include "exporter/serve_command.h"

#include <malloc.h>

#include <atomic>
#include <bitset>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "exporter/build_info.h"
#include "exporter/cadvisor_pace.h"
#include "exporter/exposition/self_metrics.h"
#include "exporter/heap_return.h"
#include "exporter/intake.h"
#include "exporter/kubelet/reading_loop.h"
#include "exporter/kubelet/target.h"
#include "exporter/log.h"
#include "exporter/page_timing.h"
#include "exporter/reload_desk.h"
#include "exporter/service_manager.h"
#include "exporter/status_line.h"
#include "exporter/web/web_server.h"

namespace podprobe {
namespace {

// A reload waits so long for the loop; a reading never holds it up.
constexpr double kReloadPatienceSeconds = 30;

std::atomic<ReadingLoop*> running_loop = nullptr;
std::atomic<ReloadDesk*> running_desk = nullptr;

extern "C" void StopRunningLoop(int) {
  if (ReadingLoop* loop = running_loop.load()) loop->Stop();
}

void WakeRunningLoop() {
  if (ReadingLoop* loop = running_loop.load()) loop->AskForTick();
}

extern "C" void AskForReload(int) {
  if (ReloadDesk* desk = running_desk.load()) desk->Ask();
  WakeRunningLoop();
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

// Passes readings on to the intake and publishes pages of what it knows.
class Publisher : public ReadingHandler {
 public:
  Publisher(const Config& config, const Target& target, WebServer* web, ServiceManager* manager)
      : web_(web),
        manager_(*manager),
        timing_(Now().steady_seconds),
        intake_({.engine = EngineOptionsFrom(config),
                 .clock = Now,
                 .on_change = LogChange,
                 .on_bad_lines = LogBadLines}) {
    Follow(config, target);
    manager_.Status("waiting for the first answers of " + url_);
  }

  // From now on this configuration counts.
  void Apply(const Config& config, const Target& target) {
    intake_.SetOptions(EngineOptionsFrom(config));
    Follow(config, target);
  }

  // Whether the last one that was asked for is not the one in force.
  void SetConfigRefused(bool is_refused) { is_config_refused_ = is_refused; }

  void Use(ReadingLoop* loop) { loop_ = loop; }

  void Begin(Source source) override {
    timing_.ReadingBegins(source);
    intake_.Begin(source);
  }
  void Body(Source source, std::string_view chunk) override { intake_.Body(source, chunk); }
  bool End(Source source, const ReadingResult& result) override {
    const bool is_good = intake_.End(source, result);
    if (intake_.WantsPods()) loop_->RequestReading(Source::kPods);
    FollowFailures();
    if (timing_.ReadingEnds(source, Now().steady_seconds)) Publish();
    return is_good;
  }

  void Tick() {
    web_->MarkAlive();
    manager_.Tick();
    if (timing_.IsDueAtTick(Now().steady_seconds)) Publish();
  }

 private:
  // Evidence is read slowly while all is well, and fast while something fails.
  void FollowFailures() {
    const CadvisorPace pace = CadvisorPaceAt(Now(), intake_.last_failure(), cadvisor_seconds_);
    loop_->SetInterval(Source::kCadvisor, pace.interval_seconds);
    if (pace.is_fast && !is_cadvisor_fast_) loop_->RequestReading(Source::kCadvisor);
    is_cadvisor_fast_ = pace.is_fast;
  }

  void Follow(const Config& config, const Target& target) {
    url_ = target.url;
    is_https_ = target.is_https;
    is_tls_verified_ = target.IsTlsVerified();
    cadvisor_seconds_ = config.sources.cadvisor.interval_seconds;
    std::bitset<kAllSources.size()> enabled;
    for (const Source source : kAllSources) {
      const bool is_enabled = SourceConfigOf(config.sources, source).is_enabled;
      intake_.Show(source, is_enabled);
      enabled.set(static_cast<std::size_t>(source), is_enabled);
    }
    timing_.Follow(enabled);
  }

  void Publish() {
    auto snapshot = std::make_shared<Snapshot>(intake_.TakeSnapshot());
    if (is_https_) snapshot->kubelet.is_tls_verified = is_tls_verified_;
    timing_.PageMade(Now().steady_seconds);
    manager_.Status(StatusLine(*snapshot, url_, is_config_refused_));
    web_->Publish(std::move(snapshot));
    if (heap_return_.IsDue(intake_.pod_count())) malloc_trim(0);
    // As /-/ready: who starts after us finds a page. A kubelet that is away holds this up no longer
    // than the first page may wait.
    if (!std::exchange(is_ready_, true)) manager_.Ready();
  }

  std::string url_;
  bool is_https_ = false;
  bool is_tls_verified_ = false;
  bool is_config_refused_ = false;
  bool is_ready_ = false;
  double cadvisor_seconds_ = 0;
  bool is_cadvisor_fast_ = false;
  WebServer* const web_;
  ServiceManager& manager_;
  PageTiming timing_;
  ReadingLoop* loop_ = nullptr;
  Intake intake_;
  HeapReturn heap_return_;
};

void WarnIfUnverified(const Target& target) {
  if (!target.is_https || target.IsTlsVerified()) return;
  Log(LogLevel::kWarn,
      "the certificate of " + std::string(target.Who()) +
          " is not verified: whoever stands between can read the token",
      {{"url", target.url}});
}

ReadingLoop::Options LoopOptions(const Config& config, const Targets& targets) {
  return {.target = *targets.kubelet,
          .pods_target = targets.apiserver,
          .sources = config.sources,
          .timeout_seconds = config.kubelet.timeout_seconds,
          .limits = config.limits};
}

// What a running exporter cannot change.
void LogWhatWaitsForARestart(const WebConfig& running, const WebConfig& loaded) {
  const std::pair<const char*, bool> keys[] = {
      {"web.listen_addresses", running.listen_addresses != loaded.listen_addresses},
      {"web.health_listen_address", running.health_listen_address != loaded.health_listen_address},
      {"web.telemetry_path", running.telemetry_path != loaded.telemetry_path},
  };
  for (const auto& [key, has_changed] : keys) {
    if (!has_changed) continue;
    Log(LogLevel::kWarn, "changed, but counts only from the next start on", {{"key", key}});
  }
}

// What loads the configuration again, on the thread that reads.
class Reloader {
 public:
  Reloader(const ServeOptions& options, Publisher* publisher, ReadingLoop* loop,
           SelfMetrics* self_metrics)
      : options_(options), publisher_(*publisher), loop_(*loop), self_metrics_(*self_metrics) {}

  // Returns what is wrong; empty: the new configuration is in force.
  std::string Reload() {
    if (!options_.load_config) {
      Log(LogLevel::kInfo, "there is no configuration to load again");
      return "";
    }
    ConfigResult loaded = options_.load_config();
    if (!loaded.problems.empty()) return Refuse(loaded.problems);
    const Targets targets = ResolveTargets(loaded.config, ReadSurroundings(options_.node_name));
    if (!targets.problems.empty()) return Refuse(targets.problems);

    LogWhatWaitsForARestart(options_.config.web, loaded.config.web);
    WarnIfUnverified(*targets.kubelet);
    if (targets.apiserver) WarnIfUnverified(*targets.apiserver);
    loop_.Reconfigure(LoopOptions(loaded.config, targets));
    publisher_.Apply(loaded.config, *targets.kubelet);
    self_metrics_.ConfigLoaded(Now().unix_seconds);
    Log(LogLevel::kInfo, "configuration loaded", {{"kubelet", targets.kubelet->url}});
    return "";
  }

 private:
  std::string Refuse(const std::vector<std::string>& problems) {
    self_metrics_.ConfigLoadFailed();
    std::string all;
    for (const std::string& problem : problems) {
      Log(LogLevel::kError, "configuration not loaded, the old one stays in force",
          {{"error", problem}});
      all += (all.empty() ? "" : "\n") + problem;
    }
    return all;
  }

  const ServeOptions& options_;
  Publisher& publisher_;
  ReadingLoop& loop_;
  SelfMetrics& self_metrics_;
};

}  // namespace

int RunServe(const ServeOptions& options) {
  // Until there is something to reload.
  std::signal(SIGHUP, SIG_IGN);
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
  ReloadDesk desk;
  WebServerResult web = WebServer::Start(
      {.listen_addresses = config.web.listen_addresses,
       .health_listen_address = config.web.health_listen_address,
       .telemetry_path = config.web.telemetry_path,
       .created_unix_seconds = config.web.openmetrics_created ? Now().unix_seconds : 0,
       .version = kVersion,
       .node_name = options.node_name,
       .web_file = options.web_file,
       .web_config_file = options.web_config_file,
       .is_lifecycle_enabled = options.is_lifecycle_enabled,
       .reload = [&desk] { return desk.AskAndWait(WakeRunningLoop, kReloadPatienceSeconds); },
       .on_tls_error =
           [](std::string_view message) {
             Log(LogLevel::kError, "TLS files not loaded", {{"error", std::string(message)}});
           },
       .on_web_file_error =
           [](std::string_view message) {
             Log(LogLevel::kError, "web configuration not in force",
                 {{"error", std::string(message)}});
           },
       .on_web_file_change =
           [] {
             Log(LogLevel::kInfo, "web configuration changed: its users and headers count now");
           },
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

  ServiceManager manager(ServiceManager::OptionsFromEnvironment(
      [](const std::string& message) { Log(LogLevel::kWarn, message); }));
  Publisher publisher(config, target, web.server.get(), &manager);
  std::function<std::string()> reload;
  ReadingLoop::Options loop_options = LoopOptions(config, targets);
  loop_options.tick = [&] {
    desk.Serve(reload);
    publisher.Tick();
  };
  loop_options.tick_seconds = manager.tick_seconds();
  ReadingLoop loop(std::move(loop_options), &publisher);
  publisher.Use(&loop);
  Reloader reloader(options, &publisher, &loop, &self_metrics);
  reload = [&] {
    manager.Reloading();
    std::string problems = reloader.Reload();
    publisher.SetConfigRefused(!problems.empty());
    manager.Reloaded();
    return problems;
  };

  running_loop = &loop;
  running_desk = &desk;
  std::signal(SIGTERM, StopRunningLoop);
  std::signal(SIGINT, StopRunningLoop);
  std::signal(SIGHUP, AskForReload);
  std::signal(SIGPIPE, SIG_IGN);

  Log(LogLevel::kInfo, "started",
      {{"version", kVersion}, {"node", options.node_name}, {"kubelet", target.url}});
  if (web.server->health_port() != 0) {
    Log(LogLevel::kInfo, "health checks on http://" + web.server->health_address()->ToString());
  }
  const std::string scheme = options.web_file.tls ? "https://" : "http://";
  for (const ListenAddress& address : web.server->addresses()) {
    Log(LogLevel::kInfo, "listening on " + scheme + address.ToString());
  }
  if (options.on_listening) {
    options.on_listening(scheme + web.server->addresses().front().ToOpen());
  }
  loop.Run();
  manager.Stopping();
  std::signal(SIGHUP, SIG_IGN);
  running_desk = nullptr;
  // Requests for a reload end before the loop that they would wake does.
  desk.Close();
  web.server.reset();
  running_loop = nullptr;
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace podprobe

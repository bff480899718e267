#include "exporter/kubelet/reading_loop.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "exporter/kubelet/client.h"
#include "exporter/kubelet/schedule.h"

namespace podprobe {
namespace {

double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::function<double()> MakeDice() {
  return [engine = std::mt19937(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

// A kubelet that hangs up while we write must cost that reading, not the process.
void BlockSigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

class ReadingLoop::Impl {
 public:
  Impl(Options options, ReadingHandler* handler)
      : options_(std::move(options)),
        handler_(handler),
        client_([this](Source source, std::string_view chunk) { handler_->Body(source, chunk); }) {
    if (!options_.steady_now) options_.steady_now = SteadySeconds;
    if (!options_.random) options_.random = MakeDice();
  }

  void Run() {
    BlockSigpipe();
    const double start = options_.steady_now();
    for (const Source source : kAllSources) Configure(source, start);
    next_tick_ = start;
    while (!is_stopping_) {
      TickIfDue();
      for (const Source source : kAllSources) BeginIfDue(source);
      for (const Client::Finished& finished : client_.Poll(SecondsToNextEvent())) End(finished);
      for (const Source source : kAllSources) GiveUpIfLate(source);
    }
  }

  void RequestReading(Source source) {
    Reader& reader = Of(source);
    if (reader.schedule) reader.schedule->Request();
  }

  void SetInterval(Source source, double seconds) {
    Reader& reader = Of(source);
    if (reader.schedule) reader.schedule->SetInterval(seconds);
  }

  void Stop() {
    is_stopping_ = true;
    Wake();
  }

  void Wake() { client_.Wake(); }

  void AskForTick() {
    is_tick_asked_ = true;
    Wake();
  }

  void Reconfigure(const Options& options) {
    options_.target = options.target;
    options_.pods_target = options.pods_target;
    options_.sources = options.sources;
    options_.timeout_seconds = options.timeout_seconds;
    options_.limits = options.limits;
    const double now = options_.steady_now();
    for (const Source source : kAllSources) Configure(source, now);
  }

 private:
  struct Reader {
    std::optional<Schedule> schedule;  // absent: the source is off
    std::unique_ptr<const Target> target;
    Request request;
    bool is_reading = false;
    double begin = 0;
  };

  Reader& Of(Source source) { return readers_[static_cast<std::size_t>(source)]; }

  // As options_ say from now on.
  void Configure(Source source, double now) {
    const SourceConfig& config = SourceConfigOf(options_.sources, source);
    Reader& reader = Of(source);
    const Target& target = TargetOf(source);
    const bool is_going_on = config.is_enabled && reader.schedule && *reader.target == target;
    if (!is_going_on) {
      client_.Drop(source);
      reader.is_reading = false;
      reader.schedule.reset();
      if (!config.is_enabled) return;
      const Schedule::Pace pace = {
          .interval_seconds = config.interval_seconds,
          .minimum_gap_seconds = options_.minimum_gap_seconds[static_cast<std::size_t>(source)]};
      reader.schedule.emplace(pace, now);
      reader.target = std::make_unique<const Target>(target);
    }
    reader.schedule->SetInterval(config.interval_seconds);
    const LimitsConfig& limits = options_.limits;
    reader.request = {
        .source = source,
        .target = reader.target.get(),
        .timeout_seconds =
            config.timeout_seconds > 0 ? config.timeout_seconds : options_.timeout_seconds,
        .limit_bytes = source == Source::kPods ? limits.pods_bytes : limits.metrics_bytes};
  }

  const Target& TargetOf(Source source) const {
    const bool is_elsewhere = source == Source::kPods && options_.pods_target;
    return is_elsewhere ? *options_.pods_target : options_.target;
  }

  void TickIfDue() {
    const double now = options_.steady_now();
    if (!is_tick_asked_.exchange(false) && now < next_tick_) return;
    next_tick_ = now + options_.tick_seconds;
    if (options_.tick) options_.tick();
  }

  void BeginIfDue(Source source) {
    Reader& reader = Of(source);
    if (is_stopping_ || !reader.schedule) return;
    const double now = options_.steady_now();
    if (now < reader.schedule->NextBegin()) return;
    reader.schedule->Begin(now);
    reader.begin = now;
    reader.is_reading = true;
    handler_->Begin(source);
    client_.Start(reader.request);
  }

  void End(const Client::Finished& finished) {
    Reader& reader = Of(finished.source);
    const double now = options_.steady_now();
    ReadingResult result = finished.result;
    result.duration_seconds = now - reader.begin;
    reader.is_reading = false;
    const bool is_good = handler_->End(finished.source, result);
    reader.schedule->End(now, is_good && result.error == ReadingError::kNone, options_.random());
  }

  double Deadline(const Reader& reader) const {
    return reader.begin + reader.request.timeout_seconds;
  }

  void GiveUpIfLate(Source source) {
    const Reader& reader = Of(source);
    if (reader.is_reading && options_.steady_now() >= Deadline(reader)) client_.GiveUp(source);
  }

  double SecondsToNextEvent() const {
    double next = next_tick_;
    for (const Reader& reader : readers_) {
      if (!reader.schedule) continue;
      next = std::min(next, reader.is_reading ? Deadline(reader) : reader.schedule->NextBegin());
    }
    return is_stopping_ ? 0 : next - options_.steady_now();
  }

  Options options_;
  ReadingHandler* const handler_;
  Client client_;
  std::array<Reader, kAllSources.size()> readers_;
  double next_tick_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> is_tick_asked_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free, "Stop is called from signal handlers");
};

const SourceConfig& SourceConfigOf(const SourcesConfig& sources, Source source) {
  switch (source) {
    case Source::kProbes:
      return sources.probes;
    case Source::kCadvisor:
      return sources.cadvisor;
    case Source::kResource:
      return sources.resource;
    case Source::kPods:
      break;
  }
  return sources.pods;
}

ReadingLoop::ReadingLoop(Options options, ReadingHandler* handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}
ReadingLoop::~ReadingLoop() = default;

void ReadingLoop::Run() { impl_->Run(); }
void ReadingLoop::RequestReading(Source source) { impl_->RequestReading(source); }
void ReadingLoop::SetInterval(Source source, double seconds) {
  impl_->SetInterval(source, seconds);
}
void ReadingLoop::Reconfigure(const Options& options) { impl_->Reconfigure(options); }
void ReadingLoop::AskForTick() { impl_->AskForTick(); }
void ReadingLoop::Stop() { impl_->Stop(); }
void ReadingLoop::Wake() { impl_->Wake(); }

}  // namespace podprobe

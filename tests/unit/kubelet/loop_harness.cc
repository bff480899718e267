#include "tests/unit/kubelet/loop_harness.h"

#include <cstdio>

#include "config/config.h"

namespace podprobe {
namespace {

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (std::size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

SourceConfig& ConfigOf(SourcesConfig* sources, Source source) {
  switch (source) {
    case Source::kProbes:
      return sources->probes;
    case Source::kCadvisor:
      return sources->cadvisor;
    case Source::kResource:
      return sources->resource;
    case Source::kPods:
      break;
  }
  return sources->pods;
}

}  // namespace

LoopHarness::LoopHarness(const Target& target) {
  options_.target = target;
  for (const Source source : kAllSources) ConfigOf(&options_.sources, source).is_enabled = false;
  options_.steady_now = [this] { return Now(); };
  options_.random = [] { return 0.5; };
}

void LoopHarness::Enable(Source source) { ConfigOf(&options_.sources, source).is_enabled = true; }

void LoopHarness::Run(const std::function<bool(Source, const std::string& line)>& on_end) {
  on_end_ = on_end;
  ReadingLoop loop(options_, this);
  SetLoop(&loop);
  loop.Run();
  SetLoop(nullptr);
}

std::string LoopHarness::ReadOnce(Source source) {
  Enable(source);
  std::string outcome;
  Run([&](Source, const std::string& line) {
    outcome = line.substr(line.find(':') + 2);
    return false;
  });
  return outcome;
}

void LoopHarness::Advance(double seconds) {
  const std::lock_guard lock(mutex_);
  now_ += seconds;
  if (loop_ != nullptr) loop_->Wake();
}

void LoopHarness::Stop() {
  const std::lock_guard lock(mutex_);
  if (loop_ != nullptr) loop_->Stop();
}

void LoopHarness::AskForTick() {
  const std::lock_guard lock(mutex_);
  if (loop_ != nullptr) loop_->AskForTick();
}

void LoopHarness::RequestReading(Source source) { loop_->RequestReading(source); }

void LoopHarness::SetInterval(Source source, double seconds) {
  loop_->SetInterval(source, seconds);
}

void LoopHarness::Reconfigure() { loop_->Reconfigure(options_); }

void LoopHarness::SetLoop(ReadingLoop* loop) {
  const std::lock_guard lock(mutex_);
  loop_ = loop;
}

double LoopHarness::Now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::string LoopHarness::BeginTimes(Source source) const {
  std::string text;
  const auto& begins = begins_[static_cast<std::size_t>(source)];
  for (const double begin : begins) {
    char number[32];
    std::snprintf(number, sizeof number, "%g", begin - begins.front());
    text += (text.empty() ? "" : " ") + std::string(number);
  }
  return text;
}

void LoopHarness::Begin(Source source) {
  bodies_[static_cast<std::size_t>(source)].clear();
  begins_[static_cast<std::size_t>(source)].push_back(Now());
  lines_.push_back("begin " + std::string(SourceName(source)));
}

void LoopHarness::Body(Source source, std::string_view chunk) {
  bodies_[static_cast<std::size_t>(source)] += chunk;
  on_body();
}

bool LoopHarness::End(Source source, const ReadingResult& result) {
  lines_.push_back("end " + std::string(SourceName(source)) + ": " + Render(result));
  if (!on_end_(source, lines_.back())) Stop();
  return is_good(source);
}

std::string LoopHarness::Render(const ReadingResult& result) const {
  if (result.error == ReadingError::kNone) {
    return "good, " + std::to_string(result.body_bytes) + " bytes";
  }
  std::string text = std::string(ReadingErrorReason(result.error)) + ": " + result.message;
  const Target& target = options_.target;
  const std::string port = std::to_string(target.port);
  ReplaceAll(&text, target.host + ":" + port, "KUBELET");
  ReplaceAll(&text, "[" + target.host + "]:" + port, "KUBELET");
  ReplaceAll(&text, "port " + port, "port N");
  return text;
}

Target TargetOf(const std::string& url) {
  KubeletConfig config;
  config.url = url;
  Surroundings surroundings;
  surroundings.service_account_dir = "/nonexistent";
  return *ResolveTarget(config, surroundings).target;
}

}  // namespace podprobe

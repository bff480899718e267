#include "exporter/recorder.h"

#include <utility>

namespace podprobe {

Recorder::Recorder(Intake::Options intake, RecordingWriter* writer)
    : clock_(intake.clock), intake_(std::move(intake)), writer_(writer) {}

void Recorder::Begin(Source source) {
  intake_.Begin(source);
  writer_->Begin(source);
}

void Recorder::Body(Source source, std::string_view chunk) {
  intake_.Body(source, chunk);
  writer_->Body(source, chunk);
}

bool Recorder::End(Source source, const ReadingResult& result) {
  const bool is_good = intake_.End(source, result);
  const std::string error = writer_->End(source, is_good, clock_().unix_seconds);
  if (error_.empty()) error_ = error;
  Count& count = counts_[static_cast<std::size_t>(source)];
  ++(is_good ? count.good : count.failed);
  return is_good;
}

}  // namespace podprobe

#ifndef PODPROBE_EXPORTER_RECORDER_H_
#define PODPROBE_EXPORTER_RECORDER_H_

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "exporter/cadvisor_pace.h"
#include "exporter/intake.h"
#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/recording_writer.h"

namespace podprobe {

// Writes each reading down and judges it as the exporter would: what that would not take is
// recorded as a failed reading, so that nothing else than pages and pods comes into a recording.
class Recorder : public ReadingHandler {
 public:
  // `writer` must outlive it. `intake` as of Intake, whose clock gives the recording's times.
  Recorder(Intake::Options intake, RecordingWriter* writer);

  void Begin(Source source) override;
  void Body(Source source, std::string_view chunk) override;
  bool End(Source source, const ReadingResult& result) override;

  bool WantsPods() const { return intake_.WantsPods(); }
  CadvisorPace PaceOfCadvisor(double slow_seconds) const {
    return CadvisorPaceAt(clock_(), intake_.last_failure(), slow_seconds);
  }
  // Why nothing more can be written; empty: nothing is wrong.
  const std::string& error() const { return error_; }

  struct Count {
    std::size_t good = 0;
    std::size_t failed = 0;
  };
  const Count& count(Source source) const { return counts_[static_cast<std::size_t>(source)]; }

 private:
  const std::function<Instant()> clock_;
  Intake intake_;
  RecordingWriter* const writer_;
  std::string error_;
  std::array<Count, kAllSources.size()> counts_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_RECORDER_H_

#include "exporter/replay_command.h"

#include <ostream>

#include "exporter/exposition/families.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/intake.h"
#include "exporter/kubelet/recording.h"

namespace podprobe {

int RunReplay(const ReplayOptions& options, const Config& config, std::ostream& out,
              std::ostream& err) {
  const RecordingResult opened = Recording::Open(options.dir);
  if (!opened.recording) {
    err << opened.error << '\n';
    return 1;
  }
  double now = 0;
  Intake intake({
      .engine = EngineOptionsFrom(config),
      .clock = [&now] { return Instant{.unix_seconds = now, .steady_seconds = now}; },
      .on_change =
          [&](Source source, SourceLog::Change change, const std::string& message) {
            const bool is_down = change == SourceLog::Change::kWentDown;
            err << FormatValue(now) << ": " << SourceName(source)
                << (is_down ? " failed: " + message : " is back") << '\n';
          },
      .on_bad_lines =
          [&](Source source, std::size_t bad_lines, const std::string& first) {
            err << FormatValue(now) << ": " << SourceName(source) << ": " << bad_lines
                << " bad lines, the first at " << first << '\n';
          },
  });
  const auto& rounds = opened.recording->rounds();
  for (const RecordedRound& round : rounds) {
    now = round.unix_seconds;
    opened.recording->Play(round, config.limits, &intake);
    // A page is taken after each reading, printed or not: what a page has shown is part of how
    // later ones read.
    const Snapshot snapshot = intake.TakeSnapshot();
    if (!options.every && &round != &rounds.back()) continue;
    if (options.every) out << "# reading " << round.name << '\n';
    WriteSnapshot(snapshot, TextFormat::kPrometheus, {},
                  [&out](std::string_view piece) { out << piece; });
  }
  return 0;
}

}  // namespace podprobe

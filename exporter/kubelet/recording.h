#ifndef PODPROBE_EXPORTER_KUBELET_RECORDING_H_
#define PODPROBE_EXPORTER_KUBELET_RECORDING_H_

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/source.h"

namespace podprobe {

// One subfolder of a recording: the readings of one moment.
struct RecordedRound {
  double unix_seconds = 0;
  std::string name;  // the subfolder's, as written: 1795461088.731
  // Those that were read, in the order of kAllSources. May be empty: a moment at which nothing
  // was read is still a moment; time passes, and if it is the last it is the page's time.
  std::vector<Source> sources;
};

// metrics-probes.prom, …
std::string RecordedFileName(Source source);

struct RecordingResult;

// A recording on disk: a folder with one subfolder per reading, named by its
// Unix time in seconds (digits, with or without a fraction), holding any of
// metrics-probes.prom, metrics-cadvisor.prom, metrics-resource.prom and
// pods.json, each plain or .gz (the plain one counts where both are there).
// Everything else is ignored. Subfolders sort as numbers.
//
//   RecordingResult opened = Recording::Open(dir);
//   for (const RecordedRound& round : opened.recording->rounds()) {
//     clock.Set(round.unix_seconds);
//     opened.recording->Play(round, limits, &handler);
//   }
class Recording {
 public:
  // Looks at names only. A folder that cannot be read or in which no round has a reading is an
  // error.
  static RecordingResult Open(const std::string& dir);

  const std::vector<RecordedRound>& rounds() const { return rounds_; }

  // Hands the round's readings to `handler`, one after the other, as a kubelet's would come. A
  // file that is empty or cannot be read and a broken .gz are failed readings (kTruncated);
  // one over its limit is, too (kSize).
  void Play(const RecordedRound& round, const LimitsConfig& limits, ReadingHandler* handler) const;

 private:
  Recording(std::string dir, std::vector<RecordedRound> rounds);

  std::string dir_;
  std::vector<RecordedRound> rounds_;
};

struct RecordingResult {
  std::optional<Recording> recording = {};  // absent on error
  std::string error = {};                   // what is wrong, with the folder's name
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_RECORDING_H_

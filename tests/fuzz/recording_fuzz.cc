// Any bytes as a file of a recording: the first byte says which file; the rest is what is in it. It
// is read as a good or a failed reading, and never more of it than its limit allows.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "exporter/kubelet/recording.h"
#include "tests/fuzz/judge.h"

namespace podprobe {
namespace {

constexpr std::size_t kLimitBytes = 64 << 10;

// Counts what comes, and how it ends.
class Counter : public ReadingHandler {
 public:
  void Begin(Source) override {
    ++begun_;
    body_bytes_ = 0;
  }
  void Body(Source, std::string_view chunk) override { body_bytes_ += chunk.size(); }
  bool End(Source, const ReadingResult& result) override {
    ++ended_;
    if (body_bytes_ > kLimitBytes) MustEqual("bytes", std::to_string(body_bytes_), "the limit");
    return result.error == ReadingError::kNone;
  }
  void Check() const { MustEqual("readings", std::to_string(ended_), std::to_string(begun_)); }

 private:
  std::size_t body_bytes_ = 0;
  int begun_ = 0;
  int ended_ = 0;
};

// A folder for as long as this process runs, in memory where there is such a place.
const std::string& Folder() {
  // Never destroyed: it is wanted at the end.
  static const auto* const folder = new std::string([] {
    std::string made = access("/dev/shm", W_OK) == 0 ? "/dev/shm/podprobe-fuzz-XXXXXX"
                                                     : "/tmp/podprobe-fuzz-XXXXXX";
    if (mkdtemp(made.data()) == nullptr) std::abort();
    if (mkdir((made + "/1795461088.731").c_str(), 0700) != 0) std::abort();
    std::atexit([] { std::filesystem::remove_all(Folder()); });
    return made;
  }());
  return *folder;
}

void Check(int file_number, std::string_view contents) {
  constexpr std::array<const char*, 8> kFiles = {"metrics-probes.prom",
                                                 "metrics-probes.prom.gz",
                                                 "metrics-cadvisor.prom",
                                                 "metrics-cadvisor.prom.gz",
                                                 "metrics-resource.prom",
                                                 "metrics-resource.prom.gz",
                                                 "pods.json",
                                                 "pods.json.gz"};
  const std::string file =
      Folder() + "/1795461088.731/" + kFiles[static_cast<std::size_t>(file_number) % kFiles.size()];
  std::ofstream(file, std::ios::binary).write(contents.data(), static_cast<long>(contents.size()));
  const RecordingResult opened = Recording::Open(Folder());
  if (!opened.recording) MustEqual("opened", opened.error, "");
  Counter counter;
  LimitsConfig limits;
  limits.pods_bytes = kLimitBytes;
  limits.metrics_bytes = kLimitBytes;
  for (const RecordedRound& round : opened.recording->rounds()) {
    opened.recording->Play(round, limits, &counter);
  }
  counter.Check();
  std::remove(file.c_str());
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  podprobe::Check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}

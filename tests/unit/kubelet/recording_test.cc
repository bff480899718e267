#include "exporter/kubelet/recording.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/unit/kubelet/gzip.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

// Renders a recording: "1.5: probes=body pods=body".
class Reader : public ReadingHandler {
 public:
  explicit Reader(const LimitsConfig& limits = {}) : limits_(limits) {}

  std::string Read(const std::string& dir) {
    const RecordingResult opened = Recording::Open(dir);
    if (!opened.recording) return WithoutDir(opened.error, dir);
    for (const RecordedRound& round : opened.recording->rounds()) {
      out_ += (out_.empty() ? "" : "\n") + round.name + ":";
      opened.recording->Play(round, limits_, this);
    }
    return WithoutDir(out_, dir);
  }

  void Begin(Source source) override { out_ += " " + std::string(SourceName(source)) + "="; }
  void Body(Source, std::string_view chunk) override {
    EXPECT_FALSE(chunk.empty());
    bytes_ += chunk.size();
    if (chunk.size() < 100) out_ += chunk;
  }
  bool End(Source, const ReadingResult& result) override {
    if (result.error != ReadingError::kNone) {
      out_ += "[" + std::string(ReadingErrorReason(result.error)) + ": " + result.message + "]";
    }
    EXPECT_EQ(result.body_bytes, bytes_);
    EXPECT_FALSE(result.duration_seconds);
    bytes_ = 0;
    return result.error == ReadingError::kNone;
  }

 private:
  static std::string WithoutDir(std::string text, const std::string& dir) {
    for (std::size_t at = text.find(dir); at != std::string::npos; at = text.find(dir)) {
      text.replace(at, dir.size(), "DIR");
    }
    return text;
  }

  LimitsConfig limits_;
  std::string out_;
  std::size_t bytes_ = 0;
};

TEST(RecordingTest, FilesOfARoundCountAsReadInTheOrderOfTheSources) {
  const TempDir dir;
  dir.Write("100/pods.json", "p");
  dir.Write("100/metrics-resource.prom", "r");
  dir.Write("100/metrics-cadvisor.prom.gz", Gzip("c"));
  dir.Write("100/metrics-probes.prom", "b");
  dir.Write("100/stats-summary.json", "ignored");
  EXPECT_EQ(Reader().Read(dir.path()), "100: probes=b cadvisor=c resource=r pods=p");
}

TEST(RecordingTest, FoldersSortAsNumbersAndOtherNamesAreIgnored) {
  const TempDir dir;
  for (const char* name : {"9.5", "10", "9.25", "1795461088.731", "0100", "x", "1e3", "-1", "+2",
                           "3.", ".4", "5.6.7", "7 ", "run-a", "0x8"}) {
    dir.Write(std::string(name) + "/pods.json", name);
  }
  dir.Write("50", "a file, no folder");
  dir.Write("events.tsv", "");
  EXPECT_EQ(Reader().Read(dir.path()),
            "9.25: pods=9.25\n9.5: pods=9.5\n10: pods=10\n0100: pods=0100\n"
            "1795461088.731: pods=1795461088.731");
}

TEST(RecordingTest, MissingFileWasNotReadAndAFolderWithoutAnyIsStillAMoment) {
  const TempDir dir;
  dir.Write("1/metrics-probes.prom", "b");
  dir.Write("2/notes.txt", "nothing was read here");
  EXPECT_EQ(Reader().Read(dir.path()), "1: probes=b\n2:");
}

TEST(RecordingTest, EmptyAndBrokenFilesAreFailedReadings) {
  const std::string sound = Gzip("some text that is long enough to be cut somewhere");
  std::string bad_sum = sound;
  bad_sum[sound.size() - 6] ^= 1;
  const TempDir dir;
  dir.Write("1/pods.json", "");
  dir.Write("2/pods.json.gz", "");
  dir.Write("3/pods.json.gz", Gzip(""));
  dir.Write("4/pods.json.gz", sound.substr(0, sound.size() - 1));
  dir.Write("5/pods.json.gz", "not compressed at all");
  dir.Write("6/pods.json.gz", bad_sum);
  dir.Write("7/pods.json.gz", sound + "garbage");
  std::filesystem::create_directories(dir.path() + "/8/pods.json");
  const std::string text = "some text that is long enough to be cut somewhere";
  EXPECT_EQ(Reader().Read(dir.path()),
            "1: pods=[truncated: DIR/1/pods.json: the file is empty: this reading failed when it "
            "was recorded]\n"
            "2: pods=[truncated: DIR/2/pods.json.gz: the file is empty: this reading failed when "
            "it was recorded]\n"
            "3: pods=[truncated: DIR/3/pods.json.gz: the file is empty: this reading failed when "
            "it was recorded]\n"
            "4: pods=" +
                text +
                "[truncated: DIR/4/pods.json.gz: the file ends in the middle of its compressed "
                "data]\n"
                "5: pods=[truncated: DIR/5/pods.json.gz: the file is no sound gzip: it does not "
                "begin with a gzip header]\n"
                "6: pods=[truncated: DIR/6/pods.json.gz: the file is no sound gzip: its checksum "
                "does not fit its contents]\n"
                "7: pods=" +
                text +
                "[truncated: DIR/7/pods.json.gz: the file is no sound gzip: it does not begin "
                "with a gzip header]\n"
                "8: pods=[truncated: DIR/8/pods.json: the file cannot be read: Is a directory]");
}

TEST(RecordingTest, APipeIsNotWaitedFor) {
  const TempDir dir;
  dir.Write("1/metrics-probes.prom", "a");
  ASSERT_EQ(mkfifo((dir.path() + "/1/pods.json").c_str(), 0600), 0);
  EXPECT_EQ(Reader().Read(dir.path()),
            "1: probes=a pods=[truncated: DIR/1/pods.json: the file is a pipe: it must be a file]");
}

TEST(RecordingTest, CutAtEveryByteAGzipIsAFailedReading) {
  const std::string sound = Gzip("prober_probe_total 1\nprober_probe_total 2\n");
  for (std::size_t size = 1; size < sound.size(); ++size) {
    const TempDir dir;
    dir.Write("1/pods.json.gz", sound.substr(0, size));
    EXPECT_NE(Reader().Read(dir.path()).find("[truncated: "), std::string::npos) << size;
  }
}

TEST(RecordingTest, GzipOfSeveralMembersIsTheirContentsInARow) {
  const TempDir dir;
  dir.Write("1/pods.json.gz", Gzip("one ") + Gzip("") + Gzip("two"));
  EXPECT_EQ(Reader().Read(dir.path()), "1: pods=one two");
}

TEST(RecordingTest, PlainFileCountsWhereBothAreThere) {
  const TempDir dir;
  dir.Write("1/pods.json", "plain");
  dir.Write("1/pods.json.gz", Gzip("packed"));
  EXPECT_EQ(Reader().Read(dir.path()), "1: pods=plain");
}

TEST(RecordingTest, BodyAtTheLimitIsReadAndOneByteMoreIsNot) {
  const TempDir dir;
  dir.Write("1/pods.json", std::string(1000, 'x'));
  dir.Write("2/pods.json", std::string(1001, 'x'));
  dir.Write("3/metrics-probes.prom.gz", Gzip(std::string(300000, 'x')));
  LimitsConfig limits;
  limits.pods_bytes = 1000;
  limits.metrics_bytes = 200000;
  EXPECT_EQ(Reader(limits).Read(dir.path()),
            "1: pods=\n"
            "2: pods=[size: DIR/2/pods.json: the body is over limits.pods_bytes (1000 bytes)]\n"
            "3: probes=[size: DIR/3/metrics-probes.prom.gz: the body is over limits.metrics_bytes "
            "(200000 bytes)]");
}

TEST(RecordingTest, FolderWithoutReadingsIsAnError) {
  const std::string want =
      "DIR: no reading in it: want subfolders named by their Unix time (1795461088.731) with "
      "metrics-probes.prom, metrics-cadvisor.prom, metrics-resource.prom or pods.json, plain or "
      ".gz";
  const TempDir empty;
  EXPECT_EQ(Reader().Read(empty.path()), want);
  const TempDir only_moments;
  only_moments.Write("1/notes.txt", "");
  EXPECT_EQ(Reader().Read(only_moments.path()), want);
}

TEST(RecordingTest, FolderThatIsNotThereIsAnError) {
  const TempDir dir;
  EXPECT_EQ(Reader().Read(dir.path() + "/none"),
            "DIR: cannot be read as a folder: No such file or directory");
  EXPECT_EQ(Reader().Read(dir.Write("file", "")),
            "DIR: cannot be read as a folder: Not a directory");
}

TEST(RecordingTest, RealRecordingOpensWholeAndInOrder) {
  const RecordingResult opened = Recording::Open(std::string(PODPROBE_TESTDATA) + "/run-a");
  ASSERT_TRUE(opened.recording) << opened.error;
  EXPECT_EQ(opened.recording->rounds().size(), 52u);
  EXPECT_EQ(opened.recording->rounds().front().name, "1795461088.731");
  EXPECT_DOUBLE_EQ(opened.recording->rounds().back().unix_seconds, 1795461853.680);
}

}  // namespace
}  // namespace podprobe

#include "exporter/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include "exporter/gzip_file.h"
#include "exporter/kubelet/recording.h"
#include "exporter/replay_command.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Replay(const std::string& dir) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunReplay({.dir = dir, .every = false}, Config(), out, err), 0);
  // The pods are shorter than they were.
  std::string pages;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("podprobe_source_bytes{source=\"pods\"}")) pages += line + "\n";
  }
  return pages;
}

// By path under the recording, inflated.
std::map<std::string, std::string> Contents(const std::string& dir) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_directory()) continue;
    std::string& text = contents[std::filesystem::relative(entry.path(), dir).string()];
    GzipFile file;
    EXPECT_EQ(file.Open(entry.path().string(), -1), "");
    EXPECT_EQ(file.Read([&](std::string_view chunk) { text += chunk; }), "");
  }
  return contents;
}

// The first readings of a recording; all of them would take their time.
void CopyBeginning(const std::string& from, const std::string& to) {
  constexpr std::size_t kRounds = 12;
  const RecordingResult opened = Recording::Open(from);
  for (const RecordedRound& round : opened.recording->rounds()) {
    if (&round - opened.recording->rounds().data() == kRounds) break;
    std::filesystem::create_directories(to);
    std::filesystem::copy(from + "/" + round.name, to + "/" + round.name);
  }
}

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() : created_(RecordingWriter::Create(dir_.path() + "/recording")) {}

  Recorder MakeRecorder() {
    return Recorder(
        {.engine = {},
         .clock = [this] { return Instant{.unix_seconds = now_, .steady_seconds = now_}; },
         .on_change = {},
         .on_bad_lines = {}},
        created_.writer.get());
  }

  std::string recording() const { return dir_.path() + "/recording"; }

  const TempDir dir_;
  double now_ = 1000;
  RecordingWriterResult created_;
};

TEST_F(RecorderTest, RecordingOfARecordingReplaysToTheSamePages) {
  for (const std::string name : {"run-a", "run-c"}) {
    const TempDir dir;
    const std::string capture = dir.path() + "/capture";
    CopyBeginning(std::string(PODPROBE_TESTDATA) + "/" + name, capture);
    const RecordingWriterResult created = RecordingWriter::Create(dir.path() + "/copy");
    Recorder recorder(
        {.engine = {},
         .clock = [this] { return Instant{.unix_seconds = now_, .steady_seconds = now_}; },
         .on_change = {},
         .on_bad_lines = {}},
        created.writer.get());
    const RecordingResult opened = Recording::Open(capture);
    ASSERT_TRUE(opened.recording);
    for (const RecordedRound& round : opened.recording->rounds()) {
      now_ = round.unix_seconds;
      opened.recording->Play(round, {}, &recorder);
      ASSERT_EQ(recorder.error(), "");
    }
    // Not EXPECT_EQ, which would print megabytes.
    EXPECT_TRUE(Replay(dir.path() + "/copy") == Replay(capture)) << name;
  }
}

TEST_F(RecorderTest, FailedAndForeignReadingsAreRecordedAsFailed) {
  Recorder recorder = MakeRecorder();
  const auto read = [&](Source source, const std::string& body, ReadingResult result) {
    recorder.Begin(source);
    recorder.Body(source, body);
    recorder.End(source, result);
    now_ += 1;
  };
  read(Source::kProbes, "up 1\n", {});
  read(Source::kProbes, "up 1\n", {.error = ReadingError::kTruncated});
  read(Source::kProbes, "<html>Bearer s3cret</html>\n", {});
  read(Source::kPods, "{\"token\":\"s3cret\"}", {});
  read(Source::kPods, "{\"kind\":\"PodList\",\"items\":[],\"token\":\"s3cret\"}", {});
  EXPECT_EQ(Contents(recording()),
            (std::map<std::string, std::string>{
                {"1000.000/metrics-probes.prom.gz", "up 1\n"},
                {"1001.000/metrics-probes.prom.gz", ""},
                {"1002.000/metrics-probes.prom.gz", ""},
                {"1003.000/pods.json.gz", ""},
                {"1004.000/pods.json.gz", "{\"kind\":\"PodList\",\"items\":[]}"},
            }));
  EXPECT_EQ(recorder.count(Source::kProbes).good, 1u);
  EXPECT_EQ(recorder.count(Source::kProbes).failed, 2u);
  EXPECT_EQ(recorder.count(Source::kPods).good, 1u);
}

}  // namespace
}  // namespace podprobe

#include "exporter/kubelet/recording_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "exporter/kubelet/recording.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::vector<std::string> Files(const std::string& dir) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    files.push_back(std::filesystem::relative(entry.path(), dir).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string WriteOne(RecordingWriter* writer, Source source, double time,
                     const std::string& body = "up 1\n") {
  writer->Begin(source);
  writer->Body(source, body);
  return writer->End(source, true, time);
}

TEST(RecordingWriterTest, ReadingsOfOneMomentShareAFolder) {
  const TempDir dir;
  const std::string path = dir.path() + "/a/b";
  const RecordingWriterResult created = RecordingWriter::Create(path);
  ASSERT_EQ(created.error, "");
  RecordingWriter* writer = created.writer.get();
  EXPECT_EQ(WriteOne(writer, Source::kProbes, 1795461088.731), "");
  EXPECT_EQ(WriteOne(writer, Source::kResource, 1795461088.731), "");
  EXPECT_EQ(WriteOne(writer, Source::kProbes, 1795461088.731), "");
  EXPECT_EQ(WriteOne(writer, Source::kProbes, 1795461093.7), "");
  EXPECT_THAT(Files(path), ElementsAre("1795461088.731", "1795461088.731/metrics-probes.prom.gz",
                                       "1795461088.731/metrics-resource.prom.gz", "1795461088.732",
                                       "1795461088.732/metrics-probes.prom.gz", "1795461093.700",
                                       "1795461093.700/metrics-probes.prom.gz"));
  EXPECT_EQ(Recording::Open(path).recording->rounds().size(), 3u);
}

TEST(RecordingWriterTest, FolderThatIsNotEmptyIsLeftAlone) {
  const TempDir dir;
  dir.Write("notes", "mine");
  const RecordingWriterResult created = RecordingWriter::Create(dir.path());
  EXPECT_EQ(created.writer, nullptr);
  EXPECT_EQ(created.error, dir.path() + ": is not empty: a recording needs a folder of its own");
  EXPECT_THAT(Files(dir.path()), ElementsAre("notes"));
}

TEST(RecordingWriterTest, FolderThatCannotBeMadeIsAnError) {
  const TempDir dir;
  dir.Write("file", "");
  EXPECT_THAT(RecordingWriter::Create(dir.path() + "/file/a").error,
              HasSubstr("/file/a: cannot be made: Not a directory"));
}

// A limit on the size of files stands in for a disk that is full: a write takes some bytes, and
// the next one fails.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_ = {};
};

TEST(RecordingWriterTest, FullDiskIsAnErrorAndLeavesNothingHalf) {
  const TempDir dir;
  const std::string path = dir.path() + "/recording";
  const RecordingWriterResult created = RecordingWriter::Create(path);
  RecordingWriter* writer = created.writer.get();
  EXPECT_EQ(WriteOne(writer, Source::kProbes, 1000), "");
  std::string noise;
  for (unsigned i = 0; i < 100000; ++i) noise += static_cast<char>((i * 2654435761u) >> 13);
  {
    const FullDisk full(100);
    EXPECT_EQ(WriteOne(writer, Source::kProbes, 1001, noise),
              path + "/1001.000/metrics-probes.prom.gz: cannot be written: File too large");
    EXPECT_THAT(WriteOne(writer, Source::kResource, 1000, noise),
                EndsWith("/1000.000/metrics-resource.prom.gz: cannot be written: File too large"));
  }
  EXPECT_THAT(Files(path), ElementsAre("1000.000", "1000.000/metrics-probes.prom.gz"));
  EXPECT_EQ(WriteOne(writer, Source::kProbes, 1002), "");
}

TEST(RecordingWriterTest, FolderThatGoesAwayIsAnError) {
  const TempDir dir;
  const std::string path = dir.path() + "/recording";
  const RecordingWriterResult created = RecordingWriter::Create(path);
  std::filesystem::remove_all(path);
  EXPECT_THAT(WriteOne(created.writer.get(), Source::kProbes, 1000),
              EndsWith("cannot be written: No such file or directory"));
}

}  // namespace
}  // namespace podprobe

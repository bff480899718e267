#include "exporter/kubelet/recording.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "config/pipe.h"
#include "exporter/kubelet/inflater.h"

namespace podprobe {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Digits with or without a fraction; no sign, no exponent.
std::optional<double> ReadUnixTime(const std::string& name) {
  const std::size_t point = name.find('.');
  const std::string_view view = name;
  if (!IsDigits(view.substr(0, point))) return std::nullopt;
  if (point != std::string::npos && !IsDigits(view.substr(point + 1))) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seconds);
  if (error != std::errc()) return std::nullopt;
  return seconds;
}

// Takes what was read; returns false when it wants no more.
class Taker {
 public:
  Taker(Source source, std::size_t limit_bytes, ReadingHandler* handler)
      : source_(source), limit_bytes_(limit_bytes), handler_(handler) {}

  bool Take(std::string_view chunk) {
    if (chunk.size() > limit_bytes_ - body_bytes_) {
      is_over_limit_ = true;
      return false;
    }
    body_bytes_ += chunk.size();
    if (!chunk.empty()) handler_->Body(source_, chunk);
    return true;
  }

  std::size_t body_bytes() const { return body_bytes_; }
  bool is_over_limit() const { return is_over_limit_; }

 private:
  Source source_;
  std::size_t limit_bytes_;
  ReadingHandler* handler_;
  std::size_t body_bytes_ = 0;
  bool is_over_limit_ = false;
};

// The two below return what is wrong with the file, empty if nothing is or the taker stopped.

std::string ReadPlain(std::FILE* file, Taker* taker) {
  const auto buffer = std::make_unique<char[]>(kChunkBytes);
  for (;;) {
    const std::size_t count = std::fread(buffer.get(), 1, kChunkBytes, file);
    if (!taker->Take({buffer.get(), count})) return "";
    if (count < kChunkBytes) break;
  }
  if (std::ferror(file) != 0) return std::string("cannot be read: ") + std::strerror(errno);
  return "";
}

std::string ReadGzip(std::FILE* file, Taker* taker) {
  const auto buffer = std::make_unique<char[]>(kChunkBytes);
  Inflater inflater;
  const auto take = [taker](std::string_view piece) { return taker->Take(piece); };
  std::size_t file_bytes = 0;
  for (;;) {
    const std::size_t count = std::fread(buffer.get(), 1, kChunkBytes, file);
    file_bytes += count;
    const std::string problem = inflater.Feed({buffer.get(), count}, take);
    if (!problem.empty()) return "is no sound gzip: " + problem;
    if (taker->is_over_limit()) return "";
    if (count < kChunkBytes) break;
  }
  if (std::ferror(file) != 0) return std::string("cannot be read: ") + std::strerror(errno);
  if (file_bytes > 0 && !inflater.is_whole()) {
    return "ends in the middle of its compressed data";
  }
  return "";
}

ReadingResult ReadFile(const std::string& path, Source source, const LimitsConfig& limits,
                       ReadingHandler* handler) {
  const bool is_pods = source == Source::kPods;
  const std::size_t limit_bytes = is_pods ? limits.pods_bytes : limits.metrics_bytes;
  Taker taker(source, limit_bytes, handler);
  std::string problem = PipeProblem(path);
  if (problem.empty()) {
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) {
      problem = std::string("cannot be opened: ") + std::strerror(errno);
    } else {
      problem =
          path.ends_with(".gz") ? ReadGzip(file.get(), &taker) : ReadPlain(file.get(), &taker);
    }
  }

  ReadingResult result;
  result.body_bytes = taker.body_bytes();
  if (taker.is_over_limit()) {
    result.error = ReadingError::kSize;
    result.message = path + ": the body is over " +
                     (is_pods ? "limits.pods_bytes" : "limits.metrics_bytes") + " (" +
                     std::to_string(limit_bytes) + " bytes)";
  } else if (!problem.empty()) {
    result.error = ReadingError::kTruncated;
    result.message = path + ": the file " + problem;
  } else if (taker.body_bytes() == 0) {
    result.error = ReadingError::kTruncated;
    result.message = path + ": the file is empty: this reading failed when it was recorded";
  }
  return result;
}

std::optional<RecordedRound> LookAt(const std::filesystem::directory_entry& entry) {
  RecordedRound round;
  round.name = entry.path().filename().string();
  const std::optional<double> unix_seconds = ReadUnixTime(round.name);
  std::error_code error;
  if (!unix_seconds || !entry.is_directory(error)) return std::nullopt;
  round.unix_seconds = *unix_seconds;
  for (const Source source : kAllSources) {
    const std::string plain = (entry.path() / RecordedFileName(source)).string();
    if (IsThere(plain) || IsThere(plain + ".gz")) round.sources.push_back(source);
  }
  return round;
}

}  // namespace

std::string RecordedFileName(Source source) {
  switch (source) {
    case Source::kProbes:
      return "metrics-probes.prom";
    case Source::kCadvisor:
      return "metrics-cadvisor.prom";
    case Source::kResource:
      return "metrics-resource.prom";
    case Source::kPods:
      return "pods.json";
  }
  return "";
}

Recording::Recording(std::string dir, std::vector<RecordedRound> rounds)
    : dir_(std::move(dir)), rounds_(std::move(rounds)) {}

RecordingResult Recording::Open(const std::string& dir) {
  std::error_code error;
  std::vector<RecordedRound> rounds;
  auto entry = std::filesystem::directory_iterator(dir, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::optional<RecordedRound> round = LookAt(*entry);
    if (round) rounds.push_back(*std::move(round));
  }
  if (error) return {.error = dir + ": cannot be read as a folder: " + error.message()};

  const auto has_reading = [](const RecordedRound& round) { return !round.sources.empty(); };
  if (std::none_of(rounds.begin(), rounds.end(), has_reading)) {
    return {.error = dir +
                     ": no reading in it: want subfolders named by their Unix time "
                     "(1795461088.731) with metrics-probes.prom, metrics-cadvisor.prom, "
                     "metrics-resource.prom or pods.json, plain or .gz"};
  }
  std::sort(rounds.begin(), rounds.end(), [](const RecordedRound& a, const RecordedRound& b) {
    // 1.5 and 1.50 are one moment; the name makes their order the same everywhere.
    return std::tie(a.unix_seconds, a.name) < std::tie(b.unix_seconds, b.name);
  });
  return {.recording = Recording(dir, std::move(rounds))};
}

void Recording::Play(const RecordedRound& round, const LimitsConfig& limits,
                     ReadingHandler* handler) const {
  for (const Source source : round.sources) {
    const std::string plain = dir_ + "/" + round.name + "/" + RecordedFileName(source);
    handler->Begin(source);
    const ReadingResult result =
        ReadFile(IsThere(plain) ? plain : plain + ".gz", source, limits, handler);
    handler->End(source, result);
  }
}

}  // namespace podprobe

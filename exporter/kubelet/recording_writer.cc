#include "exporter/kubelet/recording_writer.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "exporter/kubelet/pod_redaction.h"
#include "exporter/kubelet/recording.h"

namespace podprobe {
namespace {

// Begins with a dot, so that no reader takes it for a reading.
constexpr char kUnfinished[] = ".unfinished";
constexpr std::size_t kDeflatedChunkBytes = 64 << 10;
constexpr std::size_t kSaltBytes = 32;
// 15 bits of window, and 16 for gzip's header.
constexpr int kGzipBits = 15 + 16;
constexpr int kMemoryLevel = 8;

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipBits, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Add(std::string_view text) { Run(text, Z_NO_FLUSH); }
  std::string Finish() {
    Run("", Z_FINISH);
    return std::move(out_);
  }

 private:
  void Run(std::string_view text, int flush) {
    // zlib reads it only, but its interface is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      const std::size_t size = out_.size();
      out_.resize(size + kDeflatedChunkBytes);
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data() + size);
      stream_.avail_out = kDeflatedChunkBytes;
      deflate(&stream_, flush);
      out_.resize(out_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_ = {};
  std::string out_;
};

std::string Gzip(std::string_view text) {
  Deflater deflater;
  deflater.Add(text);
  return deflater.Finish();
}

std::string ErrorText(int error) { return std::generic_category().message(error); }

// Returns the errno, or 0.
int WriteWhole(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  int error = 0;
  while (error == 0 && !bytes.empty()) {
    const ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  // Some file systems tell only now that they are full.
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

std::string RandomSalt() {
  std::string salt(kSaltBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) != 1) {
    throw std::runtime_error("no random numbers to be had from OpenSSL");
  }
  return salt;
}

// 1795461088.731
std::string FolderName(std::int64_t milliseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(milliseconds / 1000),
                static_cast<long long>(milliseconds % 1000));
  return text;
}

}  // namespace

class RecordingWriter::Impl {
 public:
  explicit Impl(std::string dir) : dir_(std::move(dir)), salt_(RandomSalt()) {}

  void Begin(Source source) {
    if (source == Source::kPods) return pods_body_.clear();
    DeflaterOf(source).emplace();
  }

  void Body(Source source, std::string_view chunk) {
    if (source == Source::kPods) {
      pods_body_ += chunk;
    } else {
      DeflaterOf(source)->Add(chunk);
    }
  }

  std::string End(Source source, bool is_good, double unix_seconds) {
    const std::string contents = TakeContents(source, is_good);
    const std::string file = RecordedFileName(source) + ".gz";
    std::int64_t& last = last_milliseconds_[static_cast<std::size_t>(source)];
    const std::int64_t now = std::llround(unix_seconds * 1000);
    last = std::max(last + 1, now);
    const std::string name = FolderName(last);
    const int error = Place(name, file, contents);
    if (error == 0) {
      bytes_ += contents.size();
      return "";
    }
    std::error_code ignored;
    std::filesystem::remove_all(dir_ + "/" + kUnfinished, ignored);
    return dir_ + "/" + name + "/" + file + ": cannot be written: " + ErrorText(error);
  }

  std::size_t bytes() const { return bytes_; }

 private:
  std::optional<Deflater>& DeflaterOf(Source source) {
    return deflaters_[static_cast<std::size_t>(source)];
  }

  // An empty file is a failed reading.
  std::string TakeContents(Source source, bool is_good) {
    if (source != Source::kPods) {
      std::string deflated = DeflaterOf(source)->Finish();
      DeflaterOf(source).reset();
      return is_good ? deflated : "";
    }
    const std::string body = std::exchange(pods_body_, {});
    const std::optional<std::string> redacted = is_good ? RedactPodList(body, salt_) : std::nullopt;
    return redacted ? Gzip(*redacted) : "";
  }

  // Returns the errno, or 0.
  int Place(const std::string& name, const std::string& file, std::string_view contents) const {
    const std::string folder = dir_ + "/" + name;
    const std::string unfinished = dir_ + "/" + kUnfinished;
    if (std::error_code error; std::filesystem::exists(folder, error)) {
      if (const int write_error = WriteWhole(unfinished, contents); write_error != 0) {
        return write_error;
      }
      return Rename(unfinished, folder + "/" + file);
    }
    if (mkdir(unfinished.c_str(), 0755) != 0) return errno;
    if (const int error = WriteWhole(unfinished + "/" + file, contents); error != 0) return error;
    return Rename(unfinished, folder);
  }

  static int Rename(const std::string& from, const std::string& to) {
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }

  const std::string dir_;
  const std::string salt_;  // never written
  std::array<std::optional<Deflater>, kAllSources.size()> deflaters_;
  std::string pods_body_;
  std::array<std::int64_t, kAllSources.size()> last_milliseconds_ = {};
  std::size_t bytes_ = 0;
};

RecordingWriter::RecordingWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingWriter::~RecordingWriter() = default;

RecordingWriterResult RecordingWriter::Create(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return {.writer = nullptr, .error = dir + ": cannot be made: " + error.message()};
  const bool is_empty = std::filesystem::is_empty(dir, error);
  if (error) return {.writer = nullptr, .error = dir + ": cannot be read: " + error.message()};
  if (!is_empty) {
    return {.writer = nullptr,
            .error = dir + ": is not empty: a recording needs a folder of its own"};
  }
  return {
      .writer = std::unique_ptr<RecordingWriter>(new RecordingWriter(std::make_unique<Impl>(dir))),
      .error = ""};
}

void RecordingWriter::Begin(Source source) { impl_->Begin(source); }
void RecordingWriter::Body(Source source, std::string_view chunk) { impl_->Body(source, chunk); }
std::string RecordingWriter::End(Source source, bool is_good, double unix_seconds) {
  return impl_->End(source, is_good, unix_seconds);
}
std::size_t RecordingWriter::bytes() const { return impl_->bytes(); }

}  // namespace podprobe

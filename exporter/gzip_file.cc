#include "exporter/gzip_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace podprobe {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

std::string ErrnoText(std::string_view what) {
  return std::string(what) + ": " + std::strerror(errno);
}

// Reads all of `from` into `to`.
bool CopyDescriptor(int from, int to) {
  std::vector<char> buffer(kChunkBytes);
  for (;;) {
    const ssize_t size = read(from, buffer.data(), buffer.size());
    if (size == 0) return true;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    for (ssize_t done = 0; done < size;) {
      const ssize_t written =
          write(to, buffer.data() + done, static_cast<std::size_t>(size - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      done += written;
    }
  }
}

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

void GzipFile::Closer::operator()(gzFile_s* file) const { gzclose(file); }

std::string GzipFile::OpenDescriptor(int descriptor) {
  if (descriptor < 0) return ErrnoText("cannot be opened");
  file_.reset(gzdopen(descriptor, "rb"));
  if (file_ == nullptr) {
    close(descriptor);
    return "zlib cannot be set up";
  }
  descriptor_ = descriptor;
  return "";
}

std::string GzipFile::Open(const std::string& path, int standard_input) {
  // A copy of standard input, since closing the file closes its descriptor.
  return OpenDescriptor(path == "-" ? dup(standard_input)
                                    : open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string GzipFile::Read(const std::function<void(std::string_view)>& on_chunk) {
  std::vector<char> buffer(kChunkBytes);
  for (;;) {
    errno = 0;
    const int size = gzread(file_.get(), buffer.data(), kChunkBytes);
    if (size > 0) {
      on_chunk(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
      continue;
    }
    int status = Z_OK;
    const char* const message = gzerror(file_.get(), &status);
    if (size == 0 && (status == Z_OK || status == Z_STREAM_END)) return "";
    if (status == Z_ERRNO) return ErrnoText("cannot be read");
    if (status == Z_BUF_ERROR) return "the gzip data ends too early";
    return std::string("the gzip data is broken: ") + message;
  }
}

std::string GzipFile::MakeRewindable() {
  // What zlib reads ahead does not matter: nothing has been read yet.
  begin_ = lseek(descriptor_, 0, SEEK_CUR);
  if (begin_ >= 0) return "";
  const std::unique_ptr<std::FILE, FileCloser> temporary(std::tmpfile());
  if (temporary == nullptr) return ErrnoText("no temporary file to keep the input in");
  const int copy = fileno(temporary.get());
  if (!CopyDescriptor(descriptor_, copy)) return ErrnoText("cannot be read");
  begin_ = lseek(copy, 0, SEEK_SET);
  if (begin_ < 0) return ErrnoText("cannot be read");
  return OpenDescriptor(dup(copy));
}

std::string GzipFile::Rewind() {
  // Opened anew: zlib does not rewind what it has found broken.
  const int again = dup(descriptor_);
  if (again >= 0 && lseek(again, begin_, SEEK_SET) < 0) {
    std::string error = ErrnoText("cannot be read a second time");
    close(again);
    return error;
  }
  return OpenDescriptor(again);
}

}  // namespace podprobe

#include "exporter/kubelet/inflater.h"

#include <zlib.h>

#include <cassert>
#include <limits>
#include <new>

namespace podprobe {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;
// 15 bits of window, and 16 to insist on gzip's header.
constexpr int kGzipWindowBits = 15 + 16;

}  // namespace

class Inflater::Impl {
 public:
  Impl() {
    if (inflateInit2(&stream_, kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  }
  ~Impl() { inflateEnd(&stream_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string Feed(std::string_view input, const Take& take) {
    assert(input.size() <= std::numeric_limits<uInt>::max());
    // zlib reads it only, but its interface is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      if (is_member_whole_ && stream_.avail_in > 0 && inflateReset(&stream_) == Z_OK) {
        is_member_whole_ = false;
      }
      if (is_member_whole_) break;
      stream_.next_out = output_.get();
      stream_.avail_out = kChunkBytes;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return stream_.msg != nullptr ? stream_.msg : zError(code);
      }
      is_member_whole_ = code == Z_STREAM_END;
      const std::size_t count = kChunkBytes - stream_.avail_out;
      if (count > 0 && !take({reinterpret_cast<const char*>(output_.get()), count})) return "";
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return "";
  }

  bool is_member_whole() const { return is_member_whole_; }

 private:
  z_stream stream_ = {};
  std::unique_ptr<Bytef[]> output_ = std::make_unique<Bytef[]>(kChunkBytes);
  bool is_member_whole_ = false;
};

Inflater::Inflater() : impl_(std::make_unique<Impl>()) {}
Inflater::~Inflater() = default;

std::string Inflater::Feed(std::string_view input, const Take& take) {
  return impl_->Feed(input, take);
}
bool Inflater::is_whole() const { return impl_->is_member_whole(); }

}  // namespace podprobe

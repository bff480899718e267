#include "exporter/kubelet/client.h"

#include <curl/curl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "exporter/kubelet/curl_handles.h"
#include "exporter/kubelet/failure.h"
#include "exporter/kubelet/transfer.h"

namespace podprobe {
namespace {

constexpr double kLongestPollSeconds = 3600;

class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~EventFd() { close(fd_); }
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  int fd() const { return fd_; }

  void Raise() const {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is raised anyway.
    [[maybe_unused]] const ssize_t size = write(fd_, &one, sizeof one);
  }
  void Lower() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(fd_, &count, sizeof count);
  }

 private:
  int fd_;
};

}  // namespace

class Client::Impl {
 public:
  explicit Impl(const TakeBody& take_body) {
    // Thread-safe in Debian's libcurl, and without effect from the second call on.
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::bad_alloc();
    for (const Source source : kAllSources) {
      Of(source).transfer = std::make_unique<Transfer>(
          [take_body, source](std::string_view piece) { take_body(source, piece); });
    }
  }

  ~Impl() {
    for (const Source source : kAllSources) Detach(source);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start(const Request& request) {
    Reading& reading = Of(request.source);
    assert(!reading.is_running);
    Failure failure = reading.transfer->Prepare(request);
    if (failure.error == ReadingError::kNone) {
      const CURLMcode added = curl_multi_add_handle(multi_.get(), reading.transfer->handle());
      if (added == CURLM_OK) {
        reading.is_running = true;
        return;
      }
      failure = ExplainSetUp(request, curl_multi_strerror(added));
    }
    Finish(*reading.transfer, std::move(failure));
  }

  void GiveUp(Source source) {
    if (!Of(source).is_running) return;
    const Transfer& transfer = *Of(source).transfer;
    Failure failure = transfer.JudgeLate();
    Detach(source);
    Finish(transfer, std::move(failure));
  }

  void Drop(Source source) {
    Detach(source);
    std::erase_if(finished_, [source](const Finished& one) { return one.source == source; });
  }

  std::vector<Finished> Poll(double wait_seconds) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    CollectFinished();
    if (finished_.empty()) {
      Wait(wait_seconds);
      curl_multi_perform(multi_.get(), &running);
      CollectFinished();
    }
    return std::exchange(finished_, {});
  }

  void Wake() { wake_.Raise(); }

 private:
  struct Reading {
    std::unique_ptr<Transfer> transfer;
    bool is_running = false;
  };

  Reading& Of(Source source) { return readings_[static_cast<std::size_t>(source)]; }

  void Wait(double wait_seconds) {
    const double seconds = std::clamp(wait_seconds, 0.0, kLongestPollSeconds);
    curl_waitfd wake = {.fd = wake_.fd(), .events = CURL_WAIT_POLLIN, .revents = 0};
    // Rounded up: a wait that ends just before its time would be a busy loop.
    curl_multi_poll(multi_.get(), &wake, 1, static_cast<int>(std::ceil(seconds * 1000)), nullptr);
    wake_.Lower();
  }

  void CollectFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const Transfer& transfer = Transfer::Of(message->easy_handle);
      Failure failure = transfer.Judge(message->data.result);
      // The message is gone with this.
      Detach(transfer.request().source);
      Finish(transfer, std::move(failure));
    }
  }

  void Detach(Source source) {
    Reading& reading = Of(source);
    if (!reading.is_running) return;
    curl_multi_remove_handle(multi_.get(), reading.transfer->handle());
    reading.is_running = false;
  }

  void Finish(const Transfer& transfer, Failure failure) {
    Finished finished;
    finished.source = transfer.request().source;
    finished.result.error = failure.error;
    finished.result.message = std::move(failure.message);
    finished.result.body_bytes = transfer.body_bytes();
    finished_.push_back(std::move(finished));
  }

  // Before the multi handle: their handshakes' witnesses must outlive the connections in it.
  std::array<Reading, kAllSources.size()> readings_;
  CurlMulti multi_;
  EventFd wake_;
  std::vector<Finished> finished_;
};

Client::Client(const TakeBody& take_body) : impl_(std::make_unique<Impl>(take_body)) {}
Client::~Client() = default;

void Client::Start(const Request& request) { impl_->Start(request); }
void Client::GiveUp(Source source) { impl_->GiveUp(source); }
void Client::Drop(Source source) { impl_->Drop(source); }
std::vector<Client::Finished> Client::Poll(double wait_seconds) {
  return impl_->Poll(wait_seconds);
}
void Client::Wake() { impl_->Wake(); }

}  // namespace podprobe

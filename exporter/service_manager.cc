#include "exporter/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace podprobe {
namespace {

constexpr double kMostTickSeconds = 1;

double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

double WatchdogSeconds() {
  const std::string pid = Environment("WATCHDOG_PID");
  if (!pid.empty() && ParseNumber(pid) != static_cast<std::uint64_t>(getpid())) return 0;
  constexpr double kMicrosecondsPerSecond = 1e6;
  return static_cast<double>(ParseNumber(Environment("WATCHDOG_USEC")).value_or(0)) /
         kMicrosecondsPerSecond;
}

struct SocketAddress {
  sockaddr_un address = {};
  socklen_t length = 0;  // 0: there is no such address
};

SocketAddress AddressOf(std::string_view name) {
  SocketAddress result;
  const bool is_abstract = name.starts_with('@');
  if (!is_abstract && !name.starts_with('/')) return result;
  if (name.size() >= sizeof result.address.sun_path) return result;
  result.address.sun_family = AF_UNIX;
  std::memcpy(result.address.sun_path, name.data(), name.size());
  if (is_abstract) result.address.sun_path[0] = '\0';
  result.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return result;
}

// Returns 0, or errno.
int Send(int fd, const std::string& socket_name, std::string_view message) {
  const SocketAddress to = AddressOf(socket_name);
  if (to.length == 0) return EAFNOSUPPORT;
  const ssize_t sent = sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&to.address), to.length);
  return sent == -1 ? errno : 0;
}

// systemd tells by it which of two reloads this is about.
std::string MonotonicMicroseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

ServiceManager::Options ServiceManager::OptionsFromEnvironment(
    std::function<void(const std::string&)> on_error) {
  return {.socket = Environment("NOTIFY_SOCKET"),
          .watchdog_seconds = WatchdogSeconds(),
          .steady_seconds = SteadySeconds,
          .on_error = std::move(on_error)};
}

ServiceManager::ServiceManager(Options options) : options_(std::move(options)) {
  if (options_.socket.empty()) return;
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ == -1) Report(errno);
}

ServiceManager::~ServiceManager() {
  if (fd_ != -1) close(fd_);
}

double ServiceManager::tick_seconds() const {
  // Twice in the half of it after which a sign of life is due.
  const double watchdog = options_.watchdog_seconds;
  return watchdog > 0 ? std::min(kMostTickSeconds, watchdog / 4) : kMostTickSeconds;
}

void ServiceManager::Ready() {
  is_ready_ = true;
  Say("READY=1\n");
}

void ServiceManager::Reloading() {
  if (is_ready_) Say("RELOADING=1\nMONOTONIC_USEC=" + MonotonicMicroseconds() + "\n");
}

void ServiceManager::Reloaded() {
  if (is_ready_) Ready();
}

void ServiceManager::Stopping() { Say("STOPPING=1\n"); }

void ServiceManager::Status(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (line == status_) return;
  status_ = std::move(line);
  is_status_new_ = true;
  Flush();
}

void ServiceManager::Tick() {
  if (options_.watchdog_seconds > 0) {
    const double next_tick = options_.steady_seconds() + tick_seconds();
    if (next_tick - last_sign_seconds_ >= options_.watchdog_seconds / 2) is_sign_due_ = true;
  }
  Flush();
}

void ServiceManager::Say(std::string_view state) {
  state_ = state;
  Flush();
}

void ServiceManager::Report(int error) {
  if (std::exchange(is_failing_, true) || !options_.on_error) return;
  options_.on_error("cannot tell the service manager how the exporter is: NOTIFY_SOCKET \"" +
                    options_.socket + "\": " + std::strerror(error));
}

void ServiceManager::Flush() {
  if (fd_ == -1) return;
  std::string message = state_;
  if (is_status_new_) message += "STATUS=" + status_ + "\n";
  if (is_sign_due_) message += "WATCHDOG=1\n";
  if (message.empty()) return;
  if (const int error = Send(fd_, options_.socket, message); error != 0) return Report(error);
  is_failing_ = false;
  if (is_sign_due_) last_sign_seconds_ = options_.steady_seconds();
  state_.clear();
  is_status_new_ = false;
  is_sign_due_ = false;
}

}  // namespace podprobe

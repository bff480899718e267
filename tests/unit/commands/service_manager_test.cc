#include "exporter/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace podprobe {
namespace {

// The manager's end: a bound datagram socket, and what came to it.
class Listener {
 public:
  // `name` as in $NOTIFY_SOCKET.
  explicit Listener(const std::string& name)
      : path_(name.starts_with('/') ? name : ""),
        fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (path_.empty()) address.sun_path[0] = '\0';
    const std::size_t length = offsetof(sockaddr_un, sun_path) + name.size();
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(length)), 0);
  }
  ~Listener() {
    close(fd_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // All that has come, in order; the time of a reload as T.
  std::vector<std::string> Take() {
    std::vector<std::string> messages;
    char buffer[4096];
    for (;;) {
      const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
      if (size < 0) return messages;
      std::string message(buffer, static_cast<std::size_t>(size));
      const std::string key = "MONOTONIC_USEC=";
      if (const std::size_t at = message.find(key); at != std::string::npos) {
        const std::size_t digits = at + key.size();
        const std::size_t end = message.find('\n', digits);
        EXPECT_GT(std::stoll(message.substr(digits, end - digits)), 0);
        message.replace(digits, end - digits, "T");
      }
      messages.push_back(message);
    }
  }

 private:
  const std::string path_;
  const int fd_;
};

using Messages = std::vector<std::string>;

class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManager::Options To(const std::string& socket, double watchdog_seconds = 0) {
    return {.socket = socket,
            .watchdog_seconds = watchdog_seconds,
            .steady_seconds = [this] { return now_; },
            .on_error = [this](const std::string& message) { errors_.push_back(message); }};
  }

  const std::string path_ =
      testing::TempDir() + "podprobe-notify-" + std::to_string(getpid()) + ".sock";
  double now_ = 1000;
  Messages errors_;
};

TEST_F(ServiceManagerTest, TellsALifeFromStartToEnd) {
  for (const std::string& socket : {path_, "@" + path_}) {
    Listener listener(socket);
    ServiceManager manager(To(socket));
    manager.Status("waiting");
    manager.Tick();
    EXPECT_EQ(listener.Take(), Messages{"STATUS=waiting\n"}) << socket;
    manager.Status("reading");
    manager.Status("reading");
    manager.Ready();
    EXPECT_EQ(listener.Take(), (Messages{"STATUS=reading\n", "READY=1\n"})) << socket;
    manager.Reloading();
    manager.Reloaded();
    manager.Stopping();
    EXPECT_EQ(listener.Take(),
              (Messages{"RELOADING=1\nMONOTONIC_USEC=T\n", "READY=1\n", "STOPPING=1\n"}))
        << socket;
  }
  EXPECT_EQ(errors_, Messages{});
}

TEST_F(ServiceManagerTest, ReloadBeforeTheFirstPageDoesNotEndTheStart) {
  Listener listener(path_);
  ServiceManager manager(To(path_));
  manager.Reloading();
  manager.Reloaded();
  EXPECT_EQ(listener.Take(), Messages{});
}

TEST_F(ServiceManagerTest, StatusIsOneLine) {
  Listener listener(path_);
  ServiceManager manager(To(path_));
  manager.Status("a\nREADY=1\tb");
  EXPECT_EQ(listener.Take(), Messages{"STATUS=a READY=1 b\n"});
}

TEST_F(ServiceManagerTest, SignsOfLifeComeByHalfOfTheWatchdogsTimeAndOnlyWithTicks) {
  Listener listener(path_);
  ServiceManager manager(To(path_, 30));
  EXPECT_EQ(manager.tick_seconds(), 1);
  manager.Tick();
  EXPECT_EQ(listener.Take(), Messages{"WATCHDOG=1\n"});
  double last_sign = now_;
  for (int tick = 0; tick < 100; ++tick) {
    now_ += 1;
    manager.Tick();
    if (listener.Take().empty()) continue;
    EXPECT_EQ(now_ - last_sign, 14);
    last_sign = now_;
  }
  EXPECT_GE(last_sign, now_ - 15);
  // Stuck: whatever else is said, that is no sign of life.
  now_ += 60;
  manager.Status("x");
  manager.Ready();
  EXPECT_EQ(listener.Take(), (Messages{"STATUS=x\n", "READY=1\n"}));
}

TEST_F(ServiceManagerTest, ShortWatchdogMakesTheLoopTickOften) {
  Listener listener(path_);
  ServiceManager manager(To(path_, 1));
  EXPECT_EQ(manager.tick_seconds(), 0.25);
  int signs = 0;
  for (int tick = 0; tick < 40; ++tick, now_ += 0.25) {
    manager.Tick();
    signs += static_cast<int>(listener.Take().size());
  }
  EXPECT_GE(signs, 20);
}

TEST_F(ServiceManagerTest, NoWatchdogNoSigns) {
  Listener listener(path_);
  ServiceManager manager(To(path_));
  manager.Tick();
  EXPECT_EQ(listener.Take(), Messages{});
}

TEST_F(ServiceManagerTest, WhatCouldNotBeSaidIsSaidLaterAndReportedOnce) {
  ServiceManager manager(To(path_, 30));
  manager.Ready();
  manager.Status("one");
  manager.Status("two");
  manager.Tick();
  EXPECT_EQ(errors_, Messages{"cannot tell the service manager how the exporter is: NOTIFY_SOCKET "
                              "\"" +
                              path_ + "\": No such file or directory"});
  Listener listener(path_);
  manager.Tick();
  EXPECT_EQ(listener.Take(), Messages{"READY=1\nSTATUS=two\nWATCHDOG=1\n"});
  manager.Tick();
  EXPECT_EQ(listener.Take(), Messages{});
  EXPECT_EQ(errors_.size(), 1);
}

TEST_F(ServiceManagerTest, FullSocketHoldsNothingUp) {
  Listener listener(path_);
  ServiceManager manager(To(path_));
  constexpr int kMoreThanASocketHolds = 10'000;
  for (int i = 0; i < kMoreThanASocketHolds; ++i) manager.Status("status " + std::to_string(i));
  EXPECT_EQ(errors_.size(), 1);
  listener.Take();
  manager.Tick();
  EXPECT_EQ(listener.Take(), Messages{"STATUS=status 9999\n"});
}

TEST_F(ServiceManagerTest, AddressThatIsNoneIsReported) {
  for (const std::string& socket : {std::string("vsock:2:1234"), "/" + std::string(200, 'x')}) {
    errors_.clear();
    ServiceManager manager(To(socket));
    manager.Ready();
    EXPECT_EQ(errors_.size(), 1) << socket;
  }
}

TEST_F(ServiceManagerTest, WithoutASocketThereIsNothingToSay) {
  ServiceManager manager(To("", 30));
  manager.Status("x");
  manager.Ready();
  manager.Tick();
  EXPECT_EQ(errors_, Messages{});
}

TEST_F(ServiceManagerTest, EnvironmentTellsSocketAndWatchdog) {
  struct Case {
    const char* usec;
    std::string pid;
    double want_seconds;
  };
  setenv("NOTIFY_SOCKET", "@x", 1);
  const std::string own_pid = std::to_string(getpid());
  for (const Case& c : {Case{"30000000", own_pid, 30}, Case{"500000", "", 0.5},
                        Case{"30000000", "1", 0}, Case{"soon", own_pid, 0}, Case{"", "", 0}}) {
    setenv("WATCHDOG_USEC", c.usec, 1);
    setenv("WATCHDOG_PID", c.pid.c_str(), 1);
    const ServiceManager::Options options = ServiceManager::OptionsFromEnvironment({});
    EXPECT_EQ(options.socket, "@x");
    EXPECT_EQ(options.watchdog_seconds, c.want_seconds) << c.usec << ' ' << c.pid;
  }
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  EXPECT_EQ(ServiceManager::OptionsFromEnvironment({}).socket, "");
}

}  // namespace
}  // namespace podprobe

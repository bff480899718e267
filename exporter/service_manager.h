#ifndef PODPROBE_EXPORTER_SERVICE_MANAGER_H_
#define PODPROBE_EXPORTER_SERVICE_MANAGER_H_

#include <functional>
#include <string>
#include <string_view>

namespace podprobe {

// Tells the service manager that started us how we are, as sd_notify(3) describes it for systemd's
// Type=notify: datagrams to $NOTIFY_SOCKET. Says nothing where nobody asked. For one thread.
//
//   ServiceManager manager(ServiceManager::OptionsFromEnvironment(log_error));
//   manager.Tick();                    // each time the reading loop comes round
//   manager.Status("reading …");       // may change at any time
//   manager.Ready();                   // the first page stands
//   manager.Reloading(); …; manager.Reloaded();
//   manager.Stopping();
//
// No call waits: what the socket does not take now is said with the next call, and of several
// states only the last.
class ServiceManager {
 public:
  struct Options {
    // A path, or @name for an abstract socket. Empty: nobody asked.
    std::string socket = {};
    // We are taken for hung after so long without a sign of life. 0: there is no watchdog.
    double watchdog_seconds = 0;
    // A clock that only goes forward; tests give their own.
    std::function<double()> steady_seconds = {};
    // Told once why the manager cannot be told anything, and again after it could.
    std::function<void(const std::string& message)> on_error = {};
  };
  static Options OptionsFromEnvironment(std::function<void(const std::string&)> on_error);

  explicit ServiceManager(Options options);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // How often Tick must be called for the watchdog's sake, at most a second.
  double tick_seconds() const;

  void Ready();
  // Before Ready both say nothing: that is still the start.
  void Reloading();
  void Reloaded();
  void Stopping();
  // One line for people, as `systemctl status` shows it.
  void Status(std::string_view text);
  // A sign of life where half of the watchdog's time is over before the next call.
  void Tick();

 private:
  void Say(std::string_view state);
  void Flush();
  void Report(int error);

  const Options options_;
  int fd_ = -1;  // -1: nobody asked
  bool is_ready_ = false;
  bool is_failing_ = false;
  double last_sign_seconds_ = 0;
  // What is still to be said.
  std::string state_;
  std::string status_;
  bool is_status_new_ = false;
  bool is_sign_due_ = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_SERVICE_MANAGER_H_

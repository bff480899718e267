#ifndef PODPROBE_EXPORTER_WEB_BASIC_AUTH_H_
#define PODPROBE_EXPORTER_WEB_BASIC_AUTH_H_

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// Who may come in, by name and password (RFC 7617) against bcrypt hashes.
//
// bcrypt is slow by design, so a name and password that were right are remembered by a keyed
// digest, one hash is worked out at a time, few may wait for it, and after a wrong one there is
// a pause: guessing cannot burn the CPU, and does not touch those who are known. A name that
// does not exist costs what one that does costs. Safe from any thread.
class BasicAuth {
 public:
  enum class Verdict { kAllowed, kRefused, kBusy };

  // `users`: name to bcrypt hash. The clock only goes forward; empty: the system's.
  explicit BasicAuth(std::map<std::string, std::string> users,
                     std::function<double()> steady_seconds = {});

  // `authorization`: that header, empty where there is none.
  Verdict Check(std::string_view authorization);

 private:
  using Digest = std::array<unsigned char, 32>;

  Digest DigestOf(const std::string& user, const std::string& password) const;
  bool IsKnown(const Digest& digest) const;
  void Remember(const Digest& digest);
  Verdict CheckSlowly(const std::string& user, const std::string& password, const Digest& digest);

  const std::map<std::string, std::string> users_;
  const std::function<double()> steady_seconds_;
  Digest key_{};
  std::mutex one_at_a_time_;  // held while a hash is worked out
  double pause_until_ = 0;    // guarded by one_at_a_time_
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Digest> known_;
  int waiting_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_BASIC_AUTH_H_

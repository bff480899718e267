#ifndef PODPROBE_EXPORTER_WEB_WEB_ACCESS_H_
#define PODPROBE_EXPORTER_WEB_WEB_ACCESS_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/web_config.h"
#include "exporter/web/basic_auth.h"
#include "exporter/web/http_message.h"

namespace podprobe {

// Who may come in, and which headers answers carry, as --web.config.file says it now: the file is
// looked at again with every request. What is wrong with a changed file is told once, and what
// counted before stays in force. A door that was shut at the start is never opened while the
// program runs: a file without users, which may be half written, counts from the next start on.
// Safe from any thread.
class WebAccess {
 public:
  struct Rules {
    std::map<std::string, std::string> user_headers;  // the file's
    std::vector<HttpHeader> safety_headers;           // those of every answer, the file's included
    std::shared_ptr<BasicAuth> basic_auth;            // null: open to all
  };

  struct Options {
    std::string file;      // empty: nothing changes
    WebFileConfig loaded;  // what it said at the start
    // Told why a changed file is not in force, or a part of it. May be empty.
    std::function<void(std::string_view message)> on_error = {};
    // Told when a changed file is in force. May be empty.
    std::function<void()> on_change = {};
    // A clock that only goes forward; empty: the system's. Tests give their own.
    std::function<double()> steady_seconds = {};
  };

  explicit WebAccess(Options options);

  // What counts now, after a look at the file.
  std::shared_ptr<const Rules> Current();
  // What counted at the last look.
  std::shared_ptr<const Rules> Last() const;

 private:
  void LoadAgain();
  void Tell(const std::string& message);

  const Options options_;
  std::mutex loading_mutex_;  // held by who looks at the file; guards what follows
  WebFileConfig config_;      // in force
  std::string signature_;
  bool is_broken_ = false;          // the file as it was last seen
  double retry_at_ = 0;             // a broken one
  std::string told_;                // the last problem
  mutable std::mutex rules_mutex_;  // guards rules_
  std::shared_ptr<const Rules> rules_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_WEB_ACCESS_H_

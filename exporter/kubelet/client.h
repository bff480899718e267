#ifndef PODPROBE_EXPORTER_KUBELET_CLIENT_H_
#define PODPROBE_EXPORTER_KUBELET_CLIENT_H_

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/request.h"
#include "exporter/kubelet/source.h"

namespace podprobe {

// Reads pages over HTTP, several at once in one thread, one per source:
//
//   Client client(take_body);
//   client.Start({.source = Source::kProbes, .target = &target, …});
//   while (…) for (const Finished& finished : client.Poll(wait_seconds)) …
//
// Keeps connections alive between readings; speaks HTTP/1.1 alone. Plain GETs;
// follows no redirect; uses no proxy, whatever the environment says: the kubelet
// is next door. Every new connection reads CA, certificate and key anew and
// verifies in full; every request reads the token anew. Knows no clock: who
// starts a reading watches its time and gives it up.
class Client {
 public:
  // Takes the body of an answer with status 200 as it arrives, during Poll.
  using TakeBody = std::function<void(Source source, std::string_view chunk)>;

  struct Finished {
    Source source = Source::kProbes;
    ReadingResult result;  // without the duration
  };

  explicit Client(const TakeBody& take_body);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // One reading per source at a time; not from within TakeBody.
  void Start(const Request& request);
  // Ends a reading as timed out; the next Poll returns it.
  void GiveUp(Source source);

  // Ends a reading, if there is one, as if it had never begun.
  void Drop(Source source);

  // Waits for the network, for Wake, or until `wait_seconds` are over, does what can be done and
  // returns the readings that came to an end.
  std::vector<Finished> Poll(double wait_seconds);

  // Ends a Poll's waiting, or the next one's. From any thread or signal handler.
  void Wake();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_CLIENT_H_

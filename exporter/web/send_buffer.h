#ifndef PODPROBE_EXPORTER_WEB_SEND_BUFFER_H_
#define PODPROBE_EXPORTER_WEB_SEND_BUFFER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace podprobe {

// Gathers the parts of an answer so that small ones leave together: each piece sent costs a system
// call and, with TLS, a record, and wakes the client. Most of a large part is sent from where it
// stands.
//
//   SendBuffer buffer(send);
//   buffer.Add(head);
//   buffer.Add(body);
//   const bool is_sent = buffer.Flush();
class SendBuffer {
 public:
  // What is gathered at the most; the largest piece handed over.
  static constexpr std::size_t kGatheredBytes = 16 << 10;
  static constexpr std::size_t kPieceBytes = 64 << 10;

  // Sends a piece; false: it could not, and there are no further calls.
  using Sender = std::function<bool(std::string_view piece)>;

  explicit SendBuffer(Sender send) : send_(std::move(send)) {}

  void Add(std::string_view part);
  // Sends what is left. Returns whether all was sent.
  bool Flush();

 private:
  void Send(std::string_view piece);

  const Sender send_;
  std::string gathered_;
  bool is_sent_ = true;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_SEND_BUFFER_H_

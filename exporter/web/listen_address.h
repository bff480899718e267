#ifndef PODPROBE_EXPORTER_WEB_LISTEN_ADDRESS_H_
#define PODPROBE_EXPORTER_WEB_LISTEN_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podprobe {

// Where to listen, as the flags write it: ":9714" (all interfaces),
// "127.0.0.1:9714", "localhost:0" (any free port), "[::1]:9714".
struct ListenAddress {
  std::string host;  // empty: all interfaces; an IPv6 address without its brackets
  std::uint16_t port = 0;
  bool is_ipv6 = false;

  std::string ToString() const;
  // Where somebody on this machine opens it: all interfaces become the loopback one.
  std::string ToOpen() const;
};

struct ListenAddressResult {
  std::optional<ListenAddress> address;  // absent on error
  std::string error;                     // a sentence that names the text
};

ListenAddressResult ParseListenAddress(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_LISTEN_ADDRESS_H_

#include "exporter/web/listen_address.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace podprobe {
namespace {

ListenAddressResult Error(std::string_view text, std::string_view what) {
  return {.address = std::nullopt,
          .error = "listen address \"" + std::string(text) + "\": " + std::string(what)};
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// Letters, digits, '-' and '.': what a name or an IPv4 address is made of. Anything
// else, a comma above all, would mean something to the server's own syntax.
bool IsHostByte(char byte) {
  return ('a' <= byte && byte <= 'z') || ('A' <= byte && byte <= 'Z') ||
         ('0' <= byte && byte <= '9') || byte == '-' || byte == '.';
}

bool IsIpv6Byte(char byte) {
  return ('a' <= byte && byte <= 'f') || ('A' <= byte && byte <= 'F') ||
         ('0' <= byte && byte <= '9') || byte == ':' || byte == '.';
}

}  // namespace

std::string ListenAddress::ToString() const {
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ListenAddress::ToOpen() const {
  ListenAddress local = *this;
  if (host.empty() || host == "0.0.0.0") local.host = "127.0.0.1";
  if (host == "::") local.host = "::1";
  return local.ToString();
}

ListenAddressResult ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Error(text, "has no port; write HOST:PORT, or :PORT for all interfaces");
  }
  std::string_view host = text.substr(0, colon);
  const bool is_ipv6 = host.starts_with('[') && host.ends_with(']');
  if (is_ipv6) host = host.substr(1, host.size() - 2);
  if (!is_ipv6 && host.find(':') != std::string_view::npos) {
    return Error(text, "write an IPv6 address in brackets, as in [::1]:9714");
  }
  const bool is_host = is_ipv6 ? !host.empty() && std::ranges::all_of(host, IsIpv6Byte)
                               : std::ranges::all_of(host, IsHostByte);
  if (!is_host) return Error(text, "the part before the port is no address and no name");
  const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port) return Error(text, "the port is not a number from 0 to 65535");
  return {.address = ListenAddress{.host = std::string(host), .port = *port, .is_ipv6 = is_ipv6},
          .error = ""};
}

}  // namespace podprobe

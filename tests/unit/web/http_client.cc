#include "tests/unit/web/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace podprobe {
namespace {

int Connect(int port, IpVersion version) {
  sockaddr_in ip{};
  ip.sin_family = AF_INET;
  ip.sin_port = htons(static_cast<std::uint16_t>(port));
  ip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 ip6{};
  ip6.sin6_family = AF_INET6;
  ip6.sin6_port = ip.sin_port;
  ip6.sin6_addr = in6addr_loopback;
  const bool is_6 = version == IpVersion::k6;
  const int connection = socket(is_6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* address =
      is_6 ? reinterpret_cast<const sockaddr*>(&ip6) : reinterpret_cast<const sockaddr*>(&ip);
  const socklen_t bytes = is_6 ? sizeof(ip6) : sizeof(ip);
  if (connect(connection, address, bytes) == 0) return connection;
  close(connection);
  return -1;
}

void SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server may answer and close before it has read all
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

int RawAnswer::status() const {
  return head.size() < 12 ? 0 : std::atoi(head.substr(9, 3).c_str());
}

std::string RawAnswer::Header(std::string_view name) const {
  std::size_t line = head.find("\r\n");
  while (line != std::string::npos && line + 2 < head.size()) {
    line += 2;
    const std::size_t end = head.find("\r\n", line);
    const std::size_t colon = head.find(": ", line);
    if (colon < end && colon - line == name.size() &&
        strncasecmp(head.data() + line, name.data(), name.size()) == 0) {
      return head.substr(colon + 2, end - colon - 2);
    }
    line = end;
  }
  return "";
}

RawAnswer Exchange(int port, std::string_view request, IpVersion version) {
  const int connection = Connect(port, version);
  if (connection < 0) return {};
  SendAll(connection, request);
  std::string all;
  char buffer[16 * 1024];
  ssize_t bytes = 0;
  while ((bytes = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
    all.append(buffer, static_cast<std::size_t>(bytes));
  }
  close(connection);
  const std::size_t head_end = all.find("\r\n\r\n");
  if (head_end == std::string::npos) return {.head = all, .body = ""};
  return {.head = all.substr(0, head_end + 2), .body = all.substr(head_end + 4)};
}

RawAnswer Send(int port, std::string_view method, std::string_view path, std::string_view headers,
               std::string_view body) {
  std::string request(method);
  request.append(" ").append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(headers);
  if (!body.empty()) request.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
  return Exchange(port, request.append("\r\n").append(body));
}

RawAnswer Get(int port, std::string_view path, std::string_view headers) {
  return Send(port, "GET", path, headers);
}

}  // namespace podprobe

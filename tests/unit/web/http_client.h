#ifndef PODPROBE_TESTS_UNIT_WEB_HTTP_CLIENT_H_
#define PODPROBE_TESTS_UNIT_WEB_HTTP_CLIENT_H_

#include <string>
#include <string_view>

namespace podprobe {

// An answer as it came over the wire.
struct RawAnswer {
  std::string head;  // status line and headers, each with its \r\n
  std::string body;

  int status() const;
  // The value of a header; empty if there is none.
  std::string Header(std::string_view name) const;
};

// Sends these bytes to a port of the loopback interface and reads to the end of the
// connection. Everything is empty if there was no answer.
enum class IpVersion { k4, k6 };
RawAnswer Exchange(int port, std::string_view request, IpVersion version = IpVersion::k4);

// One request with more header lines, each ending in \r\n.
RawAnswer Send(int port, std::string_view method, std::string_view path,
               std::string_view headers = "", std::string_view body = "");
RawAnswer Get(int port, std::string_view path, std::string_view headers = "");

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_WEB_HTTP_CLIENT_H_

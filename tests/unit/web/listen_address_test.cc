#include "exporter/web/listen_address.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace podprobe {
namespace {

struct Case {
  const char* name;
  const char* text;
  const char* want;
};

constexpr Case kCases[] = {
    {"all interfaces", ":9714", ":9714"},
    {"IPv4", "127.0.0.1:9714", "127.0.0.1:9714"},
    {"name", "node-1.example:80", "node-1.example:80"},
    {"any free port", "localhost:0", "localhost:0"},
    {"last port", ":65535", ":65535"},
    {"IPv6", "[::1]:9714", "[::1]:9714 IPv6"},
    {"all interfaces IPv6", "[::]:9714", "[::]:9714 IPv6"},
    {"IPv6 without brackets", "::1:9714",
     "listen address \"::1:9714\": write an IPv6 address in brackets, as in [::1]:9714"},
    {"port alone", "9714",
     "listen address \"9714\": has no port; write HOST:PORT, or :PORT for all interfaces"},
    {"nothing", "",
     "listen address \"\": has no port; write HOST:PORT, or :PORT for all interfaces"},
    {"port too large", ":65536",
     "listen address \":65536\": the port is not a number from 0 to 65535"},
    {"no port after colon",
     "localhost:", "listen address \"localhost:\": the port is not a number from 0 to 65535"},
    {"TLS suffix of the server library", ":9714s",
     "listen address \":9714s\": the port is not a number from 0 to 65535"},
    {"two in one", ":1,localhost:2",
     "listen address \":1,localhost:2\": write an IPv6 address in brackets, as in [::1]:9714"},
    {"comma in a name", "a,b:2",
     "listen address \"a,b:2\": the part before the port is no address and no name"},
    {"empty brackets", "[]:1",
     "listen address \"[]:1\": the part before the port is no address and no name"},
    {"name in brackets", "[localhost]:1",
     "listen address \"[localhost]:1\": the part before the port is no address and no name"},
};

TEST(ListenAddress, IsReadOrRefusedInWords) {
  for (const Case& row : kCases) {
    const ListenAddressResult result = ParseListenAddress(row.text);
    const std::string got =
        result.address ? result.address->ToString() + (result.address->is_ipv6 ? " IPv6" : "")
                       : result.error;
    EXPECT_EQ(got, row.want) << row.name;
  }
}

TEST(ListenAddress, OfAllInterfacesTheLoopbackOneIsOpened) {
  constexpr std::pair<const char*, const char*> kRows[] = {
      {":1", "127.0.0.1:1"},  {"0.0.0.0:1", "127.0.0.1:1"}, {"[::]:1", "[::1]:1"},
      {"[::2]:1", "[::2]:1"}, {"node-1:1", "node-1:1"},
  };
  for (const auto& [text, want] : kRows) {
    EXPECT_EQ(ParseListenAddress(text).address.value().ToOpen(), want);
  }
}

}  // namespace
}  // namespace podprobe

#include "exporter/status_line.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(StatusLine, NamesWhatIsReadAndWhatFails) {
  Snapshot snapshot;
  EXPECT_EQ(StatusLine(snapshot, "https://10.0.0.7:10250", false),
            "reading https://10.0.0.7:10250");
  snapshot.sources = {{.source = "probes", .is_up = true}, {.source = "resource", .is_up = true}};
  EXPECT_EQ(StatusLine(snapshot, "https://10.0.0.7:10250", false),
            "reading https://10.0.0.7:10250: probes, resource");
  snapshot.sources.push_back({.source = "pods"});
  EXPECT_EQ(
      StatusLine(snapshot, "https://10.0.0.7:10250", true),
      "reading https://10.0.0.7:10250: probes, resource; failing: pods (podprobe-exporter check "
      "says what mends it); the configuration file has problems, the old one is in force");
}

}  // namespace
}  // namespace podprobe

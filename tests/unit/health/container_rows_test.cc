// Whose row a row of /metrics/cadvisor is, where two pods share a name.

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

const std::string kHash = "0123456789abcdef0123456789abcdef";  // of a static pod
const std::string kUid = "01234567-89ab-cdef-0123-456789abcdef";

// What is told of the pod of `uid`, which uses half of its memory by the row of `own_id`, after a
// row that began later, of another cgroup, with nine tenths.
std::string PageOf(const std::string& uid, const std::string& own_id, const std::string& other_id) {
  Story story;
  story.At(1000).Probes({{.successful = 9, .uid = uid}}).Pods({{.uid = uid, .probes = "R"}});
  const auto row = [](const std::string& id, double start, double bytes) {
    return ContainerRow{.pod_namespace = "shop",
                        .pod = "web",
                        .container = "app",
                        .id = id,
                        .start_unix_seconds = start,
                        .working_set_bytes = bytes,
                        .memory_limit_bytes = 100};
  };
  const Instant now = {.unix_seconds = 1005, .steady_seconds = 1005};
  story.At(1005).engine().OnCadvisor({.rows = {row(own_id, 900, 50), row(other_id, 950, 90)}},
                                     {.begun = now, .ended = now});
  story.At(1010).Probes({{.successful = 9, .failed = 1, .uid = uid}});
  return story.Page("evidence");
}

TEST(ContainerRows, AreOfThePodThatTheirCgroupNames) {
  const std::string systemd_uid = "01234567_89ab_cdef_0123_456789abcdef";
  const std::string own = "web Readiness memory_limit=0.5\n";
  const std::string younger = "web Readiness memory_limit=0.9\n";
  const struct {
    std::string name;
    std::string uid;
    std::string own_id;
    std::string other_id;
    std::string want;
  } cases[] = {
      {"another static pod's", kHash, "/kubepods/pod" + kHash + "/a",
       "/kubepods/pod1123456789abcdef0123456789abcdef/b", own},
      {"its own, by a hash", kHash, "/kubepods/pod" + kHash + "/a", "/kubepods/pod" + kHash + "/b",
       younger},
      {"its own, under systemd", kUid, "/kubepods/pod" + kUid + "/a",
       "/kubepods.slice/kubepods-pod" + systemd_uid + ".slice/b", younger},
      {"another one's, under systemd", kUid, "/kubepods/pod" + kUid + "/a",
       "/kubepods.slice/kubepods-pod11234567_89ab_cdef_0123_456789abcdef.slice/b", own},
      {"a dash in the place of another sign", kHash, "/kubepods/pod" + kHash + "/a",
       "/kubepods/pod-123456789abcdef0123456789abcdef/b", own},
      {"31 signs are no uid", kUid, "/kubepods/pod" + kUid + "/a",
       "/kubepods/pod123456789abcdef0123456789abcdef/b", younger},
      {"32 others are none", kUid, "/kubepods/pod" + kUid + "/a",
       "/kubepods/pod" + std::string(32, 'g') + "/b", younger},
      {"no pod at all", kUid, "/kubepods/pod" + kUid + "/a", "/b", younger},
  };
  for (const auto& c : cases) EXPECT_EQ(PageOf(c.uid, c.own_id, c.other_id), c.want) << c.name;
}

TEST(ContainerRows, TheWorkingSetOfARowThatAPageWithABadLineLacksIsKept) {
  Story story;
  const Instant now = {.unix_seconds = 1001, .steady_seconds = 1001};
  const ContainerRow row = {
      .pod_namespace = "shop", .pod = "web", .container = "app", .working_set_bytes = 90};
  story.Tell(R"(
    1000  pods      web probes=R since=500
    1000  probes    web Readiness 9/0
    1000  cadvisor  web limit=100
    1001  probes    web Readiness +0/+1 )");
  story.engine().OnResource({.rows = {row}}, {.begun = now, .ended = now});
  const std::string page = "web Readiness memory_limit=0.9\n";
  EXPECT_EQ(story.Page("evidence"), page);
  EXPECT_EQ(story.Tell("1005 resource web gone; bad").Page("evidence"), page);
  EXPECT_EQ(story.Tell("1010 resource bad").Page("evidence"), page);
  EXPECT_EQ(story.Tell("1015 resource web gone").Page("evidence"), "");
}

}  // namespace
}  // namespace podprobe

// For how long and how often a pod is unready, on the edges of the rules.

#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

TEST(Readiness, OfAPodThatNeverWasReadyCountsAfterItsGrace) {
  constexpr std::string_view kBefore = R"(
    1000  probes
    1000  pods    web probes=R begun=1000 down unready=1000 phase=Pending
  )";
  const PageCase cases[] = {
      {"at the end of its grace", "1290..1300/10 pods", "web unready 0/0\n"},
      {"after it", "1290..1300/10 pods\n 1300.5 pods", "web unready 0/0.5\n"},
      {"pending", "1290..1310/10 pods", "web unready 0/10\n"},
      {"running", "1010 pods web since=1005 phase=Running\n 1290..1310/10 pods",
       "web unready 0/10\n"},
      {"in no known phase", "1010 pods web phase=Unknown\n 1290..1310/10 pods",
       "web unready 0/0\n"},
      {"finished", "1290..1310/10 pods\n 1320 pods web phase=Succeeded", "web unready 0/10\n"},
      {"terminating", "1290..1310/10 pods\n 1320 pods web deleted", "web unready 0/10\n"},
      {"across a failed reading", "1290..1310/10 pods\n 1312 pods fail\n 1320..1330/10 pods",
       "web unready 0/20\n"},
      {"its begin is unknown", "1000 pods new probes=R down unready=1000\n 1290..1310/10 pods",
       "new unready 0/0\nweb unready 0/10\n"},
      {"without a readiness probe", "1000 pods new probes=L begun=900 down\n 1290..1310/10 pods",
       "web unready 0/10\n"},
  };
  ExpectPages("unready", kBefore, cases);
}

// It is ready; at 1100 the kubelet begins anew.
TEST(Readiness, AFlipOfAKubeletsFirstMinuteBlamesNobody) {
  constexpr std::string_view kBefore = R"(
    1000  probes   web Readiness 50/0
    1000  pods     web probes=R begun=500 since=500 ready=510
    1090  pods
    1100  kubelet
    1102  probes   web Readiness 1/0
    1103  pods
  )";
  const PageCase cases[] = {
      {"a minute after its start", "1160..1170/10 pods web unready=1160", "web unready 0/0\n"},
      {"a second later", "1160 pods\n 1170 pods web unready=1161", "web unready 1/9\n"},
      {"with its start", "1110..1120/10 pods web unready=1100", "web unready 0/0\n"},
      {"a second before", "1110..1120/10 pods web unready=1099", "web unready 1/17\n"},
      {"and ready again", R"(
        1110..1120/10 pods web unready=1105
        1130          pods web ready=1125
        1200..1210/10 pods web unready=1200 )",
       "web unready 1/10\n"},
  };
  ExpectPages("unready", kBefore, cases);
}

TEST(Readiness, ARestartOfTheContainerPausesNothing) {
  constexpr std::string_view kBefore = R"(
    1000  probes   web Readiness 50/0
    1000  pods     web probes=R begun=500 since=500 ready=510
    1010  pods     web unready=1005
  )";
  const PageCase cases[] = {
      {"down", "1020 pods web down ended=Error\n 1030 pods", "web unready 1/25\n"},
      {"another one", "1020 pods web id=2 since=1015 restarts=1 ended=Error\n 1030 pods",
       "web unready 1/25\n"},
  };
  ExpectPages("unready", kBefore, cases);
}

TEST(Readiness, AListThatFillsUpPausesNothing) {
  constexpr std::string_view kBefore = R"(
    1000  probes   web Readiness 50/0
    1000  pods     web probes=R begun=500 since=500 ready=510
    1010  pods     web unready=1005
  )";
  const PageCase cases[] = {
      {"it lacks the pod", R"(
        1015 kubelet
        1016 probes  web Readiness 0/1
        1020 pods    web gone
        1030 pods    web probes=R begun=500 since=500 unready=1005 )",
       "web unready 1/25\n"},
      {"a whole one lacks it", R"(
        1020 pods    web gone
        1030 pods    web probes=R begun=500 since=500 unready=1005 )",
       "web unready 1/5\n"},
  };
  ExpectPages("unready", kBefore, cases);
}

}  // namespace
}  // namespace podprobe

// Pods that share a name, come to it late, or have it cut.

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Names, APodIsHeldBackUntilItHasItsName) {
  Story story;
  story.At(0).Probes({}).Pods({});
  story.At(10).Probes({{.pod = "db-0", .successful = 2}}).Pods({});
  EXPECT_EQ(story.Page(), "");
  story.At(20).Probes({{.pod = "db-0", .successful = 3}}).Pods({{.name = "db-0", .owner = "db"}});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 0/0");
  story.At(95);
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 3/0");
}

TEST(Names, APodIsHeldBackAtMostThirtySeconds) {
  Story story;
  story.At(0).Probes({}).Pods({});
  story.At(10).Probes({{.pod = "db-0", .successful = 2}});
  EXPECT_EQ(story.At(39.9).Page(), "");
  EXPECT_EQ(story.At(40).Page(), "db-0 Readiness steady 0/0\n");
  EXPECT_EQ(story.At(115).Probes({{.pod = "db-0", .successful = 2}}).Page(),
            "db-0 Readiness steady 2/0\n");
}

TEST(Names, APodNamedLateBeginsAtZeroUnderItsName) {
  Story story;
  story.At(0).Probes({{.pod = "db-0", .successful = 5}});
  EXPECT_EQ(story.At(10).Probes({{.pod = "db-0", .successful = 7}}).Page(),
            "db-0 Readiness steady 2/0\n");
  story.At(20).Pods({{.name = "db-0", .owner = "db"}});
  EXPECT_EQ(story.Page(),
            "db-0 (statefulset db) Liveness steady 0/0\n"
            "db-0 (statefulset db) Readiness steady 0/0\n"
            "db-0 (statefulset db) Startup startup 0/0\n");
}

TEST(Names, PodsOfOneNameAddUpAndNeverFall) {
  Story story;
  const Row old_pod = {.pod = "db-0", .successful = 10, .uid = "old"};
  const Row new_pod = {.pod = "db-0", .successful = 2, .uid = "new"};
  const ListedPod old_listed = {.name = "db-0", .uid = "old", .owner = "db"};
  const ListedPod new_listed = {.name = "db-0", .uid = "new", .owner = "db"};
  story.At(0).Probes({{.pod = "db-0", .successful = 4, .uid = "old"}}).Pods({old_listed});
  story.At(10).Probes({old_pod}).Pods({old_listed});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 6/0");
  story.At(20).Probes({new_pod}).Pods({new_listed});
  EXPECT_EQ(story.Line("Readiness"), "Readiness steady 8/0");
  story.At(500).Probes({new_pod}).Pods({new_listed});
  EXPECT_EQ(story.Line("Readiness").substr(0, 20), "Readiness steady 8/0");
}

TEST(Names, OfTwoPodsOfOneNameTheYoungerSpeaks) {
  for (const bool is_greater : {false, true}) {
    const std::string old_uid = is_greater ? "a" : "b";
    const std::string new_uid = is_greater ? "b" : "a";
    Story story({.born_at_zero_seconds = 0});
    const ListedPod old_listed = {.name = "db-0", .uid = old_uid, .probes = "R"};
    const ListedPod new_listed = {.name = "db-0", .uid = new_uid, .probes = "R", .period = 20};
    const auto row = [](const std::string& uid, double successful, double failed) {
      return Row{.pod = "db-0", .successful = successful, .failed = failed, .uid = uid};
    };
    const auto read = [&](const Row& of_old, const Row& of_new) {
      story.Probes({of_old, of_new}).Pods({old_listed, new_listed});
      return story.Page("counts run state settings");
    };
    story.At(0).Probes({row(old_uid, 4, 0)}).Pods({old_listed});
    story.At(10);
    EXPECT_EQ(read(row(old_uid, 4, 2), row(new_uid, 2, 0)), "db-0 Readiness steady 4/2\n");
    story.At(20);
    EXPECT_EQ(read(row(old_uid, 5, 2), row(new_uid, 2, 1)),
              "db-0 Readiness steady 6/3 run=1 failing 20s/1s/3\n");
  }
}

TEST(Names, OfTwoPodsOfOneNameAndUnknownBirthTheOneThatStartedLaterSpeaks) {
  for (const double start_of_a : {1, 9}) {
    Story story;
    story.At(100).Probes({{.successful = 1, .uid = "a"}, {.successful = 1, .uid = "b"}});
    story.Pods({{.uid = "a", .ready = false, .probes = "R", .period = 20, .start_time = start_of_a},
                {.uid = "b", .ready = false, .probes = "R", .period = 30, .start_time = 5}});
    story.Probes({{.failed = 1, .uid = "a"}, {.failed = 1, .uid = "b"}});
    EXPECT_EQ(story.Page("settings"),
              start_of_a > 5 ? "web Readiness 20s/1s/3\n" : "web Readiness 30s/1s/3\n");
  }
}

TEST(Names, OfTwoPodsOfOneNameAndAgeOneSpeaks) {
  Story story;
  story.At(0).Pods({{.uid = "a", .probes = "R"}, {.uid = "b", .probes = "R"}});
  story.Probes({{.successful = 1, .uid = "a"}, {.successful = 1, .uid = "b"}});
  const Snapshot page = story.TakeSnapshot();
  ASSERT_EQ(page.probes.size(), 1U);
  EXPECT_EQ(page.probes[0].containers.size(), 1U);
}

// Their histograms have no uid: what was seen of one that is forgotten is not its successor's.
TEST(Names, DurationsAreNotThoseOfAnEarlierPodOfTheName) {
  const auto durations = [](double slow) {
    return DurationHistogram{.buckets = {{0.5, 0}, {1, slow}, {kInf, slow}}, .count = slow};
  };
  const auto begin = [&durations](Story& story) {
    story.At(0).Histogram(durations(1)).Probes({{.successful = 1}}).Pods({{.owner = "a"}});
    story.At(5).Histogram(durations(9)).Probes({{.successful = 9}}).Pods({{.owner = "a"}});
    EXPECT_EQ(story.Page("near"), "web (statefulset a) Readiness near=1\n");
  };
  Story forgotten;
  begin(forgotten);
  forgotten.At(10).Probes({}).Pods({});
  forgotten.At(100).Probes({});
  forgotten.At(130).Pods({{.uid = "next", .owner = "a"}});
  EXPECT_EQ(forgotten.Page("near"), "");

  for (const std::string owner : {"a", "b"}) {
    Story story;
    begin(story);
    story.At(10).Pods({{.is_deleted = true, .owner = "a"}, {.uid = "next", .owner = owner}});
    EXPECT_EQ(story.Page("near"), owner == "a" ? "web (statefulset a) Readiness near=1\n" : "");
  }
}

TEST(Names, ACutPodLabelIsRepairedByTheUid) {
  Story story;
  story.At(0).Probes({{.pod = "web", .successful = 4, .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, std::nullopt);
  story.Pods({{.name = "web-5d9c-x", .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, true);
  story.At(10)
      .Probes({{.pod = "web", .successful = 6, .uid = "u"}})
      .Pods({{.name = "web-5d9c-x", .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().probes[1].labels.pod, "web-5d9c-x");
  EXPECT_EQ(story.TakeSnapshot().probes[1].phases[0].attempts, 2);
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, true);
  story.At(20).Probes({{.pod = "web-5d9c-x", .successful = 7, .uid = "u"}});
  EXPECT_EQ(story.TakeSnapshot().kubelet.is_pod_label_truncated, false);
}

// The kubelet was upgraded, and the page does not tell that its process is another.
TEST(Names, SeriesUnderAnotherPodLabelAreOthers) {
  Story story({.born_at_zero_seconds = 0});
  const ListedPod listed = {.name = "web-1", .uid = "u", .probes = "RL"};
  const auto rows = [](const std::string& label, double live, double ready) {
    return std::vector<Row>{{.pod = label, .probe_type = "Liveness", .failed = live, .uid = "u"},
                            {.pod = label, .probe_type = "Readiness", .failed = ready, .uid = "u"}};
  };
  story.At(1000).Probes({}, 1).Pods({listed});
  story.At(1010).Probes(rows("web", 1, 2), 1).Pods({listed});
  story.At(1020).Probes(rows("web-1", 3, 5), 0).Pods({listed});
  EXPECT_EQ(story.Page("counts run"),
            "web-1 Liveness steady 4/4 run=4\n"
            "web-1 Readiness steady 7/7 run=7\n");
  story.At(1030).Probes(rows("web-1", 4, 5), 0).Pods({listed});
  EXPECT_EQ(story.Page("counts run"),
            "web-1 Liveness steady 5/5 run=5\n"
            "web-1 Readiness steady 7/7 run=7\n");
}

TEST(Names, WhatAnEarlierKubeletCutIsNoWordOnThisOne) {
  Story story;
  const auto is_cut = [&] { return story.TakeSnapshot().kubelet.is_pod_label_truncated; };
  story.At(0).Probes({{.pod = "web", .successful = 4, .uid = "u"}}, 1);
  story.Pods({{.name = "web-0", .uid = "u"}, {.name = "db-0", .uid = "v"}});
  EXPECT_EQ(is_cut(), true);
  // Its successor's first page lacks one, and names the other in full.
  story.At(100).Probes({}, 95);
  EXPECT_EQ(is_cut(), true);
  story.At(105).Probes({{.pod = "db-0", .successful = 1, .uid = "v"}}, 95);
  EXPECT_EQ(is_cut(), false);
}

}  // namespace
}  // namespace podprobe

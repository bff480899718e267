#include "exporter/health/pod_history.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

std::string Text(const std::shared_ptr<const std::vector<PodEvent>>& events) {
  if (events == nullptr) return "nothing";
  std::string text;
  for (const PodEvent& event : *events) {
    const auto number = [](double value) { return std::to_string(static_cast<long>(value)); };
    if (!text.empty()) text += "\n";
    text += number(event.first_unix);
    if (event.last_unix != event.first_unix) text += "-" + number(event.last_unix);
    text += " " + event.container + " " +
            (event.probe_type.empty() ? "restart" : event.probe_type) + " " + number(event.count) +
            " ";
    if (!event.phase.empty()) text += std::string(event.phase) + " ";
    text += event.cause;
  }
  return text;
}

std::string EventsOf(Story& story) {
  const Snapshot snapshot = story.TakeSnapshot();
  return snapshot.pods.empty() ? "no pod" : Text(snapshot.pods.front().events);
}

PodEvent Failure(double at, std::string_view cause = "unexplained") {
  return {.first_unix = at,
          .last_unix = at,
          .count = 1,
          .container = "app",
          .probe_type = "Liveness",
          .phase = "steady",
          .cause = cause};
}

TEST(PodHistory, FailuresOfOneRunAddUpByCause) {
  PodHistory history;
  EXPECT_EQ(Text(history.events()), "nothing");
  history.AddFailures(Failure(10), /*continues_run=*/false);
  history.AddFailures(Failure(20, "cpu_throttling"), /*continues_run=*/true);
  const auto before = history.events();
  history.AddFailures(Failure(30), /*continues_run=*/true);
  EXPECT_EQ(Text(history.events()),
            "20 app Liveness 1 steady cpu_throttling\n"
            "10-30 app Liveness 2 steady unexplained");
  EXPECT_EQ(Text(before),
            "10 app Liveness 1 steady unexplained\n"
            "20 app Liveness 1 steady cpu_throttling")
      << "what a snapshot holds does not change";
}

TEST(PodHistory, AnotherRunIsAnotherEvent) {
  PodHistory history;
  history.AddFailures(Failure(10), /*continues_run=*/false);
  history.AddFailures(Failure(50, "oom_killed"), /*continues_run=*/false);
  history.AddFailures(Failure(60), /*continues_run=*/true);
  EXPECT_EQ(Text(history.events()),
            "10 app Liveness 1 steady unexplained\n"
            "50 app Liveness 1 steady oom_killed\n"
            "60 app Liveness 1 steady unexplained");
}

TEST(PodHistory, TheOldestIsForgotten) {
  PodHistory history;
  const int events = static_cast<int>(PodHistory::kMaxEvents) + 1;
  for (int i = 0; i < events; ++i) history.AddFailures(Failure(i), /*continues_run=*/false);
  ASSERT_EQ(history.events()->size(), PodHistory::kMaxEvents);
  EXPECT_EQ(history.events()->front().first_unix, 1);
  EXPECT_EQ(history.events()->back().first_unix, events - 1);
}

TEST(PodHistory, FailuresAndRestartsAreTheLastEventsOfTheirPod) {
  Story story;
  story.Tell(R"(
    6000           pods    web ready since=5000
    6000..6020/10  probes  web Liveness +1/+0
    6030..6050/10  probes  web Liveness +0/+1
  )");
  EXPECT_EQ(EventsOf(story), "6030 app Liveness 1 steady unexplained")
      << "what still waits for the truth is no event";
  story.Tell(R"(
    6051           pods    web
    6060           probes  web Liveness +1/+0
    6070           probes  web Liveness +0/+1
    6071           pods    web
  )");
  EXPECT_EQ(EventsOf(story),
            "6030-6050 app Liveness 3 steady unexplained\n"
            "6070 app Liveness 1 steady unexplained");
}

TEST(PodHistory, ARestartStandsThereWithItsReason) {
  Story story;
  story.At(6000).Pods({{.running_since = 5000, .restart_count = 1}});
  story.At(6010).Pods({{.container_id = "id-2",
                        .running_since = 6005,
                        .restart_count = 2,
                        .last_termination = "OOMKilled"}});
  EXPECT_EQ(EventsOf(story), "6010 app restart 1 oom_killed");
}

}  // namespace
}  // namespace podprobe

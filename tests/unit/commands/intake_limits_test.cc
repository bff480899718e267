// What bounds a page and the memory behind it, from the bytes of readings to the page's lines.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "exporter/exposition/families.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/intake.h"
#include "exporter/kubelet/recording.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

Config ConfigWith(std::size_t max_series) {
  Config config;
  config.limits.max_series = max_series;
  return config;
}

std::size_t LinesOf(const Snapshot& page) {
  std::istringstream text(WriteText(BuildFamilies(page)));
  std::size_t lines = 0;
  for (std::string line; std::getline(text, line);) lines += line.starts_with('#') ? 0 : 1;
  return lines;
}

std::set<std::string> PodsOf(const Snapshot& page) {
  std::set<std::string> pods;
  for (const PodSnapshot& pod : page.pods)
    pods.insert(pod.labels.pod_namespace.str() + pod.labels.pod);
  return pods;
}

// Plays a captured recording into two intakes, one of them limited.
TEST(IntakeLimits, APageHasTheLinesThatItSaysAndNoMoreThanItsLimit) {
  constexpr std::size_t kLimit = 300;
  for (const std::string_view run : {"/run-a", "/run-c"}) {
    const RecordingResult opened = Recording::Open(PODPROBE_TESTDATA + std::string(run));
    ASSERT_TRUE(opened.recording) << opened.error;
    double now = 0;
    const auto clock = [&now] { return Instant{.unix_seconds = now, .steady_seconds = now}; };
    Intake whole({.engine = EngineOptionsFrom(ConfigWith(50'000)), .clock = clock});
    Intake limited({.engine = EngineOptionsFrom(ConfigWith(kLimit)), .clock = clock});
    double dropped = 0;
    bool was_cut = false;
    for (const RecordedRound& round : opened.recording->rounds()) {
      now = round.unix_seconds;
      opened.recording->Play(round, LimitsConfig(), &whole);
      opened.recording->Play(round, LimitsConfig(), &limited);
      const Snapshot whole_page = whole.TakeSnapshot();
      const Snapshot page = limited.TakeSnapshot();
      ASSERT_EQ(LinesOf(whole_page), CountSeries(whole_page)) << round.name;
      ASSERT_LE(CountSeries(page), kLimit) << round.name;
      ASSERT_EQ(whole_page.node.dropped_series, 0);

      // Whole pods: one that is there at all is there with everything.
      const std::set<std::string> kept = PodsOf(page);
      for (const ProbeSnapshot& probe : whole_page.probes) {
        const std::string pod = probe.labels.pod_namespace.str() + probe.labels.pod;
        const bool is_there = std::ranges::any_of(
            page.probes, [&](const ProbeSnapshot& other) { return other.labels == probe.labels; });
        ASSERT_EQ(is_there, kept.contains(pod)) << pod << " at " << round.name;
      }
      // Those that fail come first: as long as one of them is cut no other is kept.
      bool is_failing_cut = false, is_passing_kept = false;
      for (const PodSnapshot& pod : whole_page.pods) {
        const bool is_kept = kept.contains(pod.labels.pod_namespace.str() + pod.labels.pod);
        is_failing_cut = is_failing_cut || (pod.has_failing_probe && !is_kept);
        is_passing_kept = is_passing_kept || (!pod.has_failing_probe && is_kept);
      }
      ASSERT_FALSE(is_failing_cut && is_passing_kept) << round.name;

      was_cut = was_cut || kept.size() < whole_page.pods.size();
      ASSERT_GE(page.node.dropped_series, dropped) << round.name;
      dropped = page.node.dropped_series;
    }
    EXPECT_TRUE(was_cut);
    EXPECT_GT(dropped, 0);
  }
}

// A kubelet of which the pods come and go, as the bytes that it sends.
class Kubelet {
 public:
  static constexpr double kLifetime = 600;
  static constexpr int kLiving = 8;

  void SetTime(double now) {
    probes_ = "process_start_time_seconds 1\n";
    cadvisor_ = "container_spec_memory_limit_bytes{id=\"/\"} 0\n";
    pods_.clear();
    for (int slot = 0; slot < kLiving; ++slot) {
      const double shifted = now + slot * kLifetime / kLiving;
      const double number = std::floor(shifted / kLifetime);
      AddPod(std::to_string(slot) + "-" + std::to_string(static_cast<int>(number)),
             static_cast<int>(shifted - number * kLifetime));
    }
  }
  void ReadInto(Intake* intake) const {
    Read(Source::kProbes, probes_, intake);
    Read(Source::kCadvisor, cadvisor_, intake);
    Read(Source::kPods, R"({"kind":"PodList","items":[)" + pods_ + "]}", intake);
  }

 private:
  void AddPod(const std::string& name, int age) {
    const std::string labels =
        R"(container="app",namespace="a-namespace",pod="a-long-pod-name-)" + name + '"';
    const std::string count = std::to_string(1 + age / 10);
    for (const std::string type : {"Readiness", "Liveness"}) {
      for (const std::string result : {"successful", "failed"}) {
        probes_ += "prober_probe_total{" + labels + R"(,pod_uid="uid-)" + name +
                   R"(",probe_type=")" + type + R"(",result=")" + result + "\"} " + count + "\n";
      }
      for (const std::string bound : {"0.1", "+Inf"}) {
        probes_ += "prober_probe_duration_seconds_bucket{" + labels + R"(,probe_type=")" + type +
                   R"(",le=")" + bound + "\"} " + count + "\n";
      }
    }
    cadvisor_ += "container_memory_working_set_bytes{" + labels + R"(,id="/)" + name + "\"} 1\n";
    if (!pods_.empty()) pods_ += ",";
    pods_ +=
        R"({"metadata":{"namespace":"a-namespace","name":"a-long-pod-name-)" + name +
        R"(","uid":"uid-)" + name +
        R"("},"spec":{"containers":[{"name":"app","readinessProbe":{"tcpSocket":{"port":1}},)" +
        R"("livenessProbe":{"tcpSocket":{"port":1}}}]},"status":{"phase":"Running",)" +
        R"("containerStatuses":[{"name":"app","containerID":"id-)" + std::to_string(age / 300) +
        R"(","restartCount":)" + std::to_string(age / 300) +
        R"(,"ready":true,"state":{"running":{"startedAt":"2026-11-24T00:00:00Z"}}}]}})";
  }

  static void Read(Source source, const std::string& body, Intake* intake) {
    intake->Begin(source);
    intake->Body(source, body);
    ASSERT_TRUE(intake->End(source, {.body_bytes = body.size()}));
  }

  std::string probes_, cadvisor_, pods_;
};

TEST(IntakeLimits, ADayOfPodsEndsWhereItBegan) {
  constexpr double kHour = 3600;
  double now = 0;
  Intake intake({.engine = EngineOptionsFrom(Config()), .clock = [&now] {
                   return Instant{.unix_seconds = 1e9 + now, .steady_seconds = now};
                 }});
  const auto run_until = [&](double until) {
    Kubelet kubelet;
    for (; now < until; now += 100) {
      kubelet.SetTime(now);
      kubelet.ReadInto(&intake);
      ASSERT_GE(intake.TakeSnapshot().pods.size(), static_cast<std::size_t>(Kubelet::kLiving));
    }
  };
  run_until(3 * kHour);
  const std::size_t after_three_hours = AllocatedBytes();
  run_until(24 * kHour);
  // A thousand pods later: not a byte for each.
  EXPECT_LT(AllocatedBytes(), after_three_hours + 1000);
}

TEST(IntakeLimits, AListThatBrokeOffIsNotHeldUntilTheNextOne) {
  const std::string begin = R"({"kind":"PodList","items":[)";
  std::string pods = begin;
  for (int i = 0; i < 1000; ++i) pods += R"({"metadata":{"name":")" + std::to_string(i) + R"("}},)";
  const std::string bodies[] = {pods, begin + R"({"x":")" + std::string(4 << 20, 'x'),
                                R"({"x":")" + std::string(4 << 20, 'x')};
  Intake intake({.engine = {}, .clock = [] { return Instant(); }});
  const auto read = [&intake](const std::string& body) {
    intake.Begin(Source::kPods);
    intake.Body(Source::kPods, body);
    EXPECT_FALSE(intake.End(Source::kPods, {.error = ReadingError::kTruncated, .message = ""}));
  };
  read(begin);
  for (const std::string& body : bodies) {
    const std::size_t before = AllocatedBytes();
    read(body);
    EXPECT_LT(AllocatedBytes(), before + 1000) << body.substr(0, 50);
  }
}

}  // namespace
}  // namespace podprobe

#include "exporter/kubelet/reading_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/loop_harness.h"

namespace podprobe {
namespace {

using ::testing::ElementsAre;

constexpr char kGood[] = "good, 5 bytes";

class ReadingLoopTest : public ::testing::Test {
 protected:
  ReadingLoopTest() : harness_(TargetOf(kubelet_.url())) {
    for (const Source source : kAllSources) {
      kubelet_.On(std::string(SourcePath(source)), Respond("200 OK", "up 1\n"));
    }
  }

  std::size_t Count(const std::string& line) const {
    const auto& lines = harness_.lines();
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
  }

  FakeKubelet kubelet_;
  LoopHarness harness_;
};

TEST_F(ReadingLoopTest, EverySourceIsReadAtOnceAtTheStart) {
  for (const Source source : kAllSources) harness_.Enable(source);
  int ends = 0;
  harness_.Run([&](Source, const std::string&) { return ++ends < 4; });
  std::vector<std::string> lines = harness_.lines();
  ASSERT_EQ(lines.size(), 8u);
  std::sort(lines.begin() + 4, lines.end());
  EXPECT_THAT(lines, ElementsAre("begin probes", "begin cadvisor", "begin resource", "begin pods",
                                 "end cadvisor: good, 5 bytes", "end pods: good, 5 bytes",
                                 "end probes: good, 5 bytes", "end resource: good, 5 bytes"));
}

TEST_F(ReadingLoopTest, SourceThatIsOffIsNeitherReadNorRequested) {
  harness_.Enable(Source::kProbes);
  int ends = 0;
  harness_.Run([&](Source, const std::string&) {
    harness_.RequestReading(Source::kPods);
    harness_.Advance(60);
    return ++ends < 3;
  });
  EXPECT_EQ(Count("begin pods"), 0u);
}

TEST_F(ReadingLoopTest, SlowSourceDelaysNoOther) {
  kubelet_.On("/metrics/cadvisor", [](Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n# slow");
    peer.AwaitClose();
  });
  harness_.options().sources.cadvisor.timeout_seconds = 1000;
  harness_.Enable(Source::kCadvisor);
  harness_.Enable(Source::kProbes);
  int ends = 0;
  harness_.Run([&](Source, const std::string&) {
    harness_.Advance(5);
    return ++ends < 5;
  });
  EXPECT_EQ(Count("end probes: good, 5 bytes"), 5u);
  EXPECT_EQ(Count("begin cadvisor"), 1u);
}

TEST_F(ReadingLoopTest, BodyArrivesInTheOrderOfItsBytes) {
  std::string body;
  for (int i = 0; i < 100000; ++i) body += std::to_string(i) + "\n";
  kubelet_.On("/metrics/probes", Respond("200 OK", body));
  harness_.ReadOnce(Source::kProbes);
  EXPECT_EQ(harness_.body(Source::kProbes), body);
}

struct TimeoutCase {
  const char* name;
  const char* sent;  // before nothing more comes
  const char* want;
};

TEST_F(ReadingLoopTest, ReadingOverItsTimeIsGivenUp) {
  const TimeoutCase cases[] = {
      {"silent", "",
       "timeout: GET http://KUBELET/metrics/probes: not done after 10s: the request was sent and "
       "no "
       "answer came: a busy node may need a longer sources.probes.timeout"},
      {"drips", "HTTP/1.1 200 OK\r\n\r\nup",
       "timeout: GET http://KUBELET/metrics/probes: not done after 10s: only 2 bytes of the answer "
       "had come: a busy node may need a longer sources.probes.timeout"},
  };
  for (const TimeoutCase& row : cases) {
    // It may still be at this when the test has read what it sends and ended: the row is its own.
    kubelet_.On("/metrics/probes", [this, row](Peer& peer) {
      peer.Send(row.sent);
      if (row.sent[0] == '\0') harness_.Advance(10);
      peer.AwaitClose();
    });
    harness_.on_body = [&] { harness_.Advance(10); };
    EXPECT_EQ(harness_.ReadOnce(Source::kProbes), row.want) << row.name;
  }
}

TEST_F(ReadingLoopTest, TlsHandshakeThatDoesNotEndIsGivenUp) {
  kubelet_.OnConnect([&](Peer& peer) {
    harness_.Advance(10);
    peer.AwaitClose();
  });
  harness_.options().target = TargetOf("https" + kubelet_.url().substr(4));
  EXPECT_EQ(harness_.ReadOnce(Source::kProbes),
            "timeout: GET https://KUBELET/metrics/probes: not done after 10s: connected to "
            "127.0.0.1 port N, but the TLS handshake did not end");
}

TEST_F(ReadingLoopTest, SourceComesBackWithTheKubelet) {
  kubelet_.On("/metrics/probes", Respond("500 Internal Server Error", "busy"));
  harness_.Enable(Source::kProbes);
  int ends = 0;
  harness_.Run([&](Source, const std::string&) {
    if (++ends == 2) kubelet_.On("/metrics/probes", Respond("200 OK", "up 1\n"));
    harness_.Advance(30);
    return ends < 4;
  });
  const std::string bad =
      "end probes: status: GET http://KUBELET/metrics/probes: HTTP 500, want 200: busy";
  const std::string good = std::string("end probes: ") + kGood;
  EXPECT_THAT(harness_.lines(), ElementsAre("begin probes", bad, "begin probes", bad,
                                            "begin probes", good, "begin probes", good));
}

TEST_F(ReadingLoopTest, BodyThatItsReaderRefusesBacksOffToo) {
  harness_.is_good = [](Source) { return false; };
  harness_.Enable(Source::kProbes);
  // The clock moves in seconds, and stands still during a reading.
  harness_.options().tick = [&] {
    const bool is_reading = harness_.lines().size() % 2 == 1;
    if (!is_reading) harness_.Advance(1);
  };
  int ends = 0;
  harness_.Run([&](Source, const std::string&) {
    harness_.Advance(1);
    return ++ends < 5;
  });
  // With dice of 0.5 the waits are 7.5, 12.5, 17.5 and 17.5 s, counted from one second after the
  // beginning.
  EXPECT_EQ(harness_.BeginTimes(Source::kProbes), "0 8 21 39 57");
}

TEST_F(ReadingLoopTest, RequestedReadingBeginsAfterItsGap) {
  harness_.Enable(Source::kProbes);
  harness_.Enable(Source::kCadvisor);
  int ends = 0;
  int probes = 0;
  harness_.Run([&](Source source, const std::string&) {
    if (source == Source::kProbes) ++probes;
    harness_.RequestReading(Source::kCadvisor);
    // Everything that is due has been read: on to the next beginning of probes.
    if (++ends >= 2 && harness_.lines().size() == static_cast<std::size_t>(2 * ends)) {
      harness_.Advance(5);
    }
    return probes < 6;
  });
  EXPECT_EQ(harness_.BeginTimes(Source::kProbes), "0 5 10 15 20 25");
  EXPECT_EQ(harness_.BeginTimes(Source::kCadvisor), "0 10 20");
}

TEST_F(ReadingLoopTest, IntervalMayChangeWhileRunning) {
  harness_.Enable(Source::kCadvisor);
  harness_.Enable(Source::kProbes);
  int ends = 0;
  int probes = 0;
  harness_.Run([&](Source source, const std::string&) {
    if (source == Source::kProbes) ++probes;
    harness_.SetInterval(Source::kCadvisor, probes < 5 ? 60 : 10);
    harness_.SetInterval(Source::kPods, 10);  // is off, and stays so
    // Everything that is due has been read: on to the next beginning of probes.
    if (++ends >= 2 && harness_.lines().size() == static_cast<std::size_t>(2 * ends)) {
      harness_.Advance(5);
    }
    return probes < 10;
  });
  EXPECT_EQ(harness_.BeginTimes(Source::kCadvisor), "0 25 35 45");
  EXPECT_EQ(harness_.BeginTimes(Source::kPods), "");
}

TEST_F(ReadingLoopTest, TicksComeWhileNothingArrives) {
  kubelet_.On("/metrics/probes", [](Peer& peer) { peer.AwaitClose(); });
  harness_.options().timeout_seconds = 1000;
  harness_.Enable(Source::kProbes);
  int ticks = 0;
  harness_.options().tick_seconds = 7;
  harness_.options().tick = [&] {
    if (++ticks == 5) return harness_.Stop();
    harness_.Advance(7);
  };
  harness_.Run([](Source, const std::string&) { return true; });
  EXPECT_EQ(ticks, 5);
  EXPECT_THAT(harness_.lines(), ElementsAre("begin probes"));
}

TEST_F(ReadingLoopTest, LoopWithoutAnySourceTicksAndStops) {
  harness_.options().tick = [&] { harness_.Stop(); };
  harness_.Run([](Source, const std::string&) { return true; });
  EXPECT_THAT(harness_.lines(), ElementsAre());
}

TEST_F(ReadingLoopTest, TickThatIsAskedForComesBeforeItsTime) {
  kubelet_.On("/metrics/probes", [this](Peer& peer) {
    harness_.AskForTick();
    peer.AwaitClose();
  });
  harness_.Enable(Source::kProbes);
  int ticks = 0;
  harness_.options().tick = [&] {
    if (++ticks == 2) harness_.Stop();
  };
  harness_.Run([](Source, const std::string&) { return true; });
  EXPECT_EQ(ticks, 2);
}

// The clock moves on by one second with each tick, and by nothing else.
class ReconfigureTest : public ReadingLoopTest {
 protected:
  ReconfigureTest() {
    harness_.options().tick = [this] {
      if (++ticks_ == 100) harness_.Stop();
      // Readings take no time, unless they are slow.
      const bool is_reading = harness_.lines().size() % 2 == 1;
      if (ticks_ == 1 || is_still_ || (is_reading && !is_slow_)) return;
      harness_.Advance(1);
      if (++seconds_ != 6) return;
      change_();
      harness_.Reconfigure();
    };
  }

  void Run(const std::function<void()>& change) {
    change_ = change;
    harness_.Run([this](Source, const std::string&) {
      harness_.AskForTick();
      return true;
    });
  }

  void AnswerNever() {
    is_slow_ = true;
    kubelet_.On("/metrics/probes", [this](Peer& peer) {
      harness_.AskForTick();
      peer.AwaitClose();
    });
  }

  std::function<void()> change_;
  int ticks_ = 0;
  int seconds_ = 0;
  bool is_slow_ = false;   // the clock moves on during readings, too
  bool is_still_ = false;  // the clock stands
};

TEST_F(ReconfigureTest, NothingNewChangesNothing) {
  harness_.Enable(Source::kProbes);
  Run([] {});
  EXPECT_THAT(harness_.BeginTimes(Source::kProbes), ::testing::StartsWith("0 5 10 15 20 25"));
}

TEST_F(ReconfigureTest, NewTargetIsReadAtOnceAndItsReadingUnderWayIsDropped) {
  AnswerNever();
  harness_.Enable(Source::kProbes);
  FakeKubelet other;
  other.On("/metrics/probes", [this](Peer& peer) {
    peer.Send(Response("200 OK", "other 1\n"));
    harness_.Stop();
  });
  harness_.options().timeout_seconds = 1000;
  Run([&] {
    is_still_ = true;
    harness_.options().target = TargetOf(other.url());
  });
  ASSERT_GE(harness_.lines().size(), 2u);
  EXPECT_EQ(harness_.lines()[0], "begin probes");
  EXPECT_EQ(harness_.lines()[1], "begin probes");
  EXPECT_EQ(other.requests().size(), 1u);
}

TEST_F(ReconfigureTest, NewTargetEndsABackOff) {
  kubelet_.On("/metrics/probes", Respond("500 Internal Server Error", "busy"));
  harness_.options().sources.probes.interval_seconds = 3600;
  harness_.Enable(Source::kProbes);
  FakeKubelet other;
  other.On("/metrics/probes", Respond("200 OK", "up 1\n"));
  Run([&] { harness_.options().target = TargetOf(other.url()); });
  EXPECT_EQ(other.requests().size(), 1u);
}

TEST_F(ReconfigureTest, SourcesGoOffAndOn) {
  harness_.Enable(Source::kProbes);
  Run([&] {
    harness_.options().sources.probes.is_enabled = false;
    harness_.Enable(Source::kResource);
  });
  EXPECT_EQ(harness_.BeginTimes(Source::kProbes), "0 5");
  EXPECT_THAT(harness_.BeginTimes(Source::kResource), ::testing::StartsWith("0 30"));
}

TEST_F(ReconfigureTest, ReadingOfASourceThatGoesOffIsDropped) {
  AnswerNever();
  harness_.options().timeout_seconds = 20;
  harness_.Enable(Source::kProbes);
  Run([&] { harness_.options().sources.probes.is_enabled = false; });
  EXPECT_THAT(harness_.lines(), ElementsAre("begin probes"));
}

TEST_F(ReconfigureTest, PaceTimeoutAndLimitAreTheNewOnes) {
  harness_.Enable(Source::kProbes);
  Run([&] {
    harness_.options().sources.probes.interval_seconds = 2;
    harness_.options().limits.metrics_bytes = 4;
  });
  EXPECT_THAT(harness_.BeginTimes(Source::kProbes), ::testing::StartsWith("0 5 7 "));
  EXPECT_EQ(Count("end probes: good, 5 bytes"), 2u);
  EXPECT_THAT(harness_.lines(),
              ::testing::Contains(::testing::HasSubstr("over limits.metrics_bytes (4 bytes)")));
}

TEST_F(ReadingLoopTest, StopFromAnotherThreadEndsAReadingWithoutEnd) {
  kubelet_.On("/metrics/probes", [this](Peer& peer) {
    harness_.Stop();
    peer.AwaitClose();
  });
  harness_.Enable(Source::kProbes);
  harness_.Run([](Source, const std::string&) { return true; });
  EXPECT_THAT(harness_.lines(), ElementsAre("begin probes"));
}

ReadingLoop* loop_of_the_signal = nullptr;

TEST_F(ReadingLoopTest, StopFromASignalHandlerEndsTheLoop) {
  class Quiet : public ReadingHandler {
   public:
    void Begin(Source) override {}
    void Body(Source, std::string_view) override {}
    bool End(Source, const ReadingResult&) override { return true; }
  };
  Quiet quiet;
  kubelet_.On("/metrics/probes", [](Peer& peer) {
    raise(SIGUSR1);
    peer.AwaitClose();
  });
  ReadingLoop loop({.target = TargetOf(kubelet_.url())}, &quiet);
  loop_of_the_signal = &loop;
  std::signal(SIGUSR1, [](int) { loop_of_the_signal->Stop(); });
  loop.Run();
  std::signal(SIGUSR1, SIG_DFL);
}

TEST_F(ReadingLoopTest, StopBeforeRunIsKept) {
  class Untouched : public ReadingHandler {
   public:
    void Begin(Source) override { ADD_FAILURE(); }
    void Body(Source, std::string_view) override { ADD_FAILURE(); }
    bool End(Source, const ReadingResult&) override {
      ADD_FAILURE();
      return false;
    }
  };
  Untouched untouched;
  ReadingLoop loop({.target = TargetOf(kubelet_.url())}, &untouched);
  loop.Stop();
  loop.Run();
}

}  // namespace
}  // namespace podprobe

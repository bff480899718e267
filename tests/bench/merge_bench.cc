// What it costs to make a reading of /metrics/probes a part of the next page, beside
// what it costs to parse its bytes.
//
//   merge_bench [--rounds N] [RECORDING]
//
// The recording (without one: the longest that the tests have) is read to its end. Then
// its last page comes again and again, with counters that go on as they did between the
// last two pages, until all windows are full; N of these readings are measured. Between two of
// them come the other sources' bodies and a page: no cache is kept warm. All the time from one
// reading to the next passes before it: what leaves the windows meanwhile is part of its cost.
//
// What is compared: the full parse of the page's bytes by our parser, every sample looked at; what
// the exporter does in its place for a page of series that it knows, up to the batch; and what is
// then to be done with the batch, up to the end of the next snapshot. CPU time, medians of the
// rounds, all in one run.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "exporter/health/probes_page.h"
#include "exporter/intake.h"
#include "exporter/kubelet/recording.h"
#include "parsers/exposition_parser.h"
#include "parsers/number.h"

namespace podprobe {
namespace {

// Longer than the longest window.
constexpr double kWarmUpSeconds = 3700;

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double SecondsOf(const std::function<void()>& work) {
  const double begin = CpuSeconds();
  work();
  return CpuSeconds() - begin;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The last two pages of /metrics/probes and the last bodies of the others.
class LastBodies : public ReadingHandler {
 public:
  explicit LastBodies(ReadingHandler* next) : next_(next) {}
  void Begin(Source source) override {
    if (source == Source::kProbes) previous_probes_ = bodies_[source];
    bodies_[source].clear();
    next_->Begin(source);
  }
  void Body(Source source, std::string_view chunk) override {
    bodies_[source].append(chunk);
    next_->Body(source, chunk);
  }
  bool End(Source source, const ReadingResult& result) override {
    return next_->End(source, result);
  }

  const std::string& Of(Source source) { return bodies_[source]; }
  const std::string& previous_probes() const { return previous_probes_; }

 private:
  ReadingHandler* const next_;
  std::map<Source, std::string> bodies_;
  std::string previous_probes_;
};

struct Line {
  std::string series;  // with the blank before the value
  double value = 0;
  double step = 0;
};

std::vector<Line> LinesOf(const std::string& page) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = std::min(page.find('\n', begin), page.size());
    const std::string_view line = std::string_view(page).substr(begin, end - begin);
    const std::size_t blank = line.rfind(' ');
    double value = 0;
    const bool is_sample = !line.starts_with('#') && blank != std::string_view::npos &&
                           ParseNumber(line.substr(blank + 1), &value) == NumberStatus::kOk;
    if (is_sample) {
      lines.push_back({.series = std::string(line.substr(0, blank + 1)), .value = value});
    } else {
      lines.push_back({.series = std::string(line)});
    }
    begin = end + 1;
  }
  return lines;
}

// The pages that may follow: each counter goes on as it went.
class Continuation {
 public:
  Continuation(const std::string& before, const std::string& last) : lines_(LinesOf(last)) {
    std::map<std::string, double> values;
    for (const Line& line : LinesOf(before)) values[line.series] = line.value;
    for (Line& line : lines_) {
      const auto found = values.find(line.series);
      if (found != values.end()) line.step = std::max(0.0, line.value - found->second);
    }
  }
  std::string Next() {
    std::string page;
    for (Line& line : lines_) {
      line.value += line.step;
      page += line.series;
      if (!line.series.starts_with('#')) page += FormatNumber(line.value);
      page += '\n';
    }
    return page;
  }

 private:
  std::vector<Line> lines_;
};

class SummingSink : public SampleSink {
 public:
  void OnSample(const Sample& sample) override { sum += sample.value; }
  void OnError(const ParseError&) override {}
  double sum = 0;
};

void ReadWith(ExpositionParser& parser, std::string_view page) {
  constexpr std::size_t kChunkBytes = 64 * 1024;
  parser.Reset();
  for (std::size_t i = 0; i < page.size(); i += kChunkBytes) {
    parser.Feed(page.substr(i, kChunkBytes));
  }
  parser.Finish();
}

void Bench(const Recording& recording, int rounds) {
  const Config config;
  double now = 0;
  Intake intake({.engine = EngineOptionsFrom(config),
                 .clock = [&now] { return Instant{.unix_seconds = now, .steady_seconds = now}; },
                 .on_change = {},
                 .on_bad_lines = {}});
  LastBodies bodies(&intake);
  double interval = 0;
  for (const RecordedRound& round : recording.rounds()) {
    interval = round.unix_seconds - now;
    now = round.unix_seconds;
    recording.Play(round, config.limits, &bodies);
    intake.TakeSnapshot();
  }
  const auto read = [&](Source source, std::string_view body) {
    constexpr std::size_t kChunkBytes = 64 * 1024;
    intake.Begin(source);
    for (std::size_t i = 0; i < body.size(); i += kChunkBytes) {
      intake.Body(source, body.substr(i, kChunkBytes));
    }
    intake.End(source, {});
  };

  SummingSink sum;
  ExpositionParser full_parser({}, &sum);
  ProbesPage probes_page;
  ExpositionParser steady_parser({.families = ProbesPage::Families(), .remember_series = true},
                                 &probes_page);
  Continuation continuation(bodies.previous_probes(), bodies.Of(Source::kProbes));
  const int warm_up = static_cast<int>(kWarmUpSeconds / interval);
  std::map<std::string, std::vector<double>> seconds;
  std::size_t probes = 0;
  for (int round = -warm_up; round < rounds; ++round) {
    const std::string page = continuation.Next();
    read(Source::kPods, bodies.Of(Source::kPods));
    read(Source::kResource, bodies.Of(Source::kResource));
    read(Source::kCadvisor, bodies.Of(Source::kCadvisor));
    intake.TakeSnapshot();
    now += interval;
    const double full = SecondsOf([&] { ReadWith(full_parser, page); });
    const double steady = SecondsOf([&] {
      ReadWith(steady_parser, page);
      probes_page.Take();
    });
    const double whole = SecondsOf([&] { read(Source::kProbes, page); });
    Snapshot snapshot;
    const double taken = SecondsOf([&] { snapshot = intake.TakeSnapshot(); });
    probes = snapshot.probes.size();
    if (round < 0) continue;
    seconds["full"].push_back(full);
    seconds["steady"].push_back(steady);
    seconds["merge"].push_back(whole - steady);
    seconds["snapshot"].push_back(taken);
    seconds["both"].push_back(whole - steady + taken);
  }
  const double parse = Median(seconds["full"]);
  std::printf(
      "one reading of /metrics/probes: %zu bytes, %zu samples, %zu probes on the page\n%-42s %10s "
      "%12s\n",
      full_parser.stats().bytes, full_parser.stats().samples, probes, "", "us", "x full parse");
  const auto print = [&](const char* name, const char* key) {
    const double median = Median(seconds[key]);
    std::printf("%-42s %10.0f %12.2f\n", name, median * 1e6, median / parse);
  };
  print("full parse of its bytes", "full");
  print("steady reading: known series to a batch", "steady");
  print("merge: the batch into the engine", "merge");
  print("the next snapshot", "snapshot");
  print("merge and snapshot", "both");
}

int Main(int argc, char** argv) {
  int rounds = 101;
  std::string dir = PODPROBE_TESTDATA "/run-a";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else {
      dir = argument;
    }
  }
  const RecordingResult opened = Recording::Open(dir);
  if (!opened.recording) {
    std::fprintf(stderr, "%s\n", opened.error.c_str());
    return 1;
  }
  Bench(*opened.recording, rounds);
  return 0;
}

}  // namespace
}  // namespace podprobe

int main(int argc, char** argv) { return podprobe::Main(argc, argv); }

// How fast pages are parsed: ours beside the peers and what the memory can do.
//
//   parser_bench [--rounds N] [--peers PROGRAM] [PAGE[.gz]...]
//
// Every round runs every contestant once on every page, so that what the machine
// does besides hits all alike. CPU time; the table holds medians over the rounds
// and, for each page, ratios to VictoriaMetrics' parser if PROGRAM is there (see
// peers/peers.go). Without pages: the recorded ones, and one grown to 500 pods.

#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/exposition_parser.h"
#include "parsers/plain_line.h"

namespace podprobe {
namespace {

namespace fs = std::filesystem;

// A contestant's turn lasts about this long.
constexpr double kTurnSeconds = 0.08;

// What the exporter reads of each page.
const std::vector<std::string>& SelectedFamilies() {
  static const std::vector<std::string> kFamilies = {
      "prober_probe_total",
      "prober_probe_duration_seconds",
      "process_start_time_seconds",
      "container_cpu_cfs_periods_total",
      "container_cpu_cfs_throttled_periods_total",
      "container_memory_working_set_bytes",
      "container_spec_memory_limit_bytes",
      "container_oom_events_total",
      "container_pressure_cpu_waiting_seconds_total",
      "container_pressure_memory_waiting_seconds_total",
      "container_pressure_io_waiting_seconds_total",
      "container_start_time_seconds",
  };
  return kFamilies;
}

struct Page {
  std::string name;
  std::string path;  // where peers find it, plain
  std::string content;
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// Something has to be done with each sample.
class SummingSink : public SampleSink {
 public:
  void OnSample(const Sample& sample) override {
    sum_ += sample.value;
    labels_ += sample.labels.size();
    if (sample.series_id == 0) return;
    if (sample.series_index >= label_counts_.size()) label_counts_.resize(sample.series_index + 1);
    label_counts_[sample.series_index] = sample.labels.size();
  }
  // What a reader does with a series that it knows: it finds its own by the index.
  bool OnKnownSample(const KnownSample& sample) override {
    if (sample.series_index >= label_counts_.size()) return false;
    labels_ += label_counts_[sample.series_index];
    sum_ += sample.value;
    return true;
  }
  void OnError(const ParseError& error) override {
    std::fprintf(stderr, "line %zu: %s\n", error.line, error.message.c_str());
    std::exit(1);
  }
  double result() const { return sum_ + static_cast<double>(labels_); }

 private:
  double sum_ = 0;
  std::size_t labels_ = 0;
  std::vector<std::size_t> label_counts_;
};

volatile double result_to_keep = 0;

std::function<void()> Parse(const Page& page, const ExpositionParser::Options& options,
                            std::size_t chunk_bytes) {
  struct State {
    State(const ExpositionParser::Options& options) : parser(options, &sink) {}
    SummingSink sink;
    ExpositionParser parser;
  };
  auto state = std::make_shared<State>(options);
  const std::string_view content = page.content;
  return [state, content, chunk_bytes] {
    state->parser.Reset();
    for (std::size_t i = 0; i < content.size(); i += chunk_bytes) {
      state->parser.Feed(content.substr(i, chunk_bytes));
    }
    state->parser.Finish();
    result_to_keep = state->sink.result();
  };
}

std::function<void()> Memcpy(const Page& page) {
  auto block = std::make_shared<std::vector<char>>(64 * 1024);
  const std::string_view content = page.content;
  return [block, content] {
    for (std::size_t i = 0; i < content.size(); i += block->size()) {
      const std::string_view piece = content.substr(i, block->size());
      std::memcpy(block->data(), piece.data(), piece.size());
      asm volatile("" : : "r"(block->data()) : "memory");
    }
  };
}

std::function<void()> NewlineScan(const Page& page) {
  const std::string_view content = page.content;
  return [content] {
    std::size_t lines = 0;
    const char* p = content.data();
    const char* const end = p + content.size();
    while (const void* found = std::memchr(p, '\n', static_cast<std::size_t>(end - p))) {
      ++lines;
      p = static_cast<const char*>(found) + 1;
    }
    result_to_keep = static_cast<double>(lines);
  };
}

// MB/s of one turn.
double Run(const std::function<void()>& work, std::size_t bytes) {
  const double begin = CpuSeconds();
  double now = begin;
  std::size_t times = 0;
  do {
    work();
    ++times;
    now = CpuSeconds();
  } while (now - begin < kTurnSeconds);
  return static_cast<double>(bytes) * static_cast<double>(times) / (now - begin) / 1e6;
}

// The peers print `NAME MBPS` lines for one turn each.
std::map<std::string, double> RunPeers(const std::string& program, const Page& page) {
  std::map<std::string, double> results;
  const std::string command = program + " '" + page.path + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  char name[64];
  double rate = 0;
  while (pipe != nullptr && std::fscanf(pipe, "%63s %lf", name, &rate) == 2) results[name] = rate;
  if (pipe != nullptr) pclose(pipe);
  return results;
}

std::string ReadPage(const std::string& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "%s cannot be opened\n", path.c_str());
    std::exit(1);
  }
  std::string buffer(1 << 16, '\0');
  for (int size = 0; (size = gzread(file, buffer.data(), 1 << 16)) > 0;) {
    content.append(buffer, 0, static_cast<std::size_t>(size));
  }
  gzclose(file);
  return content;
}

// Every family's samples repeated as those of other pods.
std::string Grown(const std::string& page, int times) {
  std::string grown;
  std::string family;
  std::string samples;
  const auto flush = [&] {
    for (int i = 0; i < times; ++i) {
      std::string copy = samples;
      if (i > 0) {
        const std::string tag = "pod=\"x" + std::to_string(i);
        std::string tagged;
        std::size_t begin = 0;
        for (std::size_t at = 0; (at = copy.find("pod=\"", begin)) != std::string::npos;) {
          tagged.append(copy, begin, at - begin).append(tag);
          begin = at + 5;
        }
        copy = tagged.append(copy, begin);
      }
      grown += copy;
    }
    samples.clear();
  };
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = page.find('\n', begin) + 1;
    if (page[begin] == '#') {
      flush();
      grown.append(page, begin, end - begin);
    } else {
      samples.append(page, begin, end - begin);
    }
    begin = end;
  }
  flush();
  return grown;
}

struct Contestant {
  std::string name;
  std::function<void()> work;
};

std::vector<Contestant> Contestants(const Page& page) {
  const std::size_t whole = page.content.size();
  constexpr std::size_t kChunk = 64 * 1024;
  std::vector<Contestant> all = {
      {"memcpy", Memcpy(page)},
      {"newline-scan", NewlineScan(page)},
      {"skip-all", Parse(page, {.families = {"none"}}, kChunk)},
      {"selection", Parse(page, {.families = SelectedFamilies(), .remember_series = true}, kChunk)},
      {"known-series", Parse(page, {.remember_series = true}, kChunk)},
      {"full-64k", Parse(page, {}, kChunk)},
      {"full", Parse(page, {}, whole)},
  };
  for (const PlainReader* reader :
       {PortablePlainReader(), Avx2PlainReader(), Avx512PlainReader(), NeonPlainReader()}) {
    if (reader == nullptr) continue;
    setenv("PODPROBE_PARSER_PATH", std::string(reader->name).c_str(), 1);
    all.push_back({"full-" + std::string(reader->name), Parse(page, {}, whole)});
    unsetenv("PODPROBE_PARSER_PATH");
  }
  return all;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Bench(const Page& page, int rounds, const std::string& peers) {
  const std::vector<Contestant> contestants = Contestants(page);
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> rates;
  for (int round = 0; round < rounds; ++round) {
    for (const Contestant& contestant : contestants) {
      if (round == 0) {
        order.push_back(contestant.name);
        contestant.work();
      }
      rates[contestant.name].push_back(Run(contestant.work, page.content.size()));
    }
    if (peers.empty()) continue;
    for (const auto& [name, rate] : RunPeers(peers, page)) {
      if (round == 0) order.push_back(name);
      rates[name].push_back(rate);
    }
  }
  const auto median = [&](const std::string& name) {
    const auto found = rates.find(name);
    return found == rates.end() ? 0 : Median(found->second);
  };
  const double peer = median("victoriametrics");
  const double scan = median("newline-scan");
  std::printf("\n%s: %zu bytes\n%-18s %10s %8s %12s %12s\n", page.name.c_str(), page.content.size(),
              "", "MB/s", "spread", "x newline", "x VM");
  for (const std::string& name : order) {
    const auto [low, high] = std::minmax_element(rates[name].begin(), rates[name].end());
    std::printf("%-18s %10.0f %7.0f%% %12.2f", name.c_str(), median(name), 100 * *high / *low,
                median(name) / scan);
    if (peer > 0) std::printf(" %12.2f", median(name) / peer);
    std::printf("\n");
  }
  std::fflush(stdout);
}

// The recorded page of a source that is the largest.
std::string LargestPage(const std::string& source) {
  std::string largest;
  std::uintmax_t size = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(PODPROBE_TESTDATA))) {
    if (entry.path().filename() != source || entry.file_size() <= size) continue;
    size = entry.file_size();
    largest = entry.path();
  }
  return largest;
}

int Main(int argc, char** argv) {
  int rounds = 7;
  std::string peers;
  std::vector<Page> pages;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else if (argument == "--peers" && i + 1 < argc) {
      peers = argv[++i];
    } else {
      pages.push_back({.name = argv[i], .path = "", .content = ReadPage(argv[i])});
    }
  }
  if (pages.empty()) {
    for (const std::string source : {"probes", "cadvisor", "resource"}) {
      pages.push_back({.name = source,
                       .path = "",
                       .content = ReadPage(LargestPage("metrics-" + source + ".prom.gz"))});
    }
    pages.push_back(
        {.name = "cadvisor of 500 pods", .path = "", .content = Grown(pages[1].content, 5)});
    pages.push_back(
        {.name = "probes of 500 pods", .path = "", .content = Grown(pages[0].content, 5)});
  }
  std::string dir = (fs::temp_directory_path() / "parser-bench-XXXXXX").string();
  if (mkdtemp(dir.data()) == nullptr) return 1;
  std::printf("path %s, medians of %d rounds, CPU time\n",
              std::string(SelectPlainReader().name).c_str(), rounds);
  for (Page& page : pages) {
    page.path = dir + "/page";
    std::ofstream(page.path, std::ios::binary) << page.content;
    Bench(page, rounds, peers);
  }
  fs::remove_all(dir);
  return 0;
}

}  // namespace
}  // namespace podprobe

int main(int argc, char** argv) { return podprobe::Main(argc, argv); }

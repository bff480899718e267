#ifndef PODPROBE_PARSERS_EXPOSITION_PARSER_H_
#define PODPROBE_PARSERS_EXPOSITION_PARSER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/sample.h"

namespace podprobe {

enum class ExpositionFormat {
  kPrometheus,   // Prometheus text 0.0.4
  kOpenMetrics,  // OpenMetrics text 1.0
};

// A streaming parser for what /metrics pages hold. Bytes go in as they arrive,
// in chunks of any size; samples and errors come out at once:
//
//   ExpositionParser parser({.families = {"prober_probe_total"}}, &sink);
//   while (...) parser.Feed(chunk);
//   parser.Finish();
//
// How the page is cut into chunks never shows in what comes out. Memory is
// bounded whatever the page: at most one line is held, and a line longer than
// kMaxLineBytes is an error and is passed over. Other limits are in parsers/line.h.
// Not thread-safe; one parser reads one page, Reset() makes it ready for the next.
class ExpositionParser {
 public:
  static constexpr std::size_t kMaxLineBytes = 128 << 10;
  // Past this many samples a page is not read on, which is one error.
  static constexpr std::size_t kMaxSamples = 10'000'000;

  // Past this much no more series are remembered; theirs are read as new ones are.
  static constexpr std::size_t kMaxKnownSeriesBytes = 64 << 20;

  struct Options {
    // Families whose samples are wanted; their lines are read whole. Lines of
    // other families are counted and passed over unread once a sample has been
    // read: until then the page may be any text. Empty: all are wanted.
    // `prober_probe_duration_seconds` also selects its _bucket, _sum and _count.
    std::vector<std::string> families = {};
    ExpositionFormat format = ExpositionFormat::kPrometheus;
    // Give each series its Sample::series_id, recognise those of earlier pages by their
    // text and offer them to SampleSink::OnKnownSample, their labels unread. For a page
    // that is read again and again; costs some 40 bytes for each wanted series.
    // A series that was away for a while may come back under another id. Prometheus
    // format only.
    bool remember_series = false;
    std::size_t max_known_series_bytes = kMaxKnownSeriesBytes;
    std::size_t max_samples = kMaxSamples;
  };

  // What has been seen since the construction or the last Reset.
  struct Stats {
    std::size_t bytes = 0;
    std::size_t samples = 0;  // all sample lines without a known error, wanted or not
    std::size_t errors = 0;
  };

  // `sink` must outlive the parser.
  ExpositionParser(const Options& options, SampleSink* sink);
  ~ExpositionParser();
  ExpositionParser(const ExpositionParser&) = delete;
  ExpositionParser& operator=(const ExpositionParser&) = delete;

  void Feed(std::string_view chunk);
  // Ends the page: a last line without a newline is read now.
  void Finish();
  // Forgets the page; keeps buffers, options and remembered series.
  void Reset();

  const Stats& stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_EXPOSITION_PARSER_H_

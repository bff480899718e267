#ifndef PODPROBE_PARSERS_SAMPLE_H_
#define PODPROBE_PARSERS_SAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace podprobe {

// One label of a sample, its value with all escapes resolved.
// Views as in Sample.
struct Label {
  std::string_view name;
  std::string_view value;
};

// An example of what a sample counts, as OpenMetrics has it. Views as in Sample.
struct Exemplar {
  std::span<const Label> labels;
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;
};

// One sample line of an exposition. Views point into the parser's buffer: they
// are valid only during SampleSink::OnSample. Copy what you keep.
struct Sample {
  std::string_view name;  // as written, with suffixes such as _bucket or _total
  std::span<const Label> labels;
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;
  const Exemplar* exemplar = nullptr;  // null: there is none
  // With Options::remember_series: samples of one id have the same name and labels,
  // on this page and on all that the parser reads. 0: not known.
  std::uint64_t series_id = 0;
  // With an id: where a reader may keep what it knows of the series, in a table that
  // stays in proportion to the pages. No two series of a page share a place; from page
  // to page it may pass on to another series, so keep the id beside it.
  std::uint32_t series_index = 0;
};

// A sample of a series that came before, told by its id alone. See Sample.
struct KnownSample {
  std::uint64_t series_id = 0;
  std::uint32_t series_index = 0;
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;
};

// What a comment line says about a metric family. Views as in Sample; `text`
// and `family` have their escapes resolved.
struct Metadata {
  enum class Kind { kHelp, kType, kUnit };
  Kind kind = Kind::kHelp;
  std::string_view family;
  std::string_view text;
};

// One bad line. The line costs itself and nothing else.
struct ParseError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in bytes
  std::string message;     // what is wrong, with the text at fault, without the position
};

// Receives what a parser reads, in the order of the input.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  virtual void OnSample(const Sample& sample) = 0;
  // With Options::remember_series. Returns whether the sample is taken; if not, the
  // line is read whole and OnSample follows.
  virtual bool OnKnownSample(const KnownSample& /*sample*/) { return false; }
  virtual void OnMetadata(const Metadata& /*metadata*/) {}
  virtual void OnError(const ParseError& error) = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_SAMPLE_H_

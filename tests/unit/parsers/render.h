#ifndef PODPROBE_TESTS_UNIT_PARSERS_RENDER_H_
#define PODPROBE_TESTS_UNIT_PARSERS_RENDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/exposition_parser.h"
#include "parsers/sample.h"

namespace podprobe {

// Writes what a parser says as text, one line each:
//   name{label="value"} 1 @1000 # {label="of an exemplar"} 1
//   type name counter
//   error 1:3: what is wrong
class RenderingSink : public SampleSink {
 public:
  void OnSample(const Sample& sample) override;
  // Takes most of those that it knows, by what it wrote for their series before.
  bool OnKnownSample(const KnownSample& sample) override;
  void OnMetadata(const Metadata& metadata) override;
  void OnError(const ParseError& error) override;
  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

 private:
  void AppendValue(double value, const std::optional<std::int64_t>& timestamp_ms);

  std::string text_;
  std::map<std::uint64_t, std::string> series_;  // by id
};

// What a page fed in pieces of `chunk_bytes` renders to.
std::string ParseInChunks(std::string_view page, std::size_t chunk_bytes,
                          const ExpositionParser::Options& options = {});

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_PARSERS_RENDER_H_

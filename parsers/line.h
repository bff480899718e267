#ifndef PODPROBE_PARSERS_LINE_H_
#define PODPROBE_PARSERS_LINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/sample.h"

namespace podprobe {

// What both grammars bound. A line that goes beyond is an error.
inline constexpr std::size_t kMaxNameBytes = 16 << 10;        // of a metric or label
inline constexpr std::size_t kMaxLabelValueBytes = 64 << 10;  // as written, between the quotes
inline constexpr std::size_t kMaxLabels = 1024;               // of one sample

enum class LineKind {
  kNothing,   // a blank line or a free comment
  kSample,    // see Line::sample
  kMetadata,  // see Line::metadata
  kError,     // see Line::column, Line::message
};

// One line being read, with what was found in it. Both grammars fill it; the
// buffers are kept from line to line.
class Line {
 public:
  // Begins anew with `text`, a line without its newline, which must outlive what is read of it.
  void Begin(std::string_view text);

  std::string_view text() const { return text_; }
  bool AtEnd() const { return position_ == text_.size(); }
  // The byte here; at the end a newline, which no line holds.
  char Peek() const { return AtEnd() ? '\n' : text_[position_]; }
  std::size_t position() const { return position_; }
  std::string_view Rest() const { return text_.substr(position_); }
  void Skip(std::size_t bytes) { position_ += bytes; }
  void SkipBlanks();
  // Passes over `expected` if it stands here.
  bool Accept(char expected);
  // The bytes from here to the next blank or the end, or up to `also`.
  std::string_view TakeWord(char also = ' ');

  // Each of these reads what its name says and returns false after Fail.
  bool ReadMetricName(std::string_view* name);
  bool ReadLabelName(std::string_view* name);
  // A quoted string, escapes resolved: \\, \" and \n; others stay as they are.
  bool ReadQuoted(std::string_view what, std::size_t max_bytes, std::string_view* value);
  // A quoted metric or label name: as above, but without NUL.
  bool ReadQuotedName(std::string_view what, std::string_view* name);
  // A number up to the next blank.
  bool ReadValue(std::string_view what, double* value);

  bool AddLabel(Label label);
  // Whether all label names differ; fails at the column of `position` if not.
  bool CheckLabelNames(std::size_t first_label, std::size_t position);

  // Notes the error and returns false.
  bool Fail(std::size_t position, std::string message);
  // "MESSAGE: QUOTED REST OF THE LINE", at the place where reading stopped.
  bool FailHere(std::string message);

  // Resolves \\ and \n, and \" if `with_quotes`.
  std::string_view Unescape(std::string_view text, bool with_quotes);

  // The result. The sample's labels are set when the line is complete.
  Sample sample;
  Metadata metadata;
  std::vector<Label> labels;  // the sample's, then its exemplar's
  Exemplar exemplar;
  std::size_t value_position = 0;  // where a sample's value stands
  double timestamp_seconds = 0;    // of a sample with a timestamp, in OpenMetrics only
  std::size_t column = 0;
  std::string message;

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  // Resolved escapes. Never grows while a line is read, so that views stay valid:
  // what is resolved is no longer than the line.
  std::string unescaped_;
  std::vector<std::string_view> sorted_names_;
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_LINE_H_

#ifndef PODPROBE_PARSERS_PLAIN_LINE_H_
#define PODPROBE_PARSERS_PLAIN_LINE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/sample.h"

namespace podprobe {

// The fast way for plain lines of the text format 0.0.4: what every client library
// writes nearly always,
//
//   name{key="value",key="value"} 1.5 1000
//
// with single blanks, bare names, and values of ASCII without escapes. What is not
// plain is not wrong: the line is left to ReadPrometheusLine, which alone decides
// about errors. So a plain reader only ever has to be sure.
//
// It is sure of names because they are the ones of a line before: Learn shows it a
// line that ReadPrometheusLine has accepted.

// Names that lines before had, as the bytes that stand in a line.
struct PlainLayout {
  static constexpr std::size_t kMaxKeys = 24;
  static constexpr std::size_t kKeyBytes = 64;

  struct Key {
    // `{pod="` for the first key, `",pod="` for the others, with zeros behind.
    alignas(64) char text[kKeyBytes] = {};
    std::uint32_t size = 0;
  };

  // Takes over the names of a sample whose views point into `line`, if it is plain.
  void Learn(std::string_view line, const Sample& sample);

  char name[kKeyBytes] = {};
  std::uint32_t name_size = 0;
  std::uint32_t key_count = 0;
  // How many values of the line read last are still to be seen, in `labels`.
  std::uint32_t value_count = 0;
  Key keys[kMaxKeys];
};

// The end of a line: a value and perhaps a timestamp.
struct PlainTail {
  double value = 0;
  std::int64_t timestamp_ms = 0;
  bool has_timestamp = false;
};

struct SkipLimits {
  std::size_t max_lines = 0;
  std::size_t max_line_bytes = 0;
};

// One implementation for one instruction set.
struct PlainReader {
  // How many bytes beyond what is asked for may be looked at (never used).
  static constexpr std::size_t kOverreadBytes = 64;

  std::string_view name;  // portable, avx2, avx512, neon

  // Reads the line at `begin`. Returns what follows its newline, or null if the line
  // is not plain, its names are not those of the layout, or it does not end before
  // `limit`. Bytes up to limit + kOverreadBytes must be readable. `labels` holds
  // PlainLayout::kMaxKeys. `series_end` is where the value begins.
  const char* (*read_line)(const char* begin, const char* limit, PlainLayout* layout,
                           Sample* sample, Label* labels, const char** series_end);

  // Reads the end of a line, from the value on: that, perhaps a timestamp, and the
  // newline. Null as above.
  const char* (*read_tail)(const char* begin, const char* limit, PlainTail* tail);

  // Passes over lines that begin with `prefix`, at most `max_lines`, each of at most
  // `max_line_bytes`. Returns where the first other one begins, or one that does not
  // end before `limit`, and counts into `lines`. The prefix has 1 to kKeyBytes bytes
  // in kKeyBytes that are readable.
  const char* (*skip_lines)(const char* begin, const char* limit, std::string_view prefix,
                            const SkipLimits& limits, std::size_t* lines);
};

// The best that this machine has, or the one that the environment variable
// PODPROBE_PARSER_PATH names; the best if the machine lacks that one. A parser asks when it is
// made.
const PlainReader& SelectPlainReader();

// Null where the build or the machine lacks the instruction set.
const PlainReader* PortablePlainReader();
const PlainReader* Avx2PlainReader();
const PlainReader* Avx512PlainReader();
const PlainReader* NeonPlainReader();

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_PLAIN_LINE_H_

#ifndef PODPROBE_PARSERS_NUMBER_H_
#define PODPROBE_PARSERS_NUMBER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace podprobe {

enum class NumberStatus {
  kOk,
  kSyntax,  // not a number
  kRange,   // a number that no double or no int64 can hold
};

// Reads a sample value as Prometheus does: decimal with optional sign, point and
// exponent, or Inf, Infinity, NaN in any case (NaN without a sign). Hexadecimal
// and digit separators are no numbers. The result is the nearest double; what is
// too large is kRange, what is too small becomes zero. Every NaN is the same NaN.
NumberStatus ParseNumber(std::string_view text, double* value);

// Reads decimal digits with an optional minus sign.
NumberStatus ParseInteger(std::string_view text, std::int64_t* value);

// The shortest text that reads back as the same double; +Inf, -Inf and NaN.
std::string FormatNumber(double value);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_NUMBER_H_

#include "parsers/number.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "parsers/text.h"

namespace podprobe {
namespace {

// Prometheus' StaleNaN and NormalNaN differ in their bits; a page can only mean the latter.
constexpr std::uint64_t kNormalNanBits = 0x7ff8000000000001;

// `lower` is in lower case and `text` consists of what was found in its place.
bool EqualsIgnoreCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

// Whether `digits` (no sign) is decimal notation, and where its value lies: a
// negative magnitude is below one.
struct Decimal {
  bool is_valid = false;
  bool is_small = false;
};

Decimal CheckDecimal(std::string_view digits) {
  std::size_t i = 0;
  std::int64_t magnitude = 0;  // position of the first nonzero digit relative to the point
  bool has_digit = false;
  bool has_nonzero = false;
  for (; i < digits.size() && IsDigit(digits[i]); ++i) {
    has_digit = true;
    has_nonzero = has_nonzero || digits[i] != '0';
    if (has_nonzero) ++magnitude;
  }
  if (i < digits.size() && digits[i] == '.') {
    for (++i; i < digits.size() && IsDigit(digits[i]); ++i) {
      has_digit = true;
      if (digits[i] != '0') has_nonzero = true;
      if (!has_nonzero) --magnitude;
    }
  }
  if (!has_digit) return {};
  if (i < digits.size() && (digits[i] | 0x20) == 'e') {
    ++i;
    const bool is_negative = i < digits.size() && digits[i] == '-';
    if (i < digits.size() && (digits[i] == '-' || digits[i] == '+')) ++i;
    if (i == digits.size()) return {};
    std::int64_t exponent = 0;
    for (; i < digits.size() && IsDigit(digits[i]); ++i) {
      if (exponent < 1'000'000'000) exponent = exponent * 10 + (digits[i] - '0');
    }
    magnitude += is_negative ? -exponent : exponent;
  }
  return {.is_valid = i == digits.size(), .is_small = !has_nonzero || magnitude < 0};
}

}  // namespace

NumberStatus ParseNumber(std::string_view text, double* value) {
  std::string_view digits = text;
  const bool has_sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  const bool is_negative = has_sign && text[0] == '-';
  if (has_sign) digits.remove_prefix(1);
  if (digits.empty()) return NumberStatus::kSyntax;

  if (!IsDigit(digits[0]) && digits[0] != '.') {
    if (EqualsIgnoreCase(digits, "inf") || EqualsIgnoreCase(digits, "infinity")) {
      const double infinity = std::numeric_limits<double>::infinity();
      *value = is_negative ? -infinity : infinity;
      return NumberStatus::kOk;
    }
    if (!has_sign && EqualsIgnoreCase(digits, "nan")) {
      *value = std::bit_cast<double>(kNormalNanBits);
      return NumberStatus::kOk;
    }
    return NumberStatus::kSyntax;
  }

  double parsed = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, parsed);
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say on which side.
    const Decimal decimal = CheckDecimal(digits);
    if (!decimal.is_valid) return NumberStatus::kSyntax;
    if (!decimal.is_small) return NumberStatus::kRange;
    parsed = 0;
  } else if (error != std::errc() || stop != end) {
    return NumberStatus::kSyntax;
  }
  if (std::isinf(parsed)) return NumberStatus::kRange;
  *value = is_negative ? -parsed : parsed;
  return NumberStatus::kOk;
}

NumberStatus ParseInteger(std::string_view text, std::int64_t* value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  if (error == std::errc::invalid_argument || stop != end) return NumberStatus::kSyntax;
  return error == std::errc() ? NumberStatus::kOk : NumberStatus::kRange;
}

std::string FormatNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

}  // namespace podprobe

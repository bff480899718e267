#ifndef PODPROBE_TESTS_UNIT_PARSERS_ORACLE_TOKENS_H_
#define PODPROBE_TESTS_UNIT_PARSERS_ORACLE_TOKENS_H_

#include <optional>
#include <string>

namespace podprobe {

// What both oracles read lines with. Slow and obvious, and no code of the parser's.

inline const std::string kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
inline const std::string kDigits = "0123456789";

bool IsIn(char c, const std::string& set);
bool IsUtf8(const std::string& text);
// Characters of a text in UTF-8.
std::size_t Characters(const std::string& text);
// With \\ and \n resolved, and \" if `with_quotes`.
std::string Replaced(std::string text, bool with_quotes);
std::optional<double> Number(const std::string& text);
// A number as the parser's tests write it.
std::string Rendered(double value);

// Takes tokens off the front of a line; each returns nothing if the token is not there.
class Tokens {
 public:
  explicit Tokens(std::string line) : rest_(std::move(line)) {}

  const std::string& rest() const { return rest_; }
  bool IsEmpty() const { return rest_.empty(); }
  bool Take(const std::string& text) {
    if (rest_.compare(0, text.size(), text) != 0) return false;
    rest_.erase(0, text.size());
    return true;
  }
  bool Blanks() { return !TakeAll(" \t").empty(); }
  std::string TakeAll(const std::string& set) {
    std::string taken;
    while (!rest_.empty() && IsIn(rest_[0], set)) TakeOne(&taken);
    return taken;
  }
  std::string TakeUntil(const std::string& set) {
    std::string taken;
    while (!rest_.empty() && !IsIn(rest_[0], set)) TakeOne(&taken);
    return taken;
  }
  std::optional<std::string> Name(const std::string& first, const std::string& others) {
    if (rest_.empty() || !IsIn(rest_[0], first)) return std::nullopt;
    return TakeAll(others);
  }
  std::optional<std::string> Quoted() {
    if (!Take("\"")) return std::nullopt;
    std::string raw;
    while (!Take("\"")) {
      if (rest_.empty()) return std::nullopt;
      if (rest_[0] == '\\') TakeOne(&raw);
      if (rest_.empty()) return std::nullopt;
      TakeOne(&raw);
    }
    if (!IsUtf8(raw)) return std::nullopt;
    return Replaced(raw, true);
  }
  std::optional<std::string> QuotedName() {
    const std::optional<std::string> name = Quoted();
    if (name.has_value() && name->find('\0') != std::string::npos) return std::nullopt;
    return name;
  }

 private:
  void TakeOne(std::string* taken) {
    *taken += rest_[0];
    rest_.erase(0, 1);
  }
  std::string rest_;
};

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_PARSERS_ORACLE_TOKENS_H_

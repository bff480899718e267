#include "config/value_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "config/duration.h"

namespace podprobe {
namespace {

using namespace std::chrono_literals;

// A probe keeps every reading of its longest window in memory.
constexpr std::chrono::milliseconds kShortestWindow = 10s;
constexpr std::chrono::milliseconds kLongestWindow = 24h;
constexpr std::size_t kMaxWindows = 10;

constexpr std::string_view kBytesExample = "a size in bytes such as 16777216 or 16MiB";

double SecondsOf(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string OutOfRange(const std::string& value, const std::string& min, const std::string& max) {
  return value + " is out of range: from " + min + " to " + max;
}

std::optional<std::uint64_t> ParseWholeNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct ByteUnit {
  std::string_view name;
  int shift;
};
constexpr ByteUnit kByteUnits[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

std::optional<std::uint64_t> ParseBytes(std::string_view text) {
  int shift = 0;
  for (const ByteUnit& unit : kByteUnits) {
    if (!text.ends_with(unit.name)) continue;
    text.remove_suffix(unit.name.size());
    shift = unit.shift;
    break;
  }
  const std::optional<std::uint64_t> number = ParseWholeNumber(text);
  if (!number || *number > UINT64_MAX >> shift) return std::nullopt;
  return *number << shift;
}

std::string FormatBytes(std::uint64_t bytes) {
  for (auto unit = std::rbegin(kByteUnits); unit != std::rend(kByteUnits); ++unit) {
    const std::uint64_t count = bytes >> unit->shift;
    if (count > 0 && count << unit->shift == bytes) {
      return std::to_string(count) + std::string(unit->name);
    }
  }
  return std::to_string(bytes);
}

bool IsEnvironmentName(std::string_view name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  if (name.empty() || kLetters.find(name[0]) == std::string_view::npos) return false;
  return std::ranges::all_of(name, [&](char c) {
    return kLetters.find(c) != std::string_view::npos || ('0' <= c && c <= '9');
  });
}

// "pod, workload or node"
std::string Alternatives(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

class ValueReader {
 public:
  ValueReader(const YamlEntry& entry, const EnvironmentLookup& environment,
              std::vector<ConfigProblem>* problems)
      : entry_(entry), environment_(environment), problems_(problems) {}

  void operator()(const TextSetting& setting) {
    const std::string* text = Scalar(entry_.value, "a string");
    if (text == nullptr) return;
    std::optional<std::string> expanded = Expand(entry_.value, *text);
    if (!expanded) return;
    if (!expanded->starts_with(setting.must_begin_with)) {
      return Problem(entry_.value, "must begin with " + Quoted(setting.must_begin_with));
    }
    *setting.value = std::move(*expanded);
  }

  void operator()(const SwitchSetting& setting) {
    const std::string* text = PlainScalar("true or false");
    if (text == nullptr) return;
    if (*text != "true" && *text != "false") {
      return Problem(entry_.value, "wants true or false, not " + Quoted(*text));
    }
    const bool is_on = *text == "true";
    if (!is_on && !setting.no_false_because.empty()) {
      return Problem(entry_.value, "cannot be false: " + std::string(setting.no_false_because));
    }
    *setting.value = is_on;
  }

  void operator()(const DurationSetting& setting) {
    const auto duration = Duration(entry_.value);
    if (!duration) return;
    const bool is_allowed_zero = setting.may_be_zero && *duration == 0ms;
    if (!is_allowed_zero && (*duration < setting.min || *duration > setting.max)) {
      return Problem(entry_.value,
                     OutOfRange(FormatDuration(*duration), FormatDuration(setting.min),
                                FormatDuration(setting.max)) +
                         (setting.may_be_zero ? ", or 0s" : ""));
    }
    *setting.seconds = SecondsOf(*duration);
  }

  void operator()(const CountSetting& setting) {
    const std::string* text = PlainScalar("a whole number");
    if (text == nullptr) return;
    const std::optional<std::uint64_t> number = ParseWholeNumber(*text);
    if (!number) return Problem(entry_.value, "wants a whole number, not " + Quoted(*text));
    const auto value = static_cast<double>(*number);
    if (value < setting.min || value > setting.max) {
      return Problem(entry_.value,
                     OutOfRange(*text, std::to_string(static_cast<std::uint64_t>(setting.min)),
                                std::to_string(static_cast<std::uint64_t>(setting.max))));
    }
    std::visit(
        [&](auto* out) { *out = static_cast<std::remove_pointer_t<decltype(out)>>(*number); },
        setting.value);
  }

  void operator()(const RatioSetting& setting) {
    constexpr std::string_view kWanted = "a number above 0 and up to 1, such as 0.25";
    const std::string* text = PlainScalar(kWanted);
    if (text == nullptr) return;
    double value = 0;
    const char* const text_end = text->data() + text->size();
    const auto [end, error] =
        std::from_chars(text->data(), text_end, value, std::chars_format::fixed);
    // Written so that NaN does not pass.
    if (error != std::errc() || end != text_end || !(value > 0 && value <= 1)) {
      return Problem(entry_.value, "wants " + std::string(kWanted) + ", not " + Quoted(*text));
    }
    *setting.value = value;
  }

  void operator()(const ChoiceSetting& setting) {
    const std::string wanted = Alternatives(setting.names);
    const std::string* text = Scalar(entry_.value, wanted);
    if (text == nullptr) return;
    const auto name = std::ranges::find(setting.names, *text);
    if (name == setting.names.end()) {
      const auto refused = std::ranges::find(setting.refused, *text, &ChoiceSetting::Refused::name);
      if (refused != setting.refused.end()) {
        return Problem(entry_.value,
                       *text + " is refused: " + std::string(refused->why) + "; wants " + wanted);
      }
      return Problem(entry_.value, "wants " + wanted + ", not " + Quoted(*text));
    }
    setting.choose(static_cast<std::size_t>(name - setting.names.begin()));
  }

  void operator()(const BytesSetting& setting) {
    const std::string* text = Scalar(entry_.value, kBytesExample);
    if (text == nullptr) return;
    const std::optional<std::uint64_t> bytes = ParseBytes(*text);
    if (!bytes) {
      return Problem(entry_.value,
                     "wants " + std::string(kBytesExample) + ", not " + Quoted(*text));
    }
    if (*bytes < setting.min || *bytes > setting.max) {
      return Problem(entry_.value,
                     OutOfRange(*text, FormatBytes(setting.min), FormatBytes(setting.max)));
    }
    *setting.bytes = *bytes;
  }

  void operator()(const WindowsSetting& setting) {
    if (!IsList("a list of durations such as [5m, 1h]", kMaxWindows)) return;
    std::vector<WindowConfig> windows;
    bool is_good = true;
    for (const YamlNode& item : entry_.value.children) {
      const std::optional<WindowConfig> window = Window(item, windows);
      is_good = is_good && window;
      if (window) windows.push_back(*window);
    }
    if (is_good) *setting.windows = std::move(windows);
  }

  void operator()(const TextListSetting& setting) {
    if (!IsList("a list of strings such as [\":9714\"]", setting.max_count)) return;
    std::vector<std::string> values;
    bool is_good = true;
    for (const YamlNode& item : entry_.value.children) {
      const std::string* text = Scalar(item, "a string");
      const std::optional<std::string> value = text ? Expand(item, *text) : std::nullopt;
      is_good = is_good && value;
      if (value) values.push_back(*value);
    }
    if (is_good) *setting.values = std::move(values);
  }

 private:
  void Problem(const YamlNode& node, const std::string& what) {
    problems_->push_back({.at = node.at, .what = entry_.key + ": " + what});
  }

  // Null where the node is no single value.
  const std::string* Scalar(const YamlNode& node, std::string_view wanted) {
    switch (node.kind) {
      case YamlNode::Kind::kScalar:
        return &node.text;
      case YamlNode::Kind::kNull:
        // YAML's nothing has no place of its own in the text.
        Problem(&node == &entry_.value ? entry_.name : node,
                "wants " + std::string(wanted) + ", has no value");
        return nullptr;
      case YamlNode::Kind::kSequence:
        Problem(node, "wants " + std::string(wanted) + ", not a list");
        return nullptr;
      case YamlNode::Kind::kMapping:
        Problem(node, "wants " + std::string(wanted) + ", not keys of its own");
        return nullptr;
    }
    return nullptr;
  }

  const std::string* PlainScalar(std::string_view wanted) {
    const std::string* text = Scalar(entry_.value, wanted);
    if (text == nullptr || entry_.value.is_plain) return text;
    Problem(entry_.value,
            "wants " + std::string(wanted) + " without quotes, not the string " + Quoted(*text));
    return nullptr;
  }

  bool IsList(std::string_view wanted, std::size_t max_count) {
    const YamlNode& list = entry_.value;
    if (list.kind == YamlNode::Kind::kScalar) {
      Problem(list, "wants " + std::string(wanted) + ", not a single value");
      return false;
    }
    if (list.kind != YamlNode::Kind::kSequence) {
      Scalar(list, wanted);
      return false;
    }
    if (list.children.empty()) {
      Problem(list, "the list is empty: leave the key out for the default");
      return false;
    }
    if (list.children.size() > max_count) {
      Problem(list, "the list has " + std::to_string(list.children.size()) + " items, at most " +
                        std::to_string(max_count) + " are allowed");
      return false;
    }
    return true;
  }

  std::optional<std::chrono::milliseconds> Duration(const YamlNode& node) {
    const std::string* text = Scalar(node, "a duration such as 1m30s");
    if (text == nullptr) return std::nullopt;
    const DurationResult result = ParseDuration(*text);
    if (!result.duration) Problem(node, result.error);
    return result.duration;
  }

  std::optional<WindowConfig> Window(const YamlNode& item,
                                     const std::vector<WindowConfig>& before) {
    const auto duration = Duration(item);
    if (!duration) return std::nullopt;
    const std::string name = FormatDuration(*duration);
    if (*duration < kShortestWindow || *duration > kLongestWindow) {
      Problem(item,
              OutOfRange(name, FormatDuration(kShortestWindow), FormatDuration(kLongestWindow)));
      return std::nullopt;
    }
    if (std::ranges::find(before, name, &WindowConfig::name) != before.end()) {
      Problem(item, "the window " + name + " is given twice");
      return std::nullopt;
    }
    return WindowConfig{.name = name, .seconds = SecondsOf(*duration)};
  }

  // The text with the value of each ${NAME} in its place. Values are not looked at again, and
  // no message shows them: they may be secret.
  std::optional<std::string> Expand(const YamlNode& node, std::string_view text) {
    std::string expanded;
    bool is_good = true;
    while (true) {
      const std::size_t open = text.find("${");
      if (open == std::string_view::npos) break;
      if (open > 0 && text[open - 1] == '$') {
        expanded.append(text.substr(0, open)).append("{");
        text.remove_prefix(open + 2);
        continue;
      }
      const std::size_t close = text.find('}', open);
      if (close == std::string_view::npos) {
        Problem(node, "a reference ${NAME} is not closed (a plain ${ is written $${)");
        return std::nullopt;
      }
      expanded += text.substr(0, open);
      const std::string_view name = text.substr(open + 2, close - open - 2);
      const std::optional<std::string> value = Variable(node, std::string(name));
      is_good = is_good && value;
      if (value) expanded += *value;
      text.remove_prefix(close + 1);
    }
    expanded += text;
    return is_good ? std::optional(expanded) : std::nullopt;
  }

  std::optional<std::string> Variable(const YamlNode& node, const std::string& name) {
    if (!IsEnvironmentName(name)) {
      Problem(node, Quoted("${" + name + "}") +
                        " names no environment variable: its name is made of letters, digits "
                        "and _ (a plain ${ is written $${)");
      return std::nullopt;
    }
    std::optional<std::string> value = environment_(name);
    if (!value) Problem(node, "the environment variable " + name + " is not set");
    return value;
  }

  const YamlEntry& entry_;
  const EnvironmentLookup& environment_;
  std::vector<ConfigProblem>* const problems_;
};

}  // namespace

void ReadValue(const YamlEntry& entry, const Setting& setting, const EnvironmentLookup& environment,
               std::vector<ConfigProblem>* problems) {
  std::visit(ValueReader(entry, environment, problems), setting);
}

}  // namespace podprobe

#include "tests/unit/health/script.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace podprobe {
namespace {

struct Times {
  double first = 0;
  double last = 0;
  double step = 1;
};

Times ParseTimes(const std::string& text) {
  const std::size_t dots = text.find("..");
  const double first = std::stod(text);
  if (dots == std::string::npos) return {.first = first, .last = first};
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw std::invalid_argument("no step in " + text);
  return {.first = first,
          .last = std::stod(text.substr(dots + 2)),
          .step = std::stod(text.substr(slash + 1))};
}

// w1..3: w1, w2, w3.
std::vector<std::string> ParseNames(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return {text};
  const std::size_t digits = text.find_first_of("0123456789");
  std::vector<std::string> names;
  for (int i = std::stoi(text.substr(digits)); i <= std::stoi(text.substr(dots + 2)); ++i) {
    names.push_back(text.substr(0, digits) + std::to_string(i));
  }
  return names;
}

std::vector<std::string> SplitWords(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

ScriptEvent ParseEvent(const std::string& text) {
  ScriptEvent event;
  std::istringstream stream(text);
  stream >> event.what;
  for (std::string item; std::getline(stream, item, ';');) {
    std::vector<std::string> words = SplitWords(item);
    if (words.empty()) continue;
    for (const std::string& name : ParseNames(words.front())) {
      words.front() = name;
      event.items.push_back(words);
    }
  }
  return event;
}

// One event of several lines that read the same thing at the same time.
std::vector<ScriptEvent> Merge(std::vector<ScriptEvent> events) {
  std::vector<ScriptEvent> merged;
  for (ScriptEvent& event : events) {
    auto same = merged.rbegin();
    while (same != merged.rend() && same->at == event.at && same->what != event.what) ++same;
    if (same == merged.rend() || same->at != event.at) {
      merged.push_back(std::move(event));
    } else {
      std::ranges::move(event.items, std::back_inserter(same->items));
    }
  }
  return merged;
}

}  // namespace

std::vector<ScriptEvent> ParseScript(std::string_view text) {
  std::vector<ScriptEvent> events;
  std::istringstream stream{std::string(text)};
  Times times;
  for (std::string line; std::getline(stream, line);) {
    line = line.substr(0, line.find('#'));
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    line = line.substr(begin);
    if (std::isdigit(static_cast<unsigned char>(line.front())) != 0) {
      times = ParseTimes(line.substr(0, line.find(' ')));
      line = line.substr(line.find(' '));
    }
    ScriptEvent event = ParseEvent(line);
    for (double at = times.first; at <= times.last; at += times.step) {
      event.at = at;
      events.push_back(event);
    }
  }
  std::ranges::stable_sort(events, {}, &ScriptEvent::at);
  return Merge(std::move(events));
}

}  // namespace podprobe

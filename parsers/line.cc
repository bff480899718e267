#include "parsers/line.h"

#include <algorithm>

#include "parsers/number.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

// Below this many labels comparing all pairs is cheaper than sorting.
constexpr std::size_t kFewLabels = 24;

std::string TooLong(std::string_view what, std::size_t limit_bytes, std::string_view text) {
  return std::string(what) + " longer than " + std::to_string(limit_bytes) +
         " bytes: " + Quote(text);
}

}  // namespace

void Line::Begin(std::string_view text) {
  text_ = text;
  position_ = 0;
  labels.clear();
  unescaped_.clear();
  sample = Sample();
}

void Line::SkipBlanks() {
  while (position_ < text_.size() && IsBlank(text_[position_])) ++position_;
}

bool Line::Accept(char expected) {
  if (AtEnd() || text_[position_] != expected) return false;
  ++position_;
  return true;
}

std::string_view Line::TakeWord(char also) {
  const std::size_t begin = position_;
  while (position_ < text_.size() && !IsBlank(text_[position_]) && text_[position_] != also) {
    ++position_;
  }
  return text_.substr(begin, position_ - begin);
}

bool Line::ReadMetricName(std::string_view* name) {
  const std::size_t length = MetricNameLength(Rest());
  if (length == 0) return FailHere("metric name expected");
  if (length > kMaxNameBytes) {
    return Fail(position_, TooLong("metric name", kMaxNameBytes, Rest()));
  }
  *name = text_.substr(position_, length);
  position_ += length;
  return true;
}

bool Line::ReadLabelName(std::string_view* name) {
  const std::size_t length = LabelNameLength(Rest());
  if (length == 0) return FailHere("label name expected");
  if (length > kMaxNameBytes) {
    return Fail(position_, TooLong("label name", kMaxNameBytes, Rest()));
  }
  *name = text_.substr(position_, length);
  position_ += length;
  return true;
}

bool Line::ReadQuoted(std::string_view what, std::size_t max_bytes, std::string_view* value) {
  const std::size_t open = position_;
  if (!Accept('"')) return FailHere(std::string(what) + " in double quotes expected");
  bool has_escapes = false;
  bool is_ascii = true;
  std::size_t end = position_;
  for (; end < text_.size() && text_[end] != '"'; ++end) {
    if (text_[end] == '\\') {
      has_escapes = true;
      ++end;  // a quote after a backslash does not close
    }
    if (end < text_.size() && static_cast<unsigned char>(text_[end]) >= 0x80) is_ascii = false;
  }
  if (end >= text_.size()) {
    return Fail(open, std::string(what) + " not closed: " + Quote(text_.substr(open)));
  }
  const std::string_view raw = text_.substr(position_, end - position_);
  if (raw.size() > max_bytes) return Fail(open, TooLong(what, max_bytes, raw));
  if (!is_ascii) {
    const std::size_t valid = ValidUtf8Length(raw);
    if (valid < raw.size()) {
      return Fail(position_ + valid,
                  std::string(what) + " is not valid UTF-8: " + Quote(raw.substr(valid)));
    }
  }
  *value = has_escapes ? Unescape(raw, true) : raw;
  position_ = end + 1;
  return true;
}

bool Line::ReadQuotedName(std::string_view what, std::string_view* name) {
  const std::size_t open = position_;
  if (!ReadQuoted(what, kMaxNameBytes, name)) return false;
  const std::size_t nul = text_.substr(0, position_).find('\0', open);
  if (nul == std::string_view::npos) return true;
  return Fail(
      nul, std::string(what) + " holds a NUL byte: " + Quote(text_.substr(open, position_ - open)));
}

bool Line::ReadValue(std::string_view what, double* value) {
  const std::size_t begin = position_;
  if (AtEnd()) return Fail(begin, "missing " + std::string(what));
  const std::string_view word = TakeWord();
  switch (ParseNumber(word, value)) {
    case NumberStatus::kOk:
      return true;
    case NumberStatus::kRange:
      return Fail(begin, std::string(what) + " too large for a double: " + Quote(word));
    case NumberStatus::kSyntax:
      break;
  }
  return Fail(begin, std::string(what) + " is not a number: " + Quote(word));
}

bool Line::AddLabel(Label label) {
  if (labels.size() == kMaxLabels) {
    return Fail(position_, "more than " + std::to_string(kMaxLabels) + " labels");
  }
  labels.push_back(label);
  return true;
}

bool Line::CheckLabelNames(std::size_t first_label, std::size_t position) {
  std::string_view repeated;
  bool is_repeated = false;
  const std::size_t count = labels.size();
  if (count - first_label <= kFewLabels) {
    for (std::size_t i = first_label; i < count && !is_repeated; ++i) {
      for (std::size_t j = first_label; j < i; ++j) {
        if (labels[i].name != labels[j].name) continue;
        repeated = labels[i].name;
        is_repeated = true;
        break;
      }
    }
  } else {
    sorted_names_.clear();
    for (std::size_t i = first_label; i < count; ++i) sorted_names_.push_back(labels[i].name);
    std::sort(sorted_names_.begin(), sorted_names_.end());
    const auto found = std::adjacent_find(sorted_names_.begin(), sorted_names_.end());
    is_repeated = found != sorted_names_.end();
    if (is_repeated) repeated = *found;
  }
  if (!is_repeated) return true;
  return Fail(position, "label name occurs twice: " + Quote(repeated));
}

bool Line::Fail(std::size_t position, std::string why) {
  column = position + 1;
  message = std::move(why);
  return false;
}

bool Line::FailHere(std::string why) {
  if (AtEnd()) return Fail(position_, std::move(why) + ", the line ends: " + Quote(text_));
  return Fail(position_, std::move(why) + ": " + Quote(Rest()));
}

std::string_view Line::Unescape(std::string_view raw, bool with_quotes) {
  unescaped_.reserve(text_.size());
  const std::size_t begin = unescaped_.size();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) {
      const char next = raw[i + 1];
      if (next == '\\' || next == 'n' || (next == '"' && with_quotes)) {
        unescaped_ += next == 'n' ? '\n' : next;
        ++i;
        continue;
      }
    }
    unescaped_ += raw[i];
  }
  return std::string_view(unescaped_).substr(begin);
}

}  // namespace podprobe

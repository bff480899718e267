#include "parsers/item_splitter.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace podprobe {
namespace {

constexpr std::size_t kTopDepth = 1;    // in the outermost object
constexpr std::size_t kItemsDepth = 2;  // in its array

constexpr bool IsJsonBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void ItemSplitter::Feed(std::string_view chunk) {
  while (!chunk.empty()) chunk.remove_prefix(is_in_item_ ? FeedItem(chunk) : FeedRest(chunk));
}

std::size_t ItemSplitter::FeedItem(std::string_view text) {
  std::size_t at = 0;
  bool has_ended = false;
  while (at < text.size() && !has_ended) {
    const char c = text[at++];
    if (is_in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (c == '\\') {
        is_escaped_ = true;
      } else if (c == '"') {
        is_in_string_ = false;
      }
    } else if (c == '"') {
      is_in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      has_ended = --depth_ == kItemsDepth;
    }
  }
  item_.append(text.substr(0, at));
  if (has_ended) EndItem();
  return at;
}

void ItemSplitter::EndItem() {
  const std::size_t begin = rest_.InWhole(rest_.text.size());
  on_item_(item_, begin);
  rest_.text += "null";
  rest_.cuts.push_back({.end = rest_.text.size(), .end_in_whole = begin + item_.size()});
  item_.clear();
  is_in_item_ = false;
}

std::size_t ItemSplitter::FeedRest(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '{' && expects_item_) {
      is_in_item_ = true;
      expects_item_ = false;
      break;
    }
    TakeOfRest(c);
    ++at;
  }
  return at;
}

void ItemSplitter::TakeOfRest(char c) {
  rest_.text += c;
  if (is_over_) return;
  if (is_in_string_) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '\\') {
      is_escaped_ = true;
    } else if (c == '"') {
      is_in_string_ = false;
      string_end_ = rest_.text.size() - 1;
    }
    return;
  }
  if (IsJsonBlank(c)) return;
  expects_item_ = false;
  switch (c) {
    case '"':
      is_in_string_ = true;
      string_begin_ = rest_.text.size();
      break;
    case ':':
      if (depth_ == kTopDepth) {
        is_items_key_ =
            std::string_view(rest_.text).substr(string_begin_, string_end_ - string_begin_) ==
            "items";
      }
      break;
    case ',':
      expects_item_ = is_in_items_ && depth_ == kItemsDepth;
      break;
    case '[':
    case '{':
      ++depth_;
      is_in_items_ = is_in_items_ || (depth_ == kItemsDepth && is_items_key_ && c == '[');
      expects_item_ = is_in_items_ && depth_ == kItemsDepth;
      break;
    case ']':
    case '}':
      if (depth_ > 0) --depth_;
      is_over_ = depth_ == 0;
      if (depth_ < kItemsDepth) is_in_items_ = false;
      break;
    case '\0':  // what comes behind it the reader of the rest does not look at
      is_over_ = true;
      break;
    default:
      break;
  }
}

ItemSplitter::Rest ItemSplitter::Finish() {
  rest_.text += item_;
  Rest rest = std::move(rest_);
  *this = ItemSplitter(on_item_);
  return rest;
}

std::size_t ItemSplitter::Rest::InWhole(std::size_t position) const {
  const auto after = std::ranges::upper_bound(cuts, position, {}, &Cut::end);
  if (after == cuts.begin()) return position;
  const Cut& cut = *std::prev(after);
  return cut.end_in_whole + (position - cut.end);
}

}  // namespace podprobe

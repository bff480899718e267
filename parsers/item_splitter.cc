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

// To the closing quote.
std::size_t ItemSplitter::FeedString(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (text[at] == '\\') {
      is_escaped_ = true;
    } else if (text[at] == '"') {
      is_in_string_ = false;
      return at + 1;
    }
  }
  return text.size();
}

// To the item's closing bracket.
std::size_t ItemSplitter::FeedItem(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && depth_ != kItemsDepth) {
    if (is_in_string_) {
      at += FeedString(text.substr(at));
      continue;
    }
    const char c = text[at++];
    if (c == '"') {
      is_in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
  item_.append(text.substr(0, at));
  if (depth_ == kItemsDepth) EndItem();
  return at;
}

void ItemSplitter::BeginItem() {
  is_in_item_ = true;
  expects_item_ = false;
  item_ = '{';
  ++depth_;
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
    if (is_in_string_) {
      const std::size_t taken = FeedString(text.substr(at));
      rest_.text.append(text.substr(at, taken));
      at += taken;
      if (!is_in_string_) string_end_ = rest_.text.size() - 1;
      continue;
    }
    const char c = text[at++];
    if (c == '{' && expects_item_) {
      BeginItem();
      break;
    }
    rest_.text += c;
    if (!is_over_ && !IsJsonBlank(c)) TakeOfRest(c);
  }
  return at;
}

// A byte outside strings that is no blank.
void ItemSplitter::TakeOfRest(char c) {
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
  rest_.text += std::exchange(item_, {});  // its room goes, too
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

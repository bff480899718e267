#ifndef PODPROBE_PARSERS_ITEM_SPLITTER_H_
#define PODPROBE_PARSERS_ITEM_SPLITTER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podprobe {

// Takes a Kubernetes list (JSON: {"kind": …, "items": [{…}, {…}]}) apart as its bytes arrive: each
// object in `items`, and the rest, in which null stands for each of them. Only brackets and strings
// are looked at (RFC 8259, sections 4, 5 and 7). Of a text that is valid, items and rest are; of
// one that is not, one of them is not.
// What is held is the rest and one item, however long the list.
class ItemSplitter {
 public:
  // `on_item`: a whole item and where in the text it begins. The view is valid during the call.
  explicit ItemSplitter(std::function<void(std::string_view item, std::size_t begin)> on_item)
      : on_item_(std::move(on_item)) {}

  void Feed(std::string_view chunk);

  // At the end of the text; an item that was not ended is part of the rest. Then the next text
  // may begin.
  struct Rest {
    std::string text;
    struct Cut {
      std::size_t end = 0;           // of the null, in `text`
      std::size_t end_in_whole = 0;  // of the item
    };
    std::vector<Cut> cuts;  // ascending

    // Where in the whole text a byte of `text` was.
    std::size_t InWhole(std::size_t position) const;
  };
  Rest Finish();

 private:
  // Each returns how many bytes it took.
  std::size_t FeedItem(std::string_view text);
  std::size_t FeedString(std::string_view text);
  std::size_t FeedRest(std::string_view text);
  void TakeOfRest(char c);
  void BeginItem();
  void EndItem();

  std::function<void(std::string_view, std::size_t)> on_item_;
  Rest rest_;
  std::string item_;  // not ended, from its first bracket
  bool is_in_item_ = false;
  bool is_in_string_ = false;
  bool is_escaped_ = false;  // the next byte of the string
  std::size_t depth_ = 0;    // brackets that are open
  bool is_over_ = false;     // the outermost bracket was closed

  // Of the outermost object: where in the rest its last string is, and whether that is the key of
  // the value that comes.
  std::size_t string_begin_ = 0;
  std::size_t string_end_ = 0;
  bool is_items_key_ = false;
  bool is_in_items_ = false;   // in that array, at whatever depth
  bool expects_item_ = false;  // right behind the array's [ or a comma of it
};

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_ITEM_SPLITTER_H_

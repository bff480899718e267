#ifndef PODPROBE_EXPORTER_HEALTH_SHARED_TEXT_H_
#define PODPROBE_EXPORTER_HEALTH_SHARED_TEXT_H_

#include <compare>
#include <concepts>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace podprobe {

class SharedText;

// What a SharedText can be made of and compared with.
template <typename T>
concept TextLike =
    std::convertible_to<const T&, std::string_view> && !std::same_as<std::decay_t<T>, SharedText>;

// A text that never changes, held once however many have it: the labels of a pod stand in
// the kubelet's readings, in counters and in pages at the same time. Reads as a
// std::string. Copies may go to other threads.
class SharedText {
 public:
  SharedText() = default;
  template <TextLike T>
  SharedText(const T& text) {
    const std::string_view view = text;
    if (!view.empty()) text_ = std::make_shared<const std::string>(view);
  }

  const std::string& str() const {
    static const std::string kEmpty;
    return text_ == nullptr ? kEmpty : *text_;
  }
  operator const std::string&() const { return str(); }
  operator std::string_view() const { return str(); }
  bool empty() const { return text_ == nullptr; }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.text_ == b.text_ || a.str() == b.str();
  }
  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) {
    return a.text_ == b.text_ ? std::strong_ordering::equal : a.str() <=> b.str();
  }
  template <TextLike T>
  friend bool operator==(const SharedText& a, const T& b) {
    return a.str() == std::string_view(b);
  }
  template <TextLike T>
  friend std::strong_ordering operator<=>(const SharedText& a, const T& b) {
    return a.str() <=> std::string_view(b);
  }
  friend std::string operator+(std::string a, const SharedText& b) {
    return std::move(a) + b.str();
  }
  friend std::string operator+(const SharedText& a, std::string_view b) {
    return a.str() + std::string(b);
  }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << text.str();
  }

 private:
  std::shared_ptr<const std::string> text_;  // null: empty
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SHARED_TEXT_H_

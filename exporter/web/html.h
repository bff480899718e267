#ifndef PODPROBE_EXPORTER_WEB_HTML_H_
#define PODPROBE_EXPORTER_WEB_HTML_H_

#include <string>
#include <string_view>
#include <utility>

namespace podprobe {

// Text as it may stand in HTML, between tags and in attributes in double quotes. What is not
// UTF-8 becomes U+FFFD, control characters a space.
std::string EscapeHtml(std::string_view text);

// HTML put together of markup of ours and text of others.
class Html {
 public:
  // Markup, as it stands.
  Html& Tag(std::string_view markup) {
    text_ += markup;
    return *this;
  }
  // Anything, escaped.
  Html& Text(std::string_view text) {
    text_ += EscapeHtml(text);
    return *this;
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_HTML_H_

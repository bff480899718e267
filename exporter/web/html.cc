#include "exporter/web/html.h"

#include <algorithm>
#include <cstddef>

#include "exporter/exposition/utf8.h"

namespace podprobe {

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t bytes = Utf8CharacterBytes(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(bytes, 1));
    text.remove_prefix(character.size());
    const char byte = character.front();
    if (bytes == 0) {
      escaped += kReplacementCharacter;
    } else if (byte == '&') {
      escaped += "&amp;";
    } else if (byte == '<') {
      escaped += "&lt;";
    } else if (byte == '>') {
      escaped += "&gt;";
    } else if (byte == '"') {
      escaped += "&quot;";
    } else if (byte == '\'') {
      escaped += "&#39;";
    } else if ((byte >= 0 && byte < ' ') || byte == '\x7f') {
      escaped += ' ';
    } else {
      escaped += character;
    }
  }
  return escaped;
}

}  // namespace podprobe

#ifndef PODPROBE_EXPORTER_EXPOSITION_UTF8_H_
#define PODPROBE_EXPORTER_EXPOSITION_UTF8_H_

#include <cstddef>
#include <string_view>

namespace podprobe {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the character that `text` begins with; 0 if that is not UTF-8 (RFC 3629: no
// surrogates, no overlong forms, nothing above U+10FFFF) or the text is empty.
std::size_t Utf8CharacterBytes(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_UTF8_H_

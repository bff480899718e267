#ifndef PODPROBE_EXPORTER_KUBELET_EXCERPT_H_
#define PODPROBE_EXPORTER_KUBELET_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace podprobe {

inline constexpr std::size_t kMaxExcerptBytes = 300;

// Foreign text made fit for one line of a log: bytes outside printable ASCII
// become \x1b and the like, and what is over kMaxExcerptBytes ends in "…".
std::string Visible(std::string_view text);

// The first line of an answer, made visible. Where it holds the beginning of
// `secret` (some servers echo the request), the word with it becomes "<token>".
std::string FirstLine(std::string_view body, std::string_view secret);

// Whether the beginning of `secret` stands in the text.
bool HoldsSecret(std::string_view text, std::string_view secret);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_EXCERPT_H_

#include "parsers/plain_line.h"

#include <cstdlib>
#include <cstring>

namespace podprobe {
namespace {

const PlainReader* Best() {
  for (const PlainReader* reader : {Avx512PlainReader(), Avx2PlainReader(), NeonPlainReader()}) {
    if (reader != nullptr) return reader;
  }
  return PortablePlainReader();
}

const PlainReader* FromEnvironment() {
  const char* const wanted = std::getenv("PODPROBE_PARSER_PATH");
  if (wanted == nullptr) return nullptr;
  for (const PlainReader* reader :
       {PortablePlainReader(), Avx2PlainReader(), Avx512PlainReader(), NeonPlainReader()}) {
    if (reader != nullptr && reader->name == wanted) return reader;
  }
  return nullptr;
}

}  // namespace

const PlainReader& SelectPlainReader() {
  const PlainReader* const wanted = FromEnvironment();
  return wanted != nullptr ? *wanted : *Best();
}

void PlainLayout::Learn(std::string_view line, const Sample& sample) {
  const char* position = line.data();
  if (sample.name.data() != position || sample.name.size() > kKeyBytes) return;
  position += sample.name.size();
  if (sample.labels.size() > kMaxKeys) return;
  const char* const end = line.data() + line.size();
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    const Label& label = sample.labels[i];
    const std::size_t prefix = i == 0 ? 1 : 2;
    const std::size_t size = prefix + label.name.size() + 2;
    if (size > kKeyBytes || size > static_cast<std::size_t>(end - position)) return;
    // The label stands where a plain line has it, and not in quotes.
    const std::string_view text(position, size);
    if (label.name.data() != position + prefix || !text.starts_with(i == 0 ? "{" : "\",") ||
        !text.ends_with("=\"")) {
      return;
    }
    // Resolved escapes stand elsewhere.
    if (label.value.data() != position + size) return;
    position += size + label.value.size();
  }
  position = line.data() + sample.name.size();
  name_size = static_cast<std::uint32_t>(sample.name.size());
  std::memcpy(name, sample.name.data(), sample.name.size());
  if (sample.labels.empty()) return;
  key_count = static_cast<std::uint32_t>(sample.labels.size());
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    const Label& label = sample.labels[i];
    Key& key = keys[i];
    key.size = static_cast<std::uint32_t>((i == 0 ? 1 : 2) + label.name.size() + 2);
    std::memset(key.text, 0, sizeof key.text);
    std::memcpy(key.text, position, key.size);
    position += key.size + label.value.size();
  }
}

}  // namespace podprobe

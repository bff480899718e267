// Any bytes as a configuration: loaded, or each problem said with its place.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/loader.h"
#include "tests/fuzz/config_problems.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "SET" ? std::optional<std::string>("value") : std::nullopt;
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  podprobe::CheckProblems(text, podprobe::LoadConfig(text, environment).problems);
  return 0;
}

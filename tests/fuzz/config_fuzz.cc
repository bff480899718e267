// Any bytes as a configuration and as a web configuration: loaded, or each problem said with its
// place.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/loader.h"
#include "config/web_config.h"
#include "tests/fuzz/judge.h"

namespace podprobe {
namespace {

void CheckProblems(const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) {
    if (problem.what.empty()) MustEqual("a problem's words", "none", "some");
  }
}

void Check(std::string_view text) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "SET" ? std::optional<std::string>("value") : std::nullopt;
  };
  CheckProblems(LoadConfig(text, environment).problems);
  CheckProblems(LoadWebConfig(text).problems);
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  podprobe::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}

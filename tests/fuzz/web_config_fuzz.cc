// Any bytes as a web configuration: each problem said with its place, or loaded so that no user has
// a password that is no hash, no header breaks its line, and TLS has what it needs.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/web_config.h"
#include "tests/fuzz/config_problems.h"

namespace podprobe {
namespace {

void CheckLoaded(const WebFileConfig& config) {
  for (const auto& [name, hash] : config.basic_auth_users) {
    if (!hash.starts_with("$2") || hash.size() != 60) MustEqual("of " + name, hash, "bcrypt");
  }
  for (const auto& [name, value] : config.headers) {
    if (HoldsControlCharacter(value)) MustEqual("header " + name, value, "one line");
  }
  if (!config.tls) return;
  if (config.tls->cert_file.empty()) MustEqual("cert_file", "none", "a file");
  if (config.tls->key_file.empty()) MustEqual("key_file", "none", "a file");
  if (!config.tls->is_tls12_allowed && !config.tls->is_tls13_allowed) {
    MustEqual("versions", "none", "one");
  }
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const podprobe::WebConfigResult result = podprobe::LoadWebConfig(text);
  podprobe::CheckProblems(text, result.problems);
  if (result.problems.empty()) podprobe::CheckLoaded(result.config);
  return 0;
}

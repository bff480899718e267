#include "config/config_file.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "config/yaml_document.h"

namespace podprobe {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

void ResolvePaths(const std::filesystem::path& folder, Config* config) {
  TlsConfig& kubelet = config->kubelet.tls;
  TlsConfig& apiserver = config->apiserver.tls;
  for (std::string* path :
       {&kubelet.ca_file, &kubelet.cert_file, &kubelet.key_file, &config->kubelet.credentials_file,
        &apiserver.ca_file, &apiserver.cert_file, &apiserver.key_file,
        &config->apiserver.credentials_file}) {
    // An absolute path is its own result.
    if (!path->empty()) *path = (folder / *path).string();
  }
}

}  // namespace

int ReadConfigText(const std::string& path, std::string* text) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
  if (!file) return errno;
  text->resize(kMaxConfigBytes + 1);
  text->resize(std::fread(text->data(), 1, text->size(), file.get()));
  return std::ferror(file.get()) != 0 ? errno : 0;
}

LoadResult LoadConfigFile(const std::string& file, const EnvironmentLookup& environment) {
  std::string text;
  if (const int error = ReadConfigText(file, &text); error != 0) {
    const std::string reason = std::generic_category().message(error);
    return {.problems = {{.what = "cannot read the configuration file: " + reason}}};
  }
  LoadResult result = LoadConfig(text, environment);
  ResolvePaths(std::filesystem::path(file).parent_path(), &result.config);
  return result;
}

EnvironmentLookup ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // Nothing in this process changes its environment.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

}  // namespace podprobe

#include "exporter/kubelet/token.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "config/pipe.h"

namespace podprobe {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

bool IsHeaderSafe(std::string_view token) {
  for (const char c : token) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

TokenResult ReadToken(const std::string& path) {
  if (const std::string problem = PipeProblem(path); !problem.empty()) {
    return {{}, "the token file " + path + " " + problem};
  }
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return {{}, "the token file " + path + " cannot be opened: " + std::strerror(errno)};
  }
  std::string text(kMaxTokenBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return {{}, "the token file " + path + " cannot be read: " + std::strerror(errno)};
  }
  if (text.size() > kMaxTokenBytes) {
    return {{},
            "the token file " + path + " is longer than " + std::to_string(kMaxTokenBytes) +
                " bytes: it holds no token"};
  }
  const std::string_view token = Trim(text);
  if (token.empty()) return {{}, "the token file " + path + " is empty"};
  if (!IsHeaderSafe(token)) {
    return {{},
            "the token file " + path +
                " holds more than one word or bytes that no token has: it must hold the token "
                "alone"};
  }
  return {std::string(token), ""};
}

}  // namespace podprobe

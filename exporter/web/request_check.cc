#include "exporter/web/request_check.h"

#include <strings.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace podprobe {
namespace {

std::string OverBytes(std::string_view what, std::size_t limit) {
  return std::string(what) + " larger than " + std::to_string(limit) + " bytes";
}

std::size_t TargetBytes(const HttpRequest& request) {
  return request.path.size() + (request.query.empty() ? 0 : 1 + request.query.size());
}

// As it is usually written: "GET / HTTP/1.1", "Name: value", and an empty line.
std::size_t HeadBytes(const HttpRequest& request) {
  constexpr std::size_t kLineEnd = 2;
  std::size_t bytes = request.method.size() + 1 + TargetBytes(request) + sizeof(" HTTP/1.1") - 1 +
                      kLineEnd + kLineEnd;
  for (const HttpHeader& header : request.headers) {
    bytes += header.name.size() + 2 + header.value.size() + kLineEnd;
  }
  return bytes;
}

std::vector<std::string_view> ValuesOf(const HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const HttpHeader& header : request.headers) {
    const bool is_it = header.name.size() == name.size() &&
                       strncasecmp(header.name.data(), name.data(), name.size()) == 0;
    if (is_it) values.push_back(header.value);
  }
  return values;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<Refusal> CheckLength(const HttpRequest& request) {
  const std::vector<std::string_view> lengths = ValuesOf(request, "Content-Length");
  if (lengths.empty()) return std::nullopt;
  if (!ValuesOf(request, "Transfer-Encoding").empty()) {
    return Refusal{400, "Content-Length and Transfer-Encoding exclude each other"};
  }
  const bool is_one = std::ranges::all_of(
      lengths, [&](std::string_view length) { return length == lengths.front(); });
  if (is_one && IsNumber(lengths.front())) return std::nullopt;
  return Refusal{400, "Content-Length wants one whole number"};
}

}  // namespace

std::optional<Refusal> CheckHead(const HttpRequest& request, const RequestLimits& limits) {
  if (TargetBytes(request) > limits.target_bytes) {
    return Refusal{414, OverBytes("the path with its query is", limits.target_bytes)};
  }
  if (request.headers.size() > limits.headers) {
    return Refusal{431, "there are more than " + std::to_string(limits.headers) + " headers"};
  }
  if (HeadBytes(request) > limits.head_bytes) {
    return Refusal{431, OverBytes("request line and headers are", limits.head_bytes)};
  }
  if (ValuesOf(request, "Host").size() > 1) return Refusal{400, "there is more than one Host"};
  for (const std::string_view expectation : ValuesOf(request, "Expect")) {
    constexpr std::string_view kContinue = "100-continue";
    if (strcasecmp(std::string(expectation).c_str(), kContinue.data()) != 0) {
      return Refusal{417, "Expect can be 100-continue, and nothing else"};
    }
  }
  return CheckLength(request);
}

}  // namespace podprobe

#include "exporter/web/conditional.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "exporter/web/content_negotiation.h"
#include "exporter/web/gzip.h"

namespace podprobe {

bool MatchesTag(std::string_view if_none_match, std::string_view tag) {
  // Our tags hold no comma, so a list may be cut there.
  while (!if_none_match.empty()) {
    std::string_view item = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(if_none_match.size(), item.size() + 1));
    const auto is_space = [](char byte) { return byte == ' ' || byte == '\t'; };
    while (!item.empty() && is_space(item.front())) item.remove_prefix(1);
    while (!item.empty() && is_space(item.back())) item.remove_suffix(1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == tag) return true;
  }
  return false;
}

HttpResponse ForClient(const HttpRequest& request, HttpResponse response,
                       const std::string& version) {
  constexpr std::size_t kMinGzipBytes = 1024;
  if (response.status != 200) return response;
  std::size_t bytes = 0;
  for (const auto& part : response.body) bytes += part->size();
  const bool is_gzip = bytes >= kMinGzipBytes && AcceptsGzip(request.Header("Accept-Encoding"));
  // Two encodings are two entities.
  const std::string tag = "\"" + version + (is_gzip ? "-gzip\"" : "\"");
  response.headers.push_back({"ETag", tag});
  response.headers.push_back({"Cache-Control", "no-cache"});
  response.headers.push_back({"Vary", "Accept, Accept-Encoding"});
  if (MatchesTag(request.Header("If-None-Match"), tag)) {
    response.status = 304;
    response.body.clear();
    return response;
  }
  if (!is_gzip) return response;
  std::string whole;
  for (const auto& part : response.body) whole += *part;
  const GzipHead gzip(whole);
  response.body.clear();
  response.AppendBody(gzip.bytes());
  response.AppendBody(gzip.Finish(""));
  response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

}  // namespace podprobe

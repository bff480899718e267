// Any request: its path on the first line, its query on the second, then headers. Whatever it is,
// the answers are well-formed, and nothing of the query stands in a page as markup.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/web/api.h"
#include "exporter/web/basic_auth.h"
#include "exporter/web/conditional.h"
#include "exporter/web/http_message.h"
#include "exporter/web/metrics_page.h"
#include "exporter/web/plain_page.h"
#include "exporter/web/pod_page.h"
#include "exporter/web/query.h"
#include "exporter/web/sources_page.h"
#include "exporter/web/status_page.h"
#include "tests/fuzz/judge.h"
#include "tests/unit/exposition/full_snapshot.h"

namespace podprobe {
namespace {

std::string TextOf(const HttpResponse& response) {
  std::string text;
  for (const auto& part : response.body) text += *part;
  return text;
}

std::string_view TakeLine(std::string_view* rest) {
  const std::size_t end = rest->find('\n');
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  return line;
}

HttpRequest RequestFrom(std::string_view bytes) {
  HttpRequest request{.method = "GET",
                      .path = std::string(TakeLine(&bytes)),
                      .query = std::string(TakeLine(&bytes)),
                      .headers = {},
                      .body = "",
                      .remote_address = "127.0.0.1"};
  while (!bytes.empty()) {
    const std::string_view line = TakeLine(&bytes);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  return request;
}

// `usual` is what the pages hold without a query.
void CheckMarkup(const Query& query, const std::string& html, const std::string& usual) {
  for (const Query::Parameter& parameter : query.parameters()) {
    if (parameter.value.find('<') == std::string::npos) continue;
    if (html.find(parameter.value) == std::string::npos) continue;
    if (usual.find(parameter.value) != std::string::npos) continue;
    MustEqual("in a page", parameter.value, "escaped");
  }
}

void CheckPages(const HttpRequest& request, const Snapshot& snapshot) {
  const PageOptions options = {.version = "1", .node_name = "n", .telemetry_path = "/metrics"};
  const std::optional<Query> query = Query::Parse(request.query);
  std::string html = RenderStatusPage(options, &snapshot, request.query);
  html += RenderStatusPage(options, nullptr, request.query);
  html += RenderPodPage(options, snapshot, request.query).value_or("");
  static const std::string usual =
      RenderStatusPage(options, &snapshot, "") + RenderStatusPage(options, nullptr, "");
  if (query) CheckMarkup(*query, html, usual);
  static_cast<void>(RenderPlainStatus(options, &snapshot, request.query));
  static_cast<void>(WantsHtml(request.Header("Accept")));
  if (!query) return;
  for (const Query::Parameter& parameter : query->parameters()) {
    const std::optional<Query> again =
        Query::Parse(EscapeQuery(parameter.name) + "=" + EscapeQuery(parameter.value));
    if (parameter.name.empty() || !again) continue;
    MustEqual("escaped and read again", again->Last(parameter.name).value_or("nothing"),
              parameter.value);
  }
}

void CheckApi(HttpRequest request, const Snapshot& snapshot) {
  const ApiOptions options = {.version = "1", .node_name = "n"};
  for (const char* path : {"", "/api/v1/probes", "/api/v1/pods", "/api/v1/sources"}) {
    if (*path != '\0') request.path = path;
    if (!IsApiPath(request.path)) continue;
    for (const Snapshot* each : {&snapshot, static_cast<const Snapshot*>(nullptr)}) {
      const HttpResponse response = AnswerApi(request, each, options);
      if (!nlohmann::json::accept(TextOf(response))) {
        MustEqual("JSON", TextOf(response), "valid");
      }
      static_cast<void>(ForClient(request, response, "1"));
    }
  }
}

void CheckAuth(const HttpRequest& request) {
  static double seconds = 0;
  // Of "secret", as cheap as bcrypt can be.
  static BasicAuth auth({{"alice", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"}},
                        [] { return seconds += 100; });
  const std::string authorization = request.Header("Authorization");
  if (auth.Check(authorization) != BasicAuth::Verdict::kAllowed) return;
  constexpr std::string_view kRight = "YWxpY2U6c2VjcmV0";
  if (authorization.find(kRight) == std::string::npos) {
    MustEqual("let in", authorization, "alice:secret");
  }
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const snapshot =
      new std::shared_ptr<const podprobe::Snapshot>(  // never destroyed
          std::make_shared<const podprobe::Snapshot>(podprobe::FullSnapshot()));
  static const auto* const page = new std::shared_ptr<const podprobe::MetricsPage>(
      std::make_shared<const podprobe::MetricsPage>(*snapshot, podprobe::OpenMetricsOptions{}));
  const podprobe::HttpRequest request =
      podprobe::RequestFrom({reinterpret_cast<const char*>(data), size});
  podprobe::CheckPages(request, **snapshot);
  podprobe::CheckApi(request, **snapshot);
  podprobe::CheckAuth(request);
  static_cast<void>((*page)->Respond(request, {}));
  return 0;
}

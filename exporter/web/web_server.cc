#include "exporter/web/web_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/api.h"
#include "exporter/web/assets.h"
#include "exporter/web/conditional.h"
#include "exporter/web/http_server.h"
#include "exporter/web/metrics_page.h"
#include "exporter/web/page_frame.h"
#include "exporter/web/plain_page.h"
#include "exporter/web/pod_page.h"
#include "exporter/web/shared_self_metrics.h"
#include "exporter/web/sources_page.h"
#include "exporter/web/status_page.h"
#include "exporter/web/steady_time.h"
#include "exporter/web/tls_context.h"
#include "exporter/web/web_access.h"

namespace podprobe {
namespace {

double UnixSeconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

constexpr std::string_view kReloadPath = "/-/reload";
constexpr std::string_view kSourcesPath = "/sources";
constexpr std::string_view kPodPath = "/pod";

bool IsPagePath(std::string_view path) {
  return path == "/" || path == kSourcesPath || path == kPodPath;
}

struct Asset {
  std::string_view path;
  std::string_view content_type;
  std::string_view content;
};

const Asset* AssetAt(std::string_view path) {
  static const Asset kAssets[] = {
      {"/assets/icon.svg", "image/svg+xml", kPageIcon},
      {"/assets/script.js", "text/javascript; charset=utf-8", kPageScript},
      {"/assets/style.css", "text/css; charset=utf-8", kPageStyle}};
  const auto* const found = std::ranges::find(kAssets, path, &Asset::path);
  return found == std::end(kAssets) ? nullptr : found;
}

bool IsHealthyPath(std::string_view path) {
  return path == "/-/healthy" || path == "/livez" || path == "/healthz";
}

bool IsReadyPath(std::string_view path) { return path == "/-/ready" || path == "/readyz"; }

// Returns an error sentence; empty if the path can be served.
std::string CheckTelemetryPath(const std::string& path) {
  if (!path.starts_with('/')) {
    return "telemetry path \"" + path + "\": must begin with '/', as in /metrics";
  }
  if (IsPagePath(path) || path == kReloadPath || IsApiPath(path) || AssetAt(path) != nullptr ||
      IsHealthyPath(path) || IsReadyPath(path)) {
    return "telemetry path \"" + path + "\": another page is served there, choose another path";
  }
  if (path.find_first_of("?#%") != std::string::npos) {
    return "telemetry path \"" + path + "\": write the path alone, without ?, # and %";
  }
  return "";
}

HttpResponse NotFound(const HttpRequest& request) {
  constexpr std::size_t kMaxQuotedBytes = 200;
  std::string path = request.path.substr(0, kMaxQuotedBytes);
  // It is shown in a terminal, which control characters would move.
  const auto is_unprintable = [](char byte) { return byte < ' ' || byte > '~'; };
  std::ranges::replace_if(path, is_unprintable, '?');
  return HttpResponse::Text(404, "there is no page " + path + " here; see /\n");
}

// What is not a page is not there whatever the method, so routes come first.
HttpResponse MethodNotAllowed(const HttpRequest& request) {
  HttpResponse response =
      HttpResponse::Text(405, request.method + " is not for this page, only GET and HEAD\n");
  response.headers.push_back({"Allow", "GET, HEAD"});
  return response;
}

// For answers that are about this moment only.
HttpResponse Unstored(HttpResponse response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

class WebServer::Impl {
 public:
  Impl(Options options, const SelfMetrics* self_metrics)
      : options_(std::move(options)),
        self_metrics_(self_metrics),
        alive_at_(options_.steady_seconds()),
        api_({.version = options_.version,
              .node_name = options_.node_name,
              .started_unix_seconds = UnixSeconds()}),
        page_({.version = options_.version,
               .node_name = options_.node_name,
               .telemetry_path = options_.telemetry_path}),
        access_({.file = options_.web_config_file,
                 .loaded = options_.web_file,
                 .on_error = options_.on_web_file_error,
                 .on_change = options_.on_web_file_change}) {}

  // Returns an error sentence; empty if the servers run.
  std::string Start() {
    if (std::string error = CheckTelemetryPath(options_.telemetry_path); !error.empty()) {
      return error;
    }
    HttpServer::Options http{.listen_addresses = options_.listen_addresses,
                             .num_threads = options_.num_threads,
                             .request_timeout_ms = options_.request_timeout_ms,
                             .max_requests = options_.max_requests,
                             .error_headers = [this] { return access_.Last()->safety_headers; },
                             .on_error = options_.on_error,
                             .on_exception = options_.on_exception};
    if (options_.web_file.tls) {
      TlsContextResult tls =
          TlsContext::Create({.config = *options_.web_file.tls, .on_error = options_.on_tls_error});
      if (tls.context == nullptr) return std::move(tls.error);
      http.tls = std::move(tls.context);
    }
    HttpServerResult pages = HttpServer::Start(http, [this](const HttpRequest& request) {
      const std::shared_ptr<const WebAccess::Rules> rules = access_.Current();
      return WithSafety(*rules, Guard(*rules, request));
    });
    http.tls = nullptr;
    if (pages.server == nullptr) return std::move(pages.error);
    pages_server_ = std::move(pages.server);
    if (options_.health_listen_address.empty()) return "";

    constexpr int kHealthThreads = 4;
    http.listen_addresses = {options_.health_listen_address};
    http.num_threads = kHealthThreads;
    HttpServerResult health = HttpServer::Start(http, [this](const HttpRequest& request) {
      return WithSafety(*access_.Last(), RouteHealth(request).value_or(NotFound(request)));
    });
    if (health.server == nullptr) return "health address: " + health.error;
    health_server_ = std::move(health.server);
    return "";
  }

  void Publish(std::shared_ptr<const Snapshot> snapshot) {
    OpenMetricsOptions open_metrics;
    if (options_.created_unix_seconds > 0) {
      open_metrics.created_unix_seconds = options_.created_unix_seconds;
    }
    Published published = {
        .page = std::make_shared<const MetricsPage>(std::move(snapshot), open_metrics)};
    {
      const std::lock_guard lock(page_mutex_);
      published.number = published_.number + 1;
      std::swap(published_, published);
    }
    // The page before may end here: not under the mutex.
  }

  void MarkAlive() { alive_at_ = options_.steady_seconds(); }

  const HttpServer& pages_server() const { return *pages_server_; }
  const HttpServer* health_server() const { return health_server_.get(); }

 private:
  struct Published {
    std::shared_ptr<const MetricsPage> page;  // null before the first snapshot
    unsigned long number = 0;

    const Snapshot* snapshot() const { return page == nullptr ? nullptr : &page->snapshot(); }
  };

  Published Now() const {
    const std::lock_guard lock(page_mutex_);
    return published_;
  }
  std::shared_ptr<const MetricsPage> Page() const { return Now().page; }

  // Of this snapshot of this process.
  std::string VersionOf(const Published& published) const {
    return FormatValue(std::round(api_.started_unix_seconds * 1000)) + "-" +
           std::to_string(published.number);
  }

  HttpResponse Api(const HttpRequest& request) const {
    const Published now = Now();
    HttpResponse response = AnswerApi(request, now.snapshot(), api_);
    if (response.status != 200) return Unstored(std::move(response));
    return ForClient(request, std::move(response), VersionOf(now));
  }

  // The user's headers win over an answer's own, and those over the rest.
  static HttpResponse WithSafety(const WebAccess::Rules& rules, HttpResponse response) {
    std::erase_if(response.headers,
                  [&](const HttpHeader& own) { return rules.user_headers.contains(own.name); });
    for (const HttpHeader& header : rules.safety_headers) {
      const auto is_same = [&](const HttpHeader& own) { return own.name == header.name; };
      if (std::ranges::any_of(response.headers, is_same)) continue;
      response.headers.push_back(header);
    }
    return response;
  }

  // Lets in those who may come.
  HttpResponse Guard(const WebAccess::Rules& rules, const HttpRequest& request) const {
    if (rules.basic_auth == nullptr) return Route(request);
    switch (rules.basic_auth->Check(request.Header("Authorization"))) {
      case BasicAuth::Verdict::kAllowed:
        return Route(request);
      case BasicAuth::Verdict::kBusy: {
        HttpResponse response = Unstored(
            HttpResponse::Text(503, "too many logins are being checked; try again in a second\n"));
        response.headers.push_back({"Retry-After", "1"});
        return response;
      }
      case BasicAuth::Verdict::kRefused:
        break;
    }
    HttpResponse response = Unstored(HttpResponse::Text(401, "Unauthorized\n"));
    response.headers.push_back({"WWW-Authenticate", "Basic"});
    return response;
  }

  HttpResponse Route(const HttpRequest& request) const {
    if (std::optional<HttpResponse> health = RouteHealth(request)) return *std::move(health);
    if (request.path == kReloadPath) return Unstored(Reload(request));
    if (IsApiPath(request.path)) return Api(request);
    const bool is_metrics = request.path == options_.telemetry_path;
    const Asset* asset = AssetAt(request.path);
    if (!is_metrics && asset == nullptr && !IsPagePath(request.path)) return NotFound(request);
    if (request.method != "GET" && request.method != "HEAD") return MethodNotAllowed(request);
    if (is_metrics) return Metrics(request);
    return asset == nullptr ? PageForPeople(request) : AnswerAsset(request, *asset);
  }

  // The paths that both servers have; absent for any other.
  std::optional<HttpResponse> RouteHealth(const HttpRequest& request) const {
    const bool is_ready_path = IsReadyPath(request.path);
    if (!is_ready_path && !IsHealthyPath(request.path)) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") return MethodNotAllowed(request);
    return Unstored(is_ready_path ? Ready() : Healthy());
  }

  // In Prometheus' own words, which tools know.
  HttpResponse Reload(const HttpRequest& request) const {
    if (request.method != "POST" && request.method != "PUT") {
      HttpResponse response = HttpResponse::Text(405, "Only POST or PUT requests allowed");
      response.headers.push_back({"Allow", "POST, PUT"});
      return response;
    }
    if (!options_.is_lifecycle_enabled || !options_.reload) {
      return HttpResponse::Text(403, "Lifecycle API is not enabled.");
    }
    const std::string error = options_.reload();
    if (error.empty()) return HttpResponse::Text(200, "");
    return HttpResponse::Text(500, "failed to reload config: " + error + "\n");
  }

  HttpResponse Healthy() const {
    const double idle_seconds = options_.steady_seconds() - alive_at_;
    if (idle_seconds <= options_.alive_within_seconds) return HttpResponse::Text(200, "healthy\n");
    return HttpResponse::Text(503, "not healthy: the reading loop has not moved for more than " +
                                       FormatValue(options_.alive_within_seconds) + " s\n");
  }

  HttpResponse Ready() const {
    if (Page() != nullptr) return HttpResponse::Text(200, "ready\n");
    return HttpResponse::Text(
        503, "not ready: the kubelet's first answers have not come yet, so there is no page\n");
  }

  HttpResponse Metrics(const HttpRequest& request) const {
    const std::shared_ptr<const MetricsPage> page = Page();
    if (page == nullptr) {
      HttpResponse response = Unstored(HttpResponse::Text(
          503, "the kubelet's first answers have not come yet; try again in a second\n"));
      response.headers.push_back({"Retry-After", "1"});
      return response;
    }
    return Unstored(page->Respond(request, self_metrics_.At(options_.steady_seconds())));
  }

  HttpResponse AnswerAsset(const HttpRequest& request, const Asset& asset) const {
    HttpResponse response = HttpResponse::Text(200, std::string(asset.content));
    response.content_type = asset.content_type;
    return ForClient(request, std::move(response), VersionOf({}));
  }

  HttpResponse PageForPeople(const HttpRequest& request) const {
    const Published now = Now();
    if (!WantsHtml(request.Header("Accept")) && request.path != kPodPath) {
      return ForClient(
          request,
          HttpResponse::Text(200, request.path == kSourcesPath
                                      ? RenderPlainSources(now.snapshot())
                                      : RenderPlainStatus(page_, now.snapshot(), request.query)),
          VersionOf(now) + "-text");
    }
    std::optional<std::string> html;
    if (request.path == "/") html = RenderStatusPage(page_, now.snapshot(), request.query);
    if (request.path == kSourcesPath) html = RenderSourcesPage(page_, now.snapshot());
    if (request.path == kPodPath && now.page != nullptr) {
      html = RenderPodPage(page_, *now.snapshot(), request.query);
    }
    const int status = html ? 200 : 404;
    HttpResponse response =
        HttpResponse::Text(status, html ? *std::move(html) : RenderNoPodPage(page_));
    response.content_type = "text/html; charset=utf-8";
    response.headers.push_back({"Content-Security-Policy", std::string(kPageSecurityPolicy)});
    if (status == 404) return Unstored(std::move(response));
    return ForClient(request, std::move(response), VersionOf(now));
  }

  const Options options_;
  mutable SharedSelfMetrics self_metrics_;
  std::atomic<double> alive_at_;
  const ApiOptions api_;
  const PageOptions page_;
  WebAccess access_;
  mutable std::mutex page_mutex_;
  Published published_;
  // Last, so that no request runs while the rest goes.
  std::unique_ptr<HttpServer> pages_server_;
  std::unique_ptr<HttpServer> health_server_;
};

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebServer::~WebServer() = default;

WebServerResult WebServer::Start(Options options, const SelfMetrics* self_metrics) {
  if (!options.steady_seconds) options.steady_seconds = SteadySeconds;
  auto impl = std::make_unique<Impl>(std::move(options), self_metrics);
  std::string error = impl->Start();
  if (!error.empty()) return {.server = nullptr, .error = std::move(error)};
  return {.server = std::unique_ptr<WebServer>(new WebServer(std::move(impl))), .error = ""};
}

void WebServer::Publish(std::shared_ptr<const Snapshot> snapshot) {
  impl_->Publish(std::move(snapshot));
}

void WebServer::MarkAlive() { impl_->MarkAlive(); }

const std::vector<ListenAddress>& WebServer::addresses() const {
  return impl_->pages_server().addresses();
}

int WebServer::port() const { return impl_->pages_server().port(); }

int WebServer::health_port() const {
  return impl_->health_server() == nullptr ? 0 : impl_->health_server()->port();
}

const ListenAddress* WebServer::health_address() const {
  const HttpServer* server = impl_->health_server();
  return server == nullptr ? nullptr : &server->addresses().front();
}

}  // namespace podprobe

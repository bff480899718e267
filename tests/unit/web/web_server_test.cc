#include "exporter/web/web_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "tests/unit/web/gunzip.h"
#include "tests/unit/web/http_client.h"

namespace podprobe {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::shared_ptr<const Snapshot> SnapshotWithAttempts(double attempts) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->probes.push_back({.labels = {.pod_namespace = "shop",
                                         .pod = "web-0",
                                         .workload = "web",
                                         .workload_type = "statefulset",
                                         .probe_type = "Readiness"},
                              .phases = {{.phase = "steady", .attempts = attempts, .failures = 0}},
                              .success_ratios = {},
                              .near_timeout_ratio = std::nullopt,
                              .containers = {}});
  return snapshot;
}

const char kFirstSample[] =
    "podprobe_attempts_total{namespace=\"shop\",pod=\"web-0\",workload=\"web\","
    "workload_type=\"statefulset\",probe_type=\"Readiness\",phase=\"steady\"} ";

constexpr char kHtml[] = "Accept: text/html\r\n";

class WebServerTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(WebServer::Options options) {
    server_.reset();
    options.listen_addresses = {"127.0.0.1:0"};
    options.health_listen_address = "127.0.0.1:0";
    options.steady_seconds = [this] { return steady_seconds_.load(); };
    WebServerResult result = WebServer::Start(options, &self_metrics_);
    ASSERT_EQ(result.error, "");
    server_ = std::move(result.server);
  }

  RawAnswer GetPage(std::string_view path, std::string_view headers = "") const {
    return Get(server_->port(), path, headers);
  }
  RawAnswer GetHealth(std::string_view path) const { return Get(server_->health_port(), path); }

  std::atomic<double> steady_seconds_ = 1000;
  SelfMetrics self_metrics_{{.version = "1.2.3", .revision = "r", .branch = "b", .compiler = "c"}};
  std::unique_ptr<WebServer> server_;
};

TEST_F(WebServerTest, ThereIsNoPageBeforeTheFirstSnapshot) {
  const RawAnswer answer = GetPage("/metrics");
  EXPECT_EQ(answer.status(), 503);
  EXPECT_EQ(answer.Header("Retry-After"), "1");
  EXPECT_EQ(answer.body, "the kubelet's first answers have not come yet; try again in a second\n");
}

TEST_F(WebServerTest, ServesTheLastSnapshotAndTheExportersOwnSeries) {
  server_->Publish(SnapshotWithAttempts(1));
  server_->Publish(SnapshotWithAttempts(2));
  const RawAnswer answer = GetPage("/metrics");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.Header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(answer.Header("Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(answer.Header("Content-Encoding"), "");
  EXPECT_THAT(answer.body,
              AllOf(StartsWith("# HELP podprobe_attempts_total "),
                    HasSubstr(std::string(kFirstSample) + "2\n"),
                    HasSubstr("\npodprobe_build_info{version=\"1.2.3\""),
                    HasSubstr("\nprocess_start_time_seconds "), Not(HasSubstr("# EOF"))));
}

TEST_F(WebServerTest, OpenMetricsWhereItIsAskedFor) {
  server_->Publish(SnapshotWithAttempts(2));
  const RawAnswer answer =
      GetPage("/metrics", "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n");
  EXPECT_EQ(answer.Header("Content-Type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_THAT(answer.body, AllOf(StartsWith("# HELP podprobe_attempts "),
                                 HasSubstr(std::string(kFirstSample) + "2\n"),
                                 HasSubstr("# UNIT process_cpu_seconds seconds\n"),
                                 Not(HasSubstr("_created")), EndsWith("\n# EOF\n")));
}

TEST_F(WebServerTest, CreatedSeriesOnlyWhereConfigured) {
  Start({.created_unix_seconds = 1700000000});
  server_->Publish(SnapshotWithAttempts(2));
  EXPECT_THAT(GetPage("/metrics", "Accept: application/openmetrics-text\r\n").body,
              HasSubstr("phase=\"steady\"} 2\npodprobe_attempts_created{"));
  EXPECT_THAT(GetPage("/metrics").body, Not(HasSubstr("_created")));
}

TEST_F(WebServerTest, GzipHoldsTheSamePage) {
  server_->Publish(SnapshotWithAttempts(2));
  for (const char* accept : {"", "Accept: application/openmetrics-text\r\n"}) {
    const RawAnswer answer = GetPage("/metrics", std::string(accept) + "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(answer.Header("Content-Encoding"), "gzip");
    const std::string text = Gunzip(answer.body);
    EXPECT_THAT(text, HasSubstr(std::string(kFirstSample) + "2\n"));
    EXPECT_THAT(text, HasSubstr("\nprocess_start_time_seconds "));
    EXPECT_EQ(text.ends_with("\n# EOF\n"), *accept != '\0');
  }
}

TEST_F(WebServerTest, HeadIsGetWithoutTheBody) {
  server_->Publish(SnapshotWithAttempts(2));
  const RawAnswer answer = Send(server_->port(), "HEAD", "/metrics");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_GT(std::stoi(answer.Header("Content-Length")), 1000);
  EXPECT_EQ(answer.body, "");
}

TEST_F(WebServerTest, ScrapesOfOneSecondShareWhatTheProcessSaysOfItself) {
  server_->Publish(SnapshotWithAttempts(2));
  const auto line_of = [](const rlimit& limit) {
    return "\nprocess_max_fds " + FormatValue(static_cast<double>(limit.rlim_cur));
  };
  const auto max_fds = [&] {
    const std::string page = GetPage("/metrics").body;
    const std::size_t begin = page.find("\nprocess_max_fds ");
    return page.substr(begin, page.find('\n', begin + 1) - begin);
  };
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const std::string before = max_fds();
  EXPECT_EQ(before, line_of(limit));
  --limit.rlim_cur;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(max_fds(), before);
  steady_seconds_ = steady_seconds_ + 1.5;
  EXPECT_EQ(max_fds(), line_of(limit));
  ++limit.rlim_cur;
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST_F(WebServerTest, TelemetryPathMoves) {
  Start({.telemetry_path = "/elsewhere"});
  server_->Publish(SnapshotWithAttempts(2));
  EXPECT_EQ(GetPage("/elsewhere").status(), 200);
  EXPECT_EQ(GetPage("/metrics").status(), 404);
  EXPECT_THAT(GetPage("/", kHtml).body, HasSubstr("<a href=\"/elsewhere\">"));
}

TEST_F(WebServerTest, ReadyFromTheFirstSnapshotOn) {
  for (const char* path : {"/-/ready", "/readyz"}) {
    EXPECT_EQ(GetPage(path).status(), 503) << path;
    EXPECT_EQ(GetHealth(path).status(), 503) << path;
    EXPECT_EQ(GetPage(path).body,
              "not ready: the kubelet's first answers have not come yet, so there is no page\n");
  }
  server_->Publish(SnapshotWithAttempts(1));
  for (const char* path : {"/-/ready", "/readyz"}) {
    EXPECT_EQ(GetPage(path).status(), 200) << path;
    EXPECT_EQ(GetHealth(path).body, "ready\n") << path;
  }
}

TEST_F(WebServerTest, HealthyWhileTheLoopMoves) {
  for (const char* path : {"/-/healthy", "/livez", "/healthz"}) {
    EXPECT_EQ(GetHealth(path).body, "healthy\n") << path;
    EXPECT_EQ(GetPage(path).status(), 200) << path;
  }
  steady_seconds_ = 1030;
  EXPECT_EQ(GetHealth("/livez").status(), 200);
  steady_seconds_ = 1030.1;
  EXPECT_EQ(GetHealth("/livez").status(), 503);
  EXPECT_EQ(GetPage("/-/healthy").body,
            "not healthy: the reading loop has not moved for more than 30 s\n");
  server_->MarkAlive();
  EXPECT_EQ(GetHealth("/livez").status(), 200);
}

TEST_F(WebServerTest, HealthAddressHasNothingElse) {
  server_->Publish(SnapshotWithAttempts(1));
  EXPECT_EQ(GetHealth("/metrics").status(), 404);
  EXPECT_EQ(GetHealth("/").status(), 404);
}

TEST_F(WebServerTest, HealthAddressCanBeOff) {
  WebServerResult result = WebServer::Start(
      {.listen_addresses = {"127.0.0.1:0"}, .health_listen_address = ""}, &self_metrics_);
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(result.server->health_port(), 0);
}

TEST_F(WebServerTest, UnknownPagesAreTextAndQuotedInPart) {
  EXPECT_EQ(GetPage("/nowhere").status(), 404);
  EXPECT_EQ(GetPage("/nowhere").body, "there is no page /nowhere here; see /\n");
  EXPECT_LT(GetPage("/" + std::string(5000, 'x')).body.size(), 300U);
  EXPECT_EQ(GetPage("/a%1B%5B2J%0D%0Ab").body, "there is no page /a?[2J??b here; see /\n");
}

TEST_F(WebServerTest, OtherMethodsAreRefusedByName) {
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/ready"}) {
    const RawAnswer answer = Send(server_->port(), "POST", path, "", "body");
    EXPECT_EQ(answer.status(), 405) << path;
    EXPECT_EQ(answer.Header("Allow"), "GET, HEAD") << path;
    EXPECT_EQ(answer.body, "POST is not for this page, only GET and HEAD\n") << path;
  }
  EXPECT_EQ(Send(server_->port(), "POST", "/nowhere").status(), 404);
}

TEST_F(WebServerTest, PagesStandBeforeAndAfterTheFirstSnapshot) {
  const char kNothing[] = "The first answers of the kubelet have not come yet.";
  for (const char* path : {"/", "/sources"}) {
    EXPECT_THAT(GetPage(path, kHtml).body, HasSubstr(kNothing)) << path;
    EXPECT_EQ(GetPage(path).body, std::string(kNothing) + "\n") << path;
  }
  EXPECT_EQ(GetPage("/pod?namespace=shop&pod=web-0").status(), 404);
  server_->Publish(SnapshotWithAttempts(1));
  for (const char* path : {"/", "/sources", "/pod?namespace=shop&pod=web-0"}) {
    const RawAnswer answer = GetPage(path, kHtml);
    EXPECT_EQ(answer.status(), 200) << path;
    EXPECT_EQ(answer.Header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(answer.Header("Content-Security-Policy"), HasSubstr("script-src 'self'"));
    EXPECT_THAT(answer.body, StartsWith("<!DOCTYPE html>"));
  }
  EXPECT_EQ(GetPage("/pod?namespace=shop&pod=web-1", kHtml).status(), 404);
}

TEST_F(WebServerTest, AnswersCarrySafetyHeadersOfWhichTheUsersWin) {
  const char* const kPaths[] = {"/", "/metrics", "/nowhere", "/assets/script.js", "/-/healthy"};
  for (const char* path : kPaths) {
    const RawAnswer answer = GetPage(path, kHtml);
    EXPECT_EQ(answer.Header("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(answer.Header("X-Frame-Options"), "deny") << path;
    EXPECT_EQ(answer.Header("Referrer-Policy"), "no-referrer") << path;
    EXPECT_THAT(answer.Header("Content-Security-Policy"), StartsWith("default-src 'none'")) << path;
  }
  Start({.web_file = {.headers = {{"X-Frame-Options", "sameorigin"},
                                  {"Content-Security-Policy", "default-src *"}}}});
  for (const char* path : kPaths) {
    EXPECT_EQ(GetPage(path, kHtml).Header("X-Frame-Options"), "sameorigin") << path;
    EXPECT_EQ(GetPage(path, kHtml).Header("Content-Security-Policy"), "default-src *") << path;
  }
}

TEST_F(WebServerTest, AllPagesOfThePortAskForAPasswordAndTheHealthAddressDoesNot) {
  // bcrypt of "secret", cost 4.
  Start({.web_file = {
             .basic_auth_users = {
                 {"alice", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"}}}});
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/reload", "/nowhere"}) {
    const RawAnswer answer = GetPage(path);
    EXPECT_EQ(answer.status(), 401) << path;
    EXPECT_EQ(answer.Header("WWW-Authenticate"), "Basic") << path;
  }
  EXPECT_EQ(GetPage("/-/healthy", "Authorization: Basic YWxpY2U6c2VjcmV0\r\n").status(), 200);
  EXPECT_EQ(GetHealth("/-/healthy").status(), 200);
}

TEST_F(WebServerTest, ManyScrapersWhileSnapshotsArePublished) {
  server_->Publish(SnapshotWithAttempts(1));
  constexpr int kScrapers = 20;
  constexpr int kScrapes = 10;
  std::atomic<int> good_pages = 0;
  std::vector<std::thread> scrapers;
  for (int i = 0; i < kScrapers; ++i) {
    scrapers.emplace_back([this, i, &good_pages] {
      const std::string headers = i % 2 == 0 ? "Accept-Encoding: gzip\r\n" : "";
      for (int scrape = 0; scrape < kScrapes; ++scrape) {
        const RawAnswer answer = GetPage("/metrics", headers);
        const std::string page = headers.empty() ? answer.body : Gunzip(answer.body);
        if (page.find(kFirstSample) != std::string::npos) ++good_pages;
      }
    });
  }
  for (int attempts = 2; attempts < 200; ++attempts) {
    server_->Publish(SnapshotWithAttempts(attempts));
    server_->MarkAlive();
    self_metrics_.ConfigLoaded(attempts);
  }
  for (std::thread& scraper : scrapers) scraper.join();
  EXPECT_EQ(good_pages, kScrapers * kScrapes);
}

TEST_F(WebServerTest, ReloadIsForbiddenUnlessItIsEnabled) {
  for (const char* method : {"POST", "PUT"}) {
    const RawAnswer answer = Send(server_->port(), method, "/-/reload");
    EXPECT_EQ(answer.status(), 403);
    EXPECT_EQ(answer.body, "Lifecycle API is not enabled.");
  }
  EXPECT_EQ(Send(server_->health_port(), "POST", "/-/reload").status(), 404);
}

TEST_F(WebServerTest, ReloadIsForPostAndPut) {
  std::atomic<int> reloads = 0;  // counted on a thread of the server
  WebServer::Options options;
  options.is_lifecycle_enabled = true;
  options.reload = [&] { return ++reloads < 3 ? "" : "a.yml:1:1: foo: unknown key"; };
  Start(std::move(options));
  for (const char* method : {"GET", "HEAD", "DELETE"}) {
    const RawAnswer answer = Send(server_->port(), method, "/-/reload");
    EXPECT_EQ(answer.status(), 405) << method;
    EXPECT_EQ(answer.Header("Allow"), "POST, PUT") << method;
  }
  EXPECT_EQ(GetPage("/-/reload").body, "Only POST or PUT requests allowed");
  EXPECT_EQ(reloads, 0);
  EXPECT_EQ(Send(server_->port(), "POST", "/-/reload").status(), 200);
  EXPECT_EQ(Send(server_->port(), "PUT", "/-/reload").status(), 200);
  const RawAnswer answer = Send(server_->port(), "POST", "/-/reload");
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body, "failed to reload config: a.yml:1:1: foo: unknown key\n");
  EXPECT_EQ(reloads, 3);
}

TEST_F(WebServerTest, TheTagOfTheApiChangesWithTheSnapshot) {
  EXPECT_EQ(GetPage("/api/v1/probes").status(), 503);
  EXPECT_EQ(GetPage("/api/v1/probes").Header("Retry-After"), "1");
  server_->Publish(SnapshotWithAttempts(1));
  const RawAnswer first = GetPage("/api/v1/probes");
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(first.Header("Content-Type"), "application/json");
  EXPECT_THAT(first.body, HasSubstr("\"attempts\":1.0"));
  const std::string condition = "If-None-Match: " + first.Header("ETag") + "\r\n";
  const RawAnswer again = GetPage("/api/v1/probes", condition);
  EXPECT_EQ(again.status(), 304);
  EXPECT_EQ(again.body, "");
  server_->Publish(SnapshotWithAttempts(2));
  EXPECT_THAT(GetPage("/api/v1/probes", condition).body, HasSubstr("\"attempts\":2.0"));
}

TEST(WebServerStart, TelemetryPathMustBeAFreePath) {
  const SelfMetrics self_metrics({});
  const auto start_error = [&](const char* path) {
    return WebServer::Start({.listen_addresses = {"127.0.0.1:0"}, .telemetry_path = path},
                            &self_metrics)
        .error;
  };
  EXPECT_EQ(start_error("metrics"),
            "telemetry path \"metrics\": must begin with '/', as in /metrics");
  EXPECT_EQ(start_error("/"),
            "telemetry path \"/\": another page is served there, choose another path");
  EXPECT_EQ(start_error("/livez"),
            "telemetry path \"/livez\": another page is served there, choose another path");
  EXPECT_EQ(start_error("/m?x"),
            "telemetry path \"/m?x\": write the path alone, without ?, # and %");
}

}  // namespace
}  // namespace podprobe

#include "exporter/web/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

using ::testing::HasSubstr;

ProbeSnapshot Probe(std::string pod_namespace, std::string pod, std::string type,
                    Condition condition) {
  ProbeSnapshot probe;
  probe.labels = {.pod_namespace = std::move(pod_namespace),
                  .pod = pod,
                  .workload = pod.substr(0, pod.find('-')),
                  .workload_type = "deployment",
                  .probe_type = std::move(type)};
  probe.containers.push_back({.container = "app", .condition = condition});
  return probe;
}

Snapshot ThreePods() {
  Snapshot snapshot;
  snapshot.unix_seconds = 1000;
  snapshot.probes = {Probe("a", "web-1", "Liveness", Condition::kPassing),
                     Probe("a", "web-1", "Readiness", Condition::kFailing),
                     Probe("a", "web-2", "Readiness", Condition::kPassing),
                     Probe("b", "db-0", "Readiness", Condition::kActing)};
  for (const ProbeSnapshot& probe : snapshot.probes) {
    const PodLabels labels = {.pod_namespace = probe.labels.pod_namespace,
                              .pod = probe.labels.pod,
                              .workload = probe.labels.workload,
                              .workload_type = probe.labels.workload_type};
    if (snapshot.pods.empty() || snapshot.pods.back().labels != labels) {
      snapshot.pods.push_back({.labels = labels});
    }
  }
  return snapshot;
}

HttpResponse Ask(const Snapshot* snapshot, const std::string& path, const std::string& query = "",
                 const std::string& method = "GET") {
  return AnswerApi({.method = method, .path = path, .query = query}, snapshot,
                   {.version = "1", .node_name = "n", .started_unix_seconds = 5});
}

std::string Body(const HttpResponse& response) {
  std::string body;
  for (const auto& part : response.body) body += *part;
  return body;
}

std::string Names(const HttpResponse& response, const std::string& key) {
  const std::string body = Body(response);
  const std::string begin = "\"" + key + "\":\"";
  std::string names;
  for (std::size_t at = body.find(begin); at != std::string::npos; at = body.find(begin, at)) {
    at += begin.size();
    names += body.substr(at, body.find('"', at) - at) + " ";
  }
  return names;
}

TEST(Api, FiltersMeetAndRepeatedOnesAdd) {
  const Snapshot snapshot = ThreePods();
  struct Case {
    const char* path;
    const char* query;
    const char* pods;
  };
  const Case cases[] = {
      {"/api/v1/probes", "", "web-1 web-1 web-2 db-0 "},
      {"/api/v1/probes", "namespace=a", "web-1 web-1 web-2 "},
      {"/api/v1/probes", "namespace=a&namespace=b", "web-1 web-1 web-2 db-0 "},
      {"/api/v1/probes", "workload=web&state=passing", "web-1 web-2 "},
      {"/api/v1/probes", "probe_type=Liveness", "web-1 "},
      {"/api/v1/probes", "pod=web-2", "web-2 "},
      {"/api/v1/probes", "state=acting&state=failing", "web-1 db-0 "},
      {"/api/v1/probes", "namespace=%61", "web-1 web-1 web-2 "},
      {"/api/v1/pods", "", "web-1 web-2 db-0 "},
      {"/api/v1/pods", "state=failing", "web-1 "},
      {"/api/v1/pods", "state=passing", "web-2 "},
      {"/api/v1/pods", "probe_type=Liveness", "web-1 "},
      {"/api/v1/pods", "limit=2", "web-1 web-2 "},
      {"/api/v1/pods", "limit=2&offset=2", "db-0 "},
      {"/api/v1/pods", "offset=77", ""},
  };
  for (const Case& row : cases) {
    const HttpResponse response = Ask(&snapshot, row.path, row.query);
    EXPECT_EQ(response.status, 200) << row.query;
    EXPECT_EQ(Names(response, "pod"), row.pods) << row.path << "?" << row.query;
  }
}

TEST(Api, APageSaysWhereTheNextBegins) {
  const Snapshot snapshot = ThreePods();
  EXPECT_THAT(Body(Ask(&snapshot, "/api/v1/pods", "limit=2")),
              HasSubstr("\"total\":3,\"offset\":0,\"limit\":2,\"next_offset\":2,\"items\":["));
  EXPECT_THAT(Body(Ask(&snapshot, "/api/v1/pods", "limit=2&offset=2")),
              HasSubstr("\"total\":3,\"offset\":2,\"limit\":2,\"items\":["));
}

TEST(Api, ErrorsStandInTheEnvelope) {
  const Snapshot snapshot = ThreePods();
  struct Case {
    const char* path;
    const char* query;
    int status;
    const char* body;
  };
  const Case cases[] = {
      {"/api/v1/pods", "limit=0", 400,
       R"({"status":"error","errorType":"bad_data","error":"limit: wants a whole number from 1 to 5000, not 0"})"},
      {"/api/v1/pods", "limit=5001", 400,
       R"({"status":"error","errorType":"bad_data","error":"limit: wants a whole number from 1 to 5000, not 5001"})"},
      {"/api/v1/pods", "offset=-1", 400,
       R"({"status":"error","errorType":"bad_data","error":"offset: wants a whole number from 0 to 1000000000, not -1"})"},
      {"/api/v1/pods", "state=ill", 400,
       R"({"status":"error","errorType":"bad_data","error":"state: ill is none of passing, not_running, acting, stalled, initializing, failing"})"},
      {"/api/v1/pods", "stat=failing", 400,
       R"({"status":"error","errorType":"bad_data","error":"unknown parameter stat; there are namespace, workload, pod, probe_type, state, limit and offset"})"},
      {"/api/v1/status", "x", 400,
       R"({"status":"error","errorType":"bad_data","error":"unknown parameter x; this address takes none"})"},
      {"/api/v1/pods", "pod=%4", 400,
       R"({"status":"error","errorType":"bad_data","error":"the query is not well-formed after the '?'"})"},
      {"/api/v1/nodes", "", 404,
       R"({"status":"error","errorType":"not_found","error":"there is no /api/v1/nodes here; /api/v1/openapi.json names what there is"})"},
  };
  for (const Case& row : cases) {
    const HttpResponse response = Ask(&snapshot, row.path, row.query);
    EXPECT_EQ(response.status, row.status) << row.query;
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(Body(response), std::string(row.body) + "\n");
  }
}

TEST(Api, OnlyGetAndHead) {
  const Snapshot snapshot = ThreePods();
  EXPECT_EQ(Ask(&snapshot, "/api/v1/pods", "", "HEAD").status, 200);
  const HttpResponse response = Ask(&snapshot, "/api/v1/pods", "", "POST");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.front().value, "GET, HEAD");
}

TEST(Api, BeforeTheFirstSnapshotItIsUnavailable) {
  const HttpResponse response = Ask(nullptr, "/api/v1/probes");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(Body(response), HasSubstr("\"errorType\":\"unavailable\""));
  EXPECT_EQ(Ask(nullptr, "/api/v1/openapi.json").status, 200);
}

TEST(Api, WhatIsNotKnownIsLeftOut) {
  Snapshot snapshot;
  snapshot.probes = {Probe("a", "web-1", "Readiness", Condition::kFailing)};
  EXPECT_THAT(
      Body(Ask(&snapshot, "/api/v1/probes")),
      HasSubstr(
          R"("state":"failing","phases":[],"causes":[],"success_ratios":[],"containers":[{"container":"app","state":"failing","evidence":[]}]})"));
  snapshot.probes[0].containers.clear();
  EXPECT_THAT(
      Body(Ask(&snapshot, "/api/v1/probes")),
      HasSubstr(
          R"("probe_type":"Readiness","phases":[],"causes":[],"success_ratios":[],"containers":[]})"));
}

TEST(Api, BytesThatAreNotUtf8AreReplaced) {
  Snapshot snapshot;
  snapshot.probes = {Probe("a\xff\"\n", "web-1", "Readiness", Condition::kFailing)};
  EXPECT_THAT(Body(Ask(&snapshot, "/api/v1/probes")),
              HasSubstr("\"namespace\":\"a\xEF\xBF\xBD\\\"\\n\""));
}

TEST(Api, EveryPathOfTheOpenApiFileIsThere) {
  const Snapshot snapshot = ThreePods();
  const std::string file = Body(Ask(&snapshot, "/api/v1/openapi.json"));
  for (const char* path : {"/api/v1/probes", "/api/v1/pods", "/api/v1/sources", "/api/v1/status",
                           "/api/v1/openapi.json"}) {
    EXPECT_THAT(file, HasSubstr("\"" + std::string(path) + "\": {"));
    EXPECT_EQ(Ask(&snapshot, path).status, 200) << path;
  }
}

}  // namespace
}  // namespace podprobe

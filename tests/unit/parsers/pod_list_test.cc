#include "parsers/pod_list_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podprobe {
namespace {

std::string Render(const ProbeSpec* probe) {
  if (probe == nullptr) return "-";
  std::ostringstream text;
  text << probe->handler_type << " " << probe->initial_delay_seconds << "/" << probe->period_seconds
       << "/" << probe->timeout_seconds << " " << probe->success_threshold << "/"
       << probe->failure_threshold;
  return text.str();
}

std::string Render(const PodContainer& container) {
  std::ostringstream text;
  text << "  " << container.name << (container.is_sidecar ? " sidecar" : "") << "\n"
       << "    " << Render(container.Probe("Readiness")) << ", "
       << Render(container.Probe("Liveness")) << ", " << Render(container.Probe("Startup")) << "\n";
  if (container.restart_count) {
    text << "    id=" << container.container_id << " ready=" << container.ready.value_or(false)
         << " started=" << container.started.value_or(false)
         << " restarts=" << *container.restart_count;
    if (container.running_since) text << " running since " << *container.running_since;
    if (container.terminated) text << " ended " << container.terminated->exit_code;
    if (container.last_termination) {
      text << " last " << container.last_termination->reason << " "
           << container.last_termination->started_at.value_or(0) << " to "
           << container.last_termination->finished_at.value_or(0);
    }
    text << "\n";
  }
  return text.str();
}

std::string Render(const PodListResult& result) {
  if (!result.list) return "error: " + result.error;
  std::string text;
  for (const Pod& pod : result.list->pods) {
    text += pod.pod_namespace + "/" + pod.name + " " + pod.uid + " " + pod.phase;
    if (!pod.owner_kind.empty()) text += " of " + pod.owner_kind + " " + pod.owner_name;
    if (pod.deletion_timestamp) text += " deleted";
    if (pod.ready) text += *pod.ready ? " ready" : " unready";
    text += "\n";
    for (const PodContainer& container : pod.containers) text += Render(container);
  }
  return text;
}

PodListResult ReadInPieces(PodListReader* reader, std::string_view json, std::size_t piece_bytes) {
  reader->Begin();
  for (std::size_t i = 0; i < json.size(); i += piece_bytes) {
    reader->Feed(json.substr(i, piece_bytes));
  }
  return reader->Finish();
}

// Whole, and in pieces, which must not show.
std::string Parse(std::string_view json) {
  const std::string whole = Render(ParsePodList(json));
  for (const std::size_t piece_bytes : {1U, 7U, 64U}) {
    PodListReader reader;
    EXPECT_EQ(Render(ReadInPieces(&reader, json, piece_bytes)), whole) << piece_bytes;
  }
  return whole;
}

// A list of one pod whose parts are given; other fields around them are passed over.
std::string List(const std::string& metadata, const std::string& spec, const std::string& status) {
  return R"({"kind":"PodList","apiVersion":"v1","metadata":{"name":"not a pod"},"items":[{"metadata":{)" +
         metadata + R"(},"spec":{"volumes":[{"name":"v","secret":{"name":"n"}}],)" + spec +
         R"("restartPolicy":"Always"},"status":{)" + status + R"("qosClass":"Burstable"}}]})";
}

TEST(ParsePodList, ReadsWhatBearsOnProbes) {
  EXPECT_EQ(
      Parse(List(
          R"("name":"web-1","namespace":"shop","uid":"u-1","managedFields":[{"name":"x","fieldsV1":{"f:metadata":{"name":"y"}}}],
             "ownerReferences":[{"kind":"Other","name":"o"},{"kind":"ReplicaSet","name":"web","controller":true}])",
          R"("containers":[{"name":"app","env":[{"name":"app","value":"secret"}],
             "readinessProbe":{"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"initialDelaySeconds":3,"periodSeconds":5,"timeoutSeconds":2,"successThreshold":2,"failureThreshold":4},
             "livenessProbe":{"exec":{"command":["true"]}}}],)",
          R"("phase":"Running","conditions":[{"type":"Initialized","status":"False"},{"type":"Ready","status":"True","lastTransitionTime":"1970-01-01T00:01:40Z"}],
             "containerStatuses":[{"name":"app","ready":true,"started":true,"restartCount":2,"containerID":"c://1",
               "state":{"running":{"startedAt":"1970-01-01T00:00:50Z"}},
               "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","startedAt":"1970-01-01T00:00:10Z","finishedAt":"1970-01-01T00:00:40.5Z"}}}],)")),
      "shop/web-1 u-1 Running of ReplicaSet web ready\n"
      "  app\n"
      "    httpGet 3/5/2 2/4, exec 0/10/1 1/3, -\n"
      "    id=c://1 ready=1 started=1 restarts=2 running since 50 last OOMKilled 10 to 40.5\n");
}

TEST(ParsePodList, AnInitContainerIsProbedOnlyWhenItIsRestartable) {
  EXPECT_EQ(
      Parse(List(R"("name":"p","namespace":"n","uid":"u")",
                 R"("initContainers":[{"name":"migrate"},{"name":"mesh","restartPolicy":"Always",
                          "startupProbe":{"tcpSocket":{"port":1}}}],"containers":[{"name":"app"}],)",
                 R"("initContainerStatuses":[{"name":"mesh","restartCount":1,"ready":false}],)")),
      "n/p u \n"
      "  mesh sidecar\n"
      "    -, -, tcpSocket 0/10/1 1/3\n"
      "    id= ready=0 started=0 restarts=1\n"
      "  app\n"
      "    -, -, -\n");
}

TEST(ParsePodList, AMirrorPodHasTheUidOfItsStaticPod) {
  EXPECT_EQ(Parse(List(R"("name":"etcd","namespace":"n","uid":"api-uid",
                          "annotations":{"kubernetes.io/config.mirror":"hash"})",
                       "", "")),
            "n/etcd hash \n");
}

TEST(ParsePodList, ADeletedPodSaysSo) {
  EXPECT_EQ(
      Parse(
          List(R"("name":"p","namespace":"n","uid":"u","deletionTimestamp":"2026-11-23T19:39:49Z")",
               "", R"("phase":"Running",)")),
      "n/p u Running deleted\n");
}

std::size_t Fingerprint(const std::string& handler) {
  const PodListResult result = ParsePodList(List(
      R"("name":"p")", R"("containers":[{"name":"app","livenessProbe":{)" + handler + "}}],", ""));
  return result.list->pods[0].containers[0].liveness->handler_fingerprint;
}

TEST(ParsePodList, HandlersAreEqualWhenTheyAskTheSame) {
  const std::string http = R"("httpGet":{"path":"/healthz","port":8080})";
  EXPECT_EQ(Fingerprint(http), Fingerprint(http + R"(,"periodSeconds":7)"));
  EXPECT_NE(Fingerprint(http), Fingerprint(R"("httpGet":{"path":"/readyz","port":8080})"));
  EXPECT_NE(Fingerprint(http), Fingerprint(R"("httpGet":{"path":"/healthz","port":8081})"));
  EXPECT_NE(Fingerprint(http), Fingerprint(R"("httpGet":{"path":"/healthz","port":"http"})"));
  EXPECT_NE(Fingerprint(R"("exec":{"command":["a","b"]})"),
            Fingerprint(R"("exec":{"command":["ab"]})"));
  EXPECT_NE(Fingerprint(R"("tcpSocket":{"port":1})"), Fingerprint(R"("grpc":{"port":1})"));
}

TEST(ParsePodList, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* what;
    std::string json;
    const char* want;
  } cases[] = {
      {"empty", "", "error: byte 1: no valid JSON near \"\""},
      {"cut off", R"({"kind":"PodList","items":[{"meta)",
       "error: byte 34: no valid JSON near a string"},
      {"cut off in a secret", R"({"kind":"PodList","items":[{"value":"s3cr)",
       "error: byte 42: no valid JSON near a string"},
      {"no UTF-8", "\x96{", "error: byte 1: no valid JSON near \"\\x96\""},
      {"a status", R"({"kind":"Status","status":"Failure"})",
       "error: valid JSON, but no PodList: kind is \"Status\", and no items"},
      {"an array", "[]", "error: valid JSON, but no PodList: kind is \"\", and no items"},
      {"null alone", "null", "error: valid JSON, but no PodList: kind is \"\", and no items"},
      {"a number", "7", "error: valid JSON, but no PodList: kind is \"\", and no items"},
      {"a number, and more behind a NUL", std::string("7\0", 2) + R"({"items":[{x}]})",
       "error: valid JSON, but no PodList: kind is \"\", and no items"},
      {"a page of HTML", "<html>", "error: byte 1: no valid JSON near \"<\""},
      {"no pods", R"({"kind":"PodList","items":null})", ""},
      {"numbers for names", R"({"kind":"PodList","items":[{"metadata":{"name":7,"uid":null}}]})",
       "/  \n"},
      {"a wrong date",
       R"({"kind":"PodList","items":[{"metadata":{"name":"p","deletionTimestamp":"soon"}}]})",
       "/p  \n"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parse(c.json), c.want) << c.what;
}

TEST(ParsePodList, DepthCostsNoStack) {
  const std::string deep = R"({"kind":"PodList","x":)" + std::string(1'000'000, '[');
  EXPECT_EQ(Parse(deep).substr(0, 7), "error: ");
}

}  // namespace
}  // namespace podprobe

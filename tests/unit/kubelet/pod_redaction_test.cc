#include "exporter/kubelet/pod_redaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Redact(const std::string& json) {
  return RedactPodList(json, "salt").value_or("no JSON");
}

struct RedactionCase {
  const char* name;
  const char* json;
  const char* want;
};

TEST(PodRedactionTest, OnlyWhatIsNamedIsKept) {
  const RedactionCase cases[] = {
      {"empty", "{}", "{}"},
      {"broken", "{\"items\":", "no JSON"},
      {"no items", R"({"kind":"PodList","items":null})", R"({"kind":"PodList","items":null})"},
      {"metadata",
       R"({"items":[{"metadata":{"managedFields":[{"a":[1,{}]}],"name":"a","uid":"u",)"
       R"("annotations":{"kubectl.kubernetes.io/last-applied-configuration":"s3cret",)"
       R"("kubernetes.io/config.source":"api","kubernetes.io/config.hash":"s3cret"},)"
       R"("labels":{"app":"s3cret","pod-template-hash":"h"}}},{"metadata":{"name":"b"}}]})",
       R"({"items":[{"metadata":{"name":"a","uid":"u",)"
       R"("annotations":{"kubernetes.io/config.source":"api"},)"
       R"("labels":{"pod-template-hash":"h"}}},{"metadata":{"name":"b"}}]})"},
      {"spec",
       R"({"items":[{"spec":{"volumes":[{"name":"s3cret"}],"nodeName":"n","containers":[{)"
       R"("name":"a","image":"s3cret","command":["s3cret"],"args":["s3cret"],)"
       R"("env":[{"name":"PASSWORD","value":"s3cret"}],"envFrom":[{"prefix":"s3cret"}],)"
       R"("livenessProbe":{"periodSeconds":1.5,"extra":"s3cret"}}],)"
       R"("initContainers":[{"name":"b","restartPolicy":"Always","env":[]}]}}]})",
       R"({"items":[{"spec":{"nodeName":"n","containers":[{"name":"a",)"
       R"("livenessProbe":{"periodSeconds":1.5}}],)"
       R"("initContainers":[{"name":"b","restartPolicy":"Always"}]}}]})"},
      {"status",
       R"({"items":[{"status":{"phase":"Running","message":"s3cret","containerStatuses":[{)"
       R"("name":"a","ready":true,"restartCount":2,"image":"s3cret","lastState":{"terminated":{)"
       R"("exitCode":137,"message":"s3cret"}}}]}}]})",
       R"({"items":[{"status":{"phase":"Running","containerStatuses":[{)"
       R"("name":"a","ready":true,"restartCount":2,"lastState":{"terminated":{"exitCode":137}}}]}}]})"},
      {"text stays JSON", R"({"items":[{"metadata":{"name":"\"\\\n\u00e4"}}]})",
       "{\"items\":[{\"metadata\":{\"name\":\"\\\"\\\\\\n\xc3\xa4\"}}]}"},
  };
  for (const RedactionCase& row : cases) EXPECT_EQ(Redact(row.json), row.want) << row.name;
}

std::string WithProbe(const std::string& handler) {
  return R"({"items":[{"spec":{"containers":[{"livenessProbe":)" + handler + "}]}}]}";
}

TEST(PodRedactionTest, OfAHandlerKindSchemeAndPortRemain) {
  const std::string http = Redact(
      WithProbe(R"({"httpGet":{"path":"/s3cret","port":8080,"host":"s3cret","scheme":"HTTPS",)"
                R"("httpHeaders":[{"name":"Authorization","value":"s3cret"}]}})"));
  EXPECT_THAT(http, HasSubstr(R"("httpGet":{"path":"redacted-)"));
  EXPECT_THAT(http, HasSubstr(R"("port":8080,)"));
  EXPECT_THAT(http, HasSubstr(R"("scheme":"HTTPS")"));
  EXPECT_THAT(http, Not(HasSubstr("s3cret")));
  const std::string exec =
      Redact(WithProbe(R"({"exec":{"command":["mysqladmin","-ps3cret"]},"timeoutSeconds":1})"));
  EXPECT_THAT(exec, HasSubstr(R"("exec":{"command":["redacted-)"));
  EXPECT_THAT(exec, HasSubstr(R"("timeoutSeconds":1})"));
  EXPECT_THAT(exec, Not(HasSubstr("s3cret")));
}

TEST(PodRedactionTest, FingerprintsAreEqualForEqualTextsUnderOneSaltOnly) {
  const std::string a = WithProbe(R"({"exec":{"command":["a"]}})");
  const std::string b = WithProbe(R"({"exec":{"command":["b"]}})");
  EXPECT_EQ(RedactPodList(a, "salt"), RedactPodList(a, "salt"));
  EXPECT_NE(RedactPodList(a, "salt"), RedactPodList(b, "salt"));
  EXPECT_NE(RedactPodList(a, "salt"), RedactPodList(a, "pepper"));
}

TEST(PodRedactionTest, DepthCostsNoStack) {
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  EXPECT_EQ(Redact("{\"x\":" + deep + "}"), "{}");
}

}  // namespace
}  // namespace podprobe

#include "exporter/health/workload.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

std::string Render(const Pod& pod) {
  const Workload workload = WorkloadOf(pod);
  return workload.type + " " + workload.name;
}

TEST(WorkloadOf, NamesTheOwnerAsPeopleDo) {
  // 29924397 minutes since 1970 = 1795463820 s.
  constexpr double kScheduled = 29924397 * 60.0;
  const struct {
    const char* what;
    Pod pod;
    const char* want;
  } cases[] = {
      {"no owner", {.name = "web"}, "barepod web"},
      {"deployment",
       {.name = "p", .owner_kind = "ReplicaSet", .owner_name = "web-5d9c", .template_hash = "5d9c"},
       "deployment web"},
      {"dashes in the name",
       {.name = "p", .owner_kind = "ReplicaSet", .owner_name = "a-b-5d9c", .template_hash = "5d9c"},
       "deployment a-b"},
      {"replica set of its own",
       {.name = "p", .owner_kind = "ReplicaSet", .owner_name = "web-5d9c"},
       "replicaset web-5d9c"},
      {"hash that is not the end",
       {.name = "p", .owner_kind = "ReplicaSet", .owner_name = "web-5d9c", .template_hash = "9c"},
       "replicaset web-5d9c"},
      {"nothing before the hash",
       {.name = "p", .owner_kind = "ReplicaSet", .owner_name = "-5d9c", .template_hash = "5d9c"},
       "replicaset -5d9c"},
      {"rollout",
       {.name = "p",
        .owner_kind = "ReplicaSet",
        .owner_name = "web-77",
        .rollout_template_hash = "77"},
       "rollout web"},
      {"stateful set",
       {.name = "db-0", .owner_kind = "StatefulSet", .owner_name = "db"},
       "statefulset db"},
      {"daemon set",
       {.name = "p", .owner_kind = "DaemonSet", .owner_name = "agent"},
       "daemonset agent"},
      {"job", {.name = "p", .owner_kind = "Job", .owner_name = "once"}, "job once"},
      {"cron job",
       {.name = "p",
        .creation_timestamp = kScheduled + 86400,
        .owner_kind = "Job",
        .owner_name = "backup-29924397"},
       "cronjob backup"},
      {"a day and a second off",
       {.name = "p",
        .creation_timestamp = kScheduled + 86401,
        .owner_kind = "Job",
        .owner_name = "backup-29924397"},
       "job backup-29924397"},
      {"a day before",
       {.name = "p",
        .creation_timestamp = kScheduled - 86400,
        .owner_kind = "Job",
        .owner_name = "backup-29924397"},
       "cronjob backup"},
      {"a day and a second before",
       {.name = "p",
        .creation_timestamp = kScheduled - 86401,
        .owner_kind = "Job",
        .owner_name = "backup-29924397"},
       "job backup-29924397"},
      {"the least and the greatest digit",
       {.name = "p",
        .creation_timestamp = 29900990 * 60.0,
        .owner_kind = "Job",
        .owner_name = "backup-29900990"},
       "cronjob backup"},
      {"eight digits without a name",
       {.name = "p",
        .creation_timestamp = kScheduled,
        .owner_kind = "Job",
        .owner_name = "29924397"},
       "job 29924397"},
      {"nine digits",
       {.name = "p",
        .creation_timestamp = kScheduled,
        .owner_kind = "Job",
        .owner_name = "backup-129924397"},
       "job backup-129924397"},
      {"any other kind",
       {.name = "p", .owner_kind = "SparkApplication", .owner_name = "pi"},
       "sparkapplication pi"},
      {"the first letter and the last",
       {.name = "p", .owner_kind = "AZ", .owner_name = "pi"},
       "az pi"},
      {"static pod",
       {.name = "etcd-worker-1", .node_name = "worker-1", .config_source = "file"},
       "staticpod etcd"},
      {"static pod of a mirror: the node owns it",
       {.name = "etcd-worker-1",
        .node_name = "worker-1",
        .owner_kind = "Node",
        .owner_name = "worker-1",
        .config_source = "file"},
       "staticpod etcd"},
      {"pod of the API server",
       {.name = "web", .node_name = "worker-1", .config_source = "api"},
       "barepod web"},
  };
  for (const auto& c : cases) EXPECT_EQ(Render(c.pod), c.want) << c.what;
}

}  // namespace
}  // namespace podprobe

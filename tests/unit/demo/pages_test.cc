#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "exporter/demo/simulated_kubelet.h"
#include "tests/unit/demo/readings.h"

namespace podprobe {
namespace {

struct GzCloser {
  void operator()(gzFile file) const { gzclose(file); }
};

std::string ReadGz(const std::string& path) {
  const std::unique_ptr<gzFile_s, GzCloser> file(gzopen(path.c_str(), "rb"));
  EXPECT_NE(file, nullptr) << path;
  std::string text;
  char chunk[65536];
  int length = 0;
  while (file && (length = gzread(file.get(), chunk, sizeof(chunk))) > 0) {
    text.append(chunk, static_cast<std::size_t>(length));
  }
  return text;
}

// The HELP and TYPE lines.
std::set<std::string> Headers(const std::string& page) {
  std::set<std::string> headers;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) headers.insert(line);
  }
  return headers;
}

// "name{container,id,…}" for each name: which labels it has, in their order.
std::set<std::string> Shapes(const std::string& page) {
  std::set<std::string> shapes;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) continue;
    std::string shape = line.substr(0, line.find_first_of("{ "));
    for (std::size_t at = line.find('{'); at != std::string::npos; at = line.find("\",", at + 1)) {
      const std::size_t name = at + (line[at] == '{' ? 1 : 2);
      const std::size_t end = line.find('=', name);
      if (end == std::string::npos) break;
      shape += ' ' + line.substr(name, end - name);
    }
    // A value in milliseconds since 1970 after another value.
    const std::string last = line.substr(line.rfind(' ') + 1);
    const bool has_timestamp =
        last.size() == 13 && last.find_first_not_of("0123456789") == std::string::npos;
    shapes.insert(shape + (has_timestamp ? " @" : ""));
  }
  return shapes;
}

TEST(PagesTest, FamiliesAndLabelsAreThoseOfTheRecordedKubelet) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  kubelet.Advance(kStart + 60);
  const std::string recording = std::string(PODPROBE_TESTDATA) + "/run-a/1795461523.856/";
  struct Case {
    const char* path;
    const char* file;
    const char* more;  // what this kubelet has on top: the recorded node has no PSI
    const char* less;  // what it has not
  };
  constexpr Case kCases[] = {
      {"/metrics/probes", "metrics-probes.prom.gz", nullptr, nullptr},
      {"/metrics/cadvisor", "metrics-cadvisor.prom.gz", "container_pressure_", nullptr},
      {"/metrics/resource", "metrics-resource.prom.gz", nullptr, "container_swap_limit_bytes"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.path);
    const std::string recorded = ReadGz(recording + c.file);
    const std::string simulated = kubelet.Get(c.path).body;
    const auto without = [](std::set<std::string> lines, const char* part) {
      if (part != nullptr) {
        std::erase_if(lines, [part](const std::string& line) {
          return line.find(part) != std::string::npos;
        });
      }
      return lines;
    };
    EXPECT_EQ(without(Headers(simulated), c.more), without(Headers(recorded), c.less));
    EXPECT_EQ(without(Shapes(simulated), c.more), without(Shapes(recorded), c.less));
  }
}

TEST(PagesTest, EveryPageIsValidThroughoutAnHour) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  for (int second = 0; second <= 3600; second += 240) {
    kubelet.Advance(kStart + second);
    for (const char* path : {"/metrics/probes", "/metrics/cadvisor", "/metrics/resource"}) {
      std::set<std::string> seen;
      for (const ReadSample& sample : ReadPage(kubelet, path)) {
        std::string series = sample.name;
        for (const auto& [name, value] : sample.labels) series += "," + name + "=" + value;
        EXPECT_TRUE(seen.insert(series).second) << path << " twice: " << series;
        EXPECT_TRUE(std::isfinite(sample.value)) << series;
      }
    }
    for (const Pod& pod : ReadPods(kubelet).pods) {
      EXPECT_EQ(pod.node_name, "worker-1");
      EXPECT_FALSE(pod.containers.empty()) << pod.name;
      EXPECT_TRUE(pod.ready.has_value()) << pod.name;
    }
  }
}

TEST(PagesTest, ContentTypesAreTheKubelets) {
  const SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  EXPECT_EQ(kubelet.Get("/metrics/probes").content_type,
            "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(kubelet.Get("/pods").content_type, "application/json");
  const SimulatedKubelet::Response unknown = kubelet.Get("/stats");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, "404 page not found\n");
}

TEST(PagesTest, CadvisorsOwnTimeLagsAndRepeats) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  std::map<std::string, std::int64_t> previous;
  int pairs = 0;
  int repeated = 0;
  for (int second = 0; second <= 300; second += 5) {
    kubelet.Advance(kStart + second);
    for (const ReadSample& sample :
         ReadPage(kubelet, "/metrics/cadvisor", "container_memory_working_set_bytes")) {
      const double lag = kStart + second - static_cast<double>(*sample.timestamp_ms) / 1000;
      EXPECT_GE(lag, -0.001);
      EXPECT_LT(lag, 20.001);
      const auto [found, is_new] = previous.emplace(sample.Label("id"), *sample.timestamp_ms);
      if (is_new) continue;
      EXPECT_GE(*sample.timestamp_ms, found->second);
      ++pairs;
      if (*sample.timestamp_ms == found->second) ++repeated;
      found->second = *sample.timestamp_ms;
    }
  }
  EXPECT_GT(repeated, pairs / 2);
  EXPECT_LT(repeated, pairs * 3 / 4);
}

TEST(PagesTest, CadvisorHasRowsOfSlicesPodsSandboxesAndContainers) {
  const SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  std::map<std::string, int> rows;
  for (const ReadSample& sample :
       ReadPage(kubelet, "/metrics/cadvisor", "container_memory_working_set_bytes")) {
    const bool is_sandbox = sample.Label("image").find("pause") != std::string::npos;
    if (!sample.Label("container").empty()) {
      ++rows["container"];
    } else if (is_sandbox) {
      ++rows["sandbox"];
    } else {
      ++rows[sample.Label("pod").empty() ? "slice" : "pod"];
    }
  }
  EXPECT_EQ(rows["slice"], 4);
  EXPECT_EQ(rows["pod"], rows["sandbox"]);
  EXPECT_GE(rows["pod"], 25);
  EXPECT_GE(rows["container"], rows["pod"]);
}

TEST(PagesTest, CadvisorCountersNeverFallAndShowTheThrottledOne) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  std::map<std::string, double> previous;
  std::map<std::string, double> periods;
  for (int second = 0; second <= 1800; second += 150) {
    kubelet.Advance(kStart + second);
    for (const ReadSample& sample : ReadPage(kubelet, "/metrics/cadvisor")) {
      if (!sample.name.ends_with("_total")) continue;
      std::string series = sample.name;
      for (const auto& [name, value] : sample.labels) series += "," + value;
      EXPECT_GE(sample.value, previous[series]) << series;
      previous[series] = sample.value;
      if (sample.Label("container") == "worker") periods[sample.name] = sample.value;
    }
  }
  const double share = periods["container_cpu_cfs_throttled_periods_total"] /
                       periods["container_cpu_cfs_periods_total"];
  EXPECT_NEAR(share, 0.62, 0.01);
}

TEST(PagesTest, LeakingContainersMemoryComesCloseToItsLimit) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  double most = 0;
  for (int second = 0; second <= 400; second += 10) {
    kubelet.Advance(kStart + second);
    for (const ReadSample& sample :
         ReadPage(kubelet, "/metrics/cadvisor", "container_memory_working_set_bytes")) {
      const bool is_leaking = sample.Label("pod").starts_with("thumbnails-");
      if (is_leaking && sample.Label("container") == "app") most = std::max(most, sample.value);
    }
  }
  constexpr double kLimitBytes = 128.0 * 1024 * 1024;
  EXPECT_GT(most, 0.95 * kLimitBytes);
  EXPECT_LE(most, kLimitBytes);
}

TEST(PagesTest, ResourcePageHasTheRunningContainersAndNoOthers) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  for (int second = 0; second <= 600; second += 41) {
    kubelet.Advance(kStart + second);
    std::set<std::string> listed;
    for (const ReadSample& sample :
         ReadPage(kubelet, "/metrics/resource", "container_start_time_seconds")) {
      EXPECT_FALSE(sample.timestamp_ms.has_value());
      listed.insert(sample.Label("pod") + "/" + sample.Label("container"));
    }
    std::set<std::string> running;
    for (const Pod& pod : ReadPods(kubelet).pods) {
      for (const PodContainer& container : pod.containers) {
        if (container.running_since) running.insert(pod.name + "/" + container.name);
      }
    }
    EXPECT_EQ(listed, running) << "second " << second;
  }
}

TEST(PagesTest, SeriesAreSortedByTheirLabels) {
  SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  for (const char* path : {"/metrics/probes", "/metrics/cadvisor", "/metrics/resource"}) {
    std::map<std::string, std::vector<std::string>> families;
    for (const ReadSample& sample : ReadPage(kubelet, path)) {
      std::string values;
      for (const auto& [name, value] : sample.labels) {
        if (name != "le") values += value + '\0';
      }
      families[sample.name].push_back(values);
    }
    for (const auto& [name, series] : families) {
      EXPECT_TRUE(std::is_sorted(series.begin(), series.end())) << path << " " << name;
    }
  }
}

TEST(PagesTest, StaticPodHasNoOwnerAndAHashForUid) {
  const SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  const Pod pod = ReadPod(kubelet, "kube-system/nginx-proxy-worker-1");
  EXPECT_EQ(pod.config_source, "file");
  EXPECT_EQ(pod.owner_kind, "");
  EXPECT_EQ(pod.uid.size(), 32U);
  EXPECT_EQ(pod.uid.find('-'), std::string::npos);
}

TEST(PagesTest, SidecarIsListedWithItsProbes) {
  const SimulatedKubelet kubelet({.start_unix_seconds = kStart});
  const Pod pod = ReadPod(kubelet, "shop/orders");
  ASSERT_EQ(pod.containers.size(), 2U) << "the plain init container has no probes";
  std::map<std::string, bool> is_sidecar;
  for (const PodContainer& container : pod.containers) {
    is_sidecar[container.name] = container.is_sidecar;
  }
  EXPECT_EQ(is_sidecar, (std::map<std::string, bool>{{"app", false}, {"mesh", true}}));
}

}  // namespace
}  // namespace podprobe

#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/config_file.h"
#include "config/web_config.h"
#include "exporter/build_info.h"
#include "exporter/check_command.h"
#include "exporter/check_config_command.h"
#include "exporter/demo_command.h"
#include "exporter/kubelet/target.h"
#include "exporter/log.h"
#include "exporter/metrics_command.h"
#include "exporter/parse_command.h"
#include "exporter/record_command.h"
#include "exporter/replay_command.h"
#include "exporter/serve_command.h"

namespace {

constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;
constexpr const char* kSkipVerifyFlag = "--kubelet.insecure-skip-verify";

std::string Version() {
  return std::string("podprobe-exporter, version ") + podprobe::kVersion +
         " (branch: " + podprobe::kBranch + ", revision: " + podprobe::kRevision +
         ")\n  compiler: " + podprobe::kCompiler + "\n  platform: " + podprobe::kPlatform;
}

// What the command line says. Flags win over the file, the file over defaults.
struct Flags {
  std::string config_file;
  std::string web_config_file;
  std::optional<std::vector<std::string>> listen_addresses;
  std::optional<std::string> health_listen_address;
  std::optional<std::string> telemetry_path;
  std::optional<std::string> kubelet_url;
  std::optional<bool> is_kubelet_unverified;
  std::optional<std::string> pods_from;
  bool is_lifecycle_enabled = false;
  std::string node_name;
  std::string log_level = "info";
  std::string log_format = "logfmt";
  podprobe::ParseOptions parse;
  podprobe::ReplayOptions replay;
  podprobe::RecordOptions record;
};

void AddServeFlags(CLI::App& app, Flags& flags) {
  app.add_option("--config.file", flags.config_file,
                 "The configuration file; without one the defaults hold")
      ->envname("PODPROBE_CONFIG_FILE")
      ->type_name("FILE");
  app.add_option("--web.config.file", flags.web_config_file,
                 "TLS, users and headers, in the format of Prometheus' exporter-toolkit")
      ->type_name("FILE");
  app.add_option("--web.listen-address", flags.listen_addresses,
                 "Address to serve on; repeatable. Port 0 takes a free one")
      ->type_name("ADDRESS")
      ->default_str(":9714");
  app.add_option("--web.health-listen-address", flags.health_listen_address,
                 "Address of the health checks alone; empty: off")
      ->type_name("ADDRESS")
      ->default_str(":9715");
  app.add_option("--web.telemetry-path", flags.telemetry_path, "Path of the metrics")
      ->type_name("PATH")
      ->default_str("/metrics");
  app.add_flag("--web.enable-lifecycle", flags.is_lifecycle_enabled,
               "Load the configuration again on POST /-/reload; SIGHUP does so always");
  app.add_option("--kubelet.url", flags.kubelet_url,
                 "The kubelet; default https://$NODE_IP:10250, else https://127.0.0.1:10250")
      ->type_name("URL");
  app.add_flag(kSkipVerifyFlag, flags.is_kubelet_unverified,
               "Take any certificate of the kubelet's; who stands between can read the token")
      ->envname("PODPROBE_KUBELET_INSECURE_SKIP_VERIFY");
  app.add_option("--sources.pods.from", flags.pods_from,
                 "kubelet, or apiserver where nodes/pods cannot be granted")
      ->envname("PODPROBE_SOURCES_PODS_FROM")
      ->check(CLI::IsMember({"kubelet", "apiserver"}))
      ->type_name("WHERE");
  app.add_option("--node-name", flags.node_name, "Name of the node, for people")
      ->envname("NODE_NAME")
      ->type_name("NAME");
  app.add_option("--log.level", flags.log_level, "debug, info, warn or error")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->type_name("LEVEL");
  app.add_option("--log.format", flags.log_format, "logfmt or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->type_name("FORMAT");
}

void ApplyFlags(const Flags& flags, podprobe::Config* config) {
  if (flags.listen_addresses) config->web.listen_addresses = *flags.listen_addresses;
  if (flags.health_listen_address) config->web.health_listen_address = *flags.health_listen_address;
  if (flags.telemetry_path) config->web.telemetry_path = *flags.telemetry_path;
  if (flags.kubelet_url) config->kubelet.url = *flags.kubelet_url;
  if (flags.is_kubelet_unverified) {
    config->kubelet.tls.insecure_skip_verify = *flags.is_kubelet_unverified;
  }
  if (flags.pods_from) {
    config->sources.pods_from = *flags.pods_from == "apiserver" ? podprobe::PodsFrom::kApiserver
                                                                : podprobe::PodsFrom::kKubelet;
  }
}

// What file and flags say together.
podprobe::ConfigResult LoadAll(const Flags& flags) {
  podprobe::ConfigResult result;
  const std::string& file = flags.config_file;
  if (!file.empty()) {
    podprobe::LoadResult loaded = podprobe::LoadConfigFile(file, podprobe::ProcessEnvironment());
    result.config = std::move(loaded.config);
    for (const podprobe::ConfigProblem& problem : loaded.problems) {
      result.problems.push_back(problem.ToString(file));
    }
  }
  ApplyFlags(flags, &result.config);
  return result;
}

// Adds to `problems` what is wrong with the file.
podprobe::WebFileConfig LoadWebFile(const std::string& file, std::vector<std::string>* problems) {
  if (file.empty()) return {};
  const podprobe::WebConfigResult loaded = podprobe::LoadWebConfigFile(file);
  for (const podprobe::ConfigProblem& problem : loaded.problems) {
    problems->push_back(problem.ToString(file));
  }
  return loaded.config;
}

// The arguments, last first, as CLI11 takes them. `--flag=` stands for an empty value, which
// CLI11 knows only as an argument of its own.
std::vector<std::string> Arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    const bool is_empty_value =
        argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    if (is_empty_value) {
      argument.pop_back();
      arguments.emplace_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

// The program's memory is small and long-lived; what a reading or an answer needs beside is large
// and goes at once. glibc would give each of the web server's threads a heap of its own, and keep
// what it once had: with 500 pods 90 MiB instead of 30.
void SetUpMemory() {
  constexpr int kLargeBytes = 64 << 10;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, kLargeBytes);
}

int Run(int argc, char** argv) {
  Flags flags;
  CLI::App app{
      "Reads a kubelet's probe results and serves them to Prometheus as success ratios,\n"
      "runs of failures and their phases, by pod and workload.",
      "podprobe-exporter"};
  app.set_version_flag("--version", Version());
  app.require_subcommand(0, 1);
  app.fallthrough();
  AddServeFlags(app, flags);

  app.add_subcommand("serve", "Read the kubelet and serve HTTP; what is done without a command");
  CLI::App* demo = app.add_subcommand(
      "demo", "Serve a simulated kubelet and the exporter that reads it; needs no cluster");
  CLI::App* parse = app.add_subcommand("parse", "Check one exposition and show what is in it");
  parse->add_option("--format", flags.parse.format, "auto, prometheus or openmetrics")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "prometheus", "openmetrics"}))
      ->type_name("FORMAT");
  parse->add_option("--output", flags.parse.output, "json (a sample a line) or summary")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "summary"}))
      ->type_name("OUTPUT");
  parse->add_option("FILE", flags.parse.file, "The exposition, plain or .gz; - for standard input")
      ->required();
  CLI::App* replay =
      app.add_subcommand("replay", "Feed a recording through the engine and print the page");
  replay->add_option("DIR", flags.replay.dir, "The recording: a folder per reading")->required();
  replay->add_flag("--every", flags.replay.every, "Print the page after each reading");
  CLI::App* record =
      app.add_subcommand("record", "Write what the kubelet says as a recording, without secrets");
  record->add_option("DIR", flags.record.dir, "A new folder, or an empty one")->required();
  record->add_option("--for", flags.record.duration, "How long, as in 1m30s")
      ->capture_default_str()
      ->type_name("DURATION");
  CLI::App* check =
      app.add_subcommand("check", "Reach each source once, and say what works and what mends it");
  std::string file_to_check;
  CLI::App* check_config =
      app.add_subcommand("check-config", "Name every problem of a configuration file");
  check_config->add_option("FILE", file_to_check, "The configuration file")->required();
  CLI::App* metrics = app.add_subcommand("metrics", "Print the reference of all series");

  try {
    app.parse(Arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  // To CLI11 a flag that is not there is a false one, which would win over the file.
  if (app.count(kSkipVerifyFlag) == 0) flags.is_kubelet_unverified.reset();
  podprobe::SetUpLogging(*podprobe::ParseLogLevel(flags.log_level),
                         *podprobe::ParseLogFormat(flags.log_format));
  if (*parse) return podprobe::RunParse(flags.parse, STDIN_FILENO, std::cout, std::cerr);
  if (*metrics) {
    podprobe::RunMetricsCommand(std::cout);
    return 0;
  }
  if (*check_config) return podprobe::RunCheckConfig(file_to_check, std::cout, std::cerr);

  podprobe::ServeOptions serve;
  serve.node_name = flags.node_name;
  podprobe::ConfigResult loaded = LoadAll(flags);
  serve.web_file = LoadWebFile(flags.web_config_file, &loaded.problems);
  serve.web_config_file = flags.web_config_file;
  // With a problem the program does not start; every one is told at once.
  for (const std::string& problem : loaded.problems) std::cerr << problem << '\n';
  if (!loaded.problems.empty()) return kFailure;
  serve.config = loaded.config;
  if (*replay) return podprobe::RunReplay(flags.replay, serve.config, std::cout, std::cerr);
  if (*check) {
    return podprobe::RunCheck(serve.config, podprobe::ReadSurroundings(flags.node_name), std::cout);
  }
  if (*record) {
    flags.record.node_name = flags.node_name;
    return podprobe::RunRecord(flags.record, serve.config, std::cout, std::cerr);
  }
  if (*demo) return podprobe::RunDemo(serve);
  serve.load_config = [&flags] { return LoadAll(flags); };
  serve.is_lifecycle_enabled = flags.is_lifecycle_enabled;
  return podprobe::RunServe(serve);
}

}  // namespace

int main(int argc, char** argv) {
  SetUpMemory();
  try {
    const int status = Run(argc, argv);
    if (std::cout.flush()) return status;
    std::cerr << "podprobe-exporter: standard output did not take all that was to be written: is "
                 "its disk full?\n";
    return kFailure;
  } catch (const std::exception& error) {
    std::cerr << "podprobe-exporter: " << error.what() << '\n';
    return kFailure;
  }
}

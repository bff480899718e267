#include "exporter/web/api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/web/assets.h"
#include "exporter/web/pod_view.h"
#include "exporter/web/query.h"

namespace podprobe {
namespace {

// Keys come out in the order they are written here.
using Json = nlohmann::ordered_json;

HttpResponse JsonResponse(int status, const Json& json) {
  // Label values are foreign: what is not UTF-8 in them becomes U+FFFD, as on /metrics.
  HttpResponse response =
      HttpResponse::Text(status, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  response.content_type = "application/json";
  return response;
}

struct ApiError {
  int status;
  std::string_view type;
  std::string what;
};

HttpResponse ErrorResponse(const ApiError& error) {
  HttpResponse response = JsonResponse(
      error.status, {{"status", "error"}, {"errorType", error.type}, {"error", error.what}});
  if (error.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

HttpResponse Success(Json data) {
  return JsonResponse(200, {{"status", "success"}, {"data", std::move(data)}});
}

template <typename T>
void AddIfKnown(const char* key, const std::optional<T>& value, Json* object) {
  if (value) (*object)[key] = *value;
}

void AddIfKnown(const char* key, std::optional<Condition> state, Json* object) {
  if (state) (*object)[key] = ConditionName(*state);
}

Json LabelsJson(const PodLabels& labels) {
  return {{"namespace", labels.pod_namespace},
          {"pod", labels.pod},
          {"workload", labels.workload},
          {"workload_type", labels.workload_type}};
}

Json SettingsJson(const ProbeSettings& settings) {
  return {{"handler", settings.handler},
          {"period_seconds", settings.period_seconds},
          {"timeout_seconds", settings.timeout_seconds},
          {"failure_threshold", settings.failure_threshold},
          {"success_threshold", settings.success_threshold}};
}

Json ContainerJson(const ContainerProbe& container) {
  Json json = {{"container", container.container}, {"state", ConditionName(container.condition)}};
  AddIfKnown("consecutive_failures", container.consecutive_failures, &json);
  AddIfKnown("failing_since_timestamp_seconds", container.failing_since_unix, &json);
  AddIfKnown("last_success_timestamp_seconds", container.last_success_unix, &json);
  if (container.forecast) {
    json["forecast"] = {{"action", container.forecast->action},
                        {"time_to_action_seconds", container.forecast->seconds}};
  }
  AddIfKnown("startup_budget_used_ratio", container.startup_budget_used, &json);
  json["evidence"] = Json::array();
  for (const SignalRatio& evidence : container.evidence) {
    json["evidence"].push_back({{"signal", evidence.signal}, {"ratio", evidence.ratio}});
  }
  if (container.settings) json["settings"] = SettingsJson(*container.settings);
  return json;
}

// The oldest minute first; null where it had no attempts.
Json LastHourJson(const LastHour& hour) {
  Json percents = Json::array();
  for (int ago = LastHour::kMinutes - 1; ago >= 0; --ago) {
    percents.push_back((hour.attempted_minutes >> ago & 1) != 0 ? Json(100) : Json());
  }
  for (const LastHour::Minute& minute : hour.flawed) {
    percents[static_cast<std::size_t>(LastHour::kMinutes - 1 - minute.minutes_ago)] =
        minute.percent;
  }
  return percents;
}

Json EventJson(const PodEvent& event) {
  const bool is_restart = event.probe_type.empty();
  Json json = {{"kind", is_restart ? "restart" : "failures"},
               {"first_timestamp_seconds", event.first_unix},
               {"last_timestamp_seconds", event.last_unix},
               {"count", event.count},
               {"container", event.container}};
  if (is_restart) {
    json["reason"] = event.cause;
    return json;
  }
  json["probe_type"] = event.probe_type;
  json["phase"] = event.phase;
  json["cause"] = event.cause;
  return json;
}

Json ProbeJson(const ProbeSnapshot& probe) {
  Json json = {{"namespace", probe.labels.pod_namespace},
               {"pod", probe.labels.pod},
               {"workload", probe.labels.workload},
               {"workload_type", probe.labels.workload_type},
               {"probe_type", probe.labels.probe_type}};
  AddIfKnown("state", WorstState(probe), &json);
  json["phases"] = Json::array();
  for (const PhaseCounts& counts : probe.phases) {
    json["phases"].push_back(
        {{"phase", counts.phase}, {"attempts", counts.attempts}, {"failures", counts.failures}});
  }
  json["causes"] = Json::array();
  for (const CauseCount& count : probe.causes) {
    json["causes"].push_back({{"cause", count.cause}, {"failures", count.failures}});
  }
  json["success_ratios"] = Json::array();
  for (const WindowRatio& ratio : probe.success_ratios) {
    json["success_ratios"].push_back({{"window", ratio.window}, {"ratio", ratio.ratio}});
  }
  if (probe.near_timeout_ratio) {
    json["near_timeout"] = {{"window", probe.near_timeout_ratio->window},
                            {"ratio", probe.near_timeout_ratio->ratio}};
  }
  AddIfKnown("timeout_headroom_ratio", probe.timeout_headroom_ratio, &json);
  if (probe.last_hour.attempted_minutes != 0) json["last_hour"] = LastHourJson(probe.last_hour);
  json["containers"] = Json::array();
  for (const ContainerProbe& container : probe.containers) {
    json["containers"].push_back(ContainerJson(container));
  }
  return json;
}

Json PodJson(const PodView& view) {
  Json json = LabelsJson(view.labels);
  AddIfKnown("state", view.state(), &json);
  json["probes"] = Json::array();
  for (const ProbeSnapshot* probe : view.probes) {
    Json entry = {{"probe_type", probe->labels.probe_type}};
    AddIfKnown("state", WorstState(*probe), &entry);
    json["probes"].push_back(std::move(entry));
  }
  json["restarts"] = Json::array();
  if (view.pod == nullptr) return json;
  for (const RestartCount& count : view.pod->restarts) {
    json["restarts"].push_back(
        {{"container", count.container}, {"reason", count.reason}, {"restarts", count.restarts}});
  }
  if (const std::optional<UnreadyCounts>& unready = view.pod->unready) {
    json["unready"] = {{"transitions", unready->transitions}, {"seconds", unready->seconds}};
  }
  json["events"] = Json::array();
  for (const PodEvent* event : EventsByTime(*view.pod)) {
    json["events"].push_back(EventJson(*event));
  }
  return json;
}

Json SourceJson(const SourceSnapshot& source) {
  Json json = {{"source", source.source}, {"up", source.is_up}};
  AddIfKnown("last_success_timestamp_seconds", source.last_success_unix_seconds, &json);
  AddIfKnown("duration_seconds", source.duration_seconds, &json);
  AddIfKnown("bytes", source.body_bytes, &json);
  AddIfKnown("samples", source.samples, &json);
  json["parse_errors"] = source.parse_errors;
  json["errors"] = Json::array();
  for (const auto& [reason, count] : source.errors) {
    json["errors"].push_back({{"reason", reason}, {"errors", count}});
  }
  json["last_error"] = source.last_error;
  return json;
}

Json FindingJson(const SpecFinding& finding) {
  return {{"namespace", finding.pod_namespace}, {"container", finding.container},
          {"workload", finding.workload},       {"workload_type", finding.workload_type},
          {"probe_type", finding.probe_type},   {"rule", finding.rule}};
}

Json NodeJson(const NodeSnapshot& node) {
  Json json = {{"probes", Json::array()}, {"containers", Json::array()}};
  for (const ConditionCount& count : node.probes) {
    json["probes"].push_back({{"probe_type", count.probe_type},
                              {"state", ConditionName(count.condition)},
                              {"probes", count.probes}});
  }
  for (const ContainerCount& count : node.containers) {
    json["containers"].push_back({{"probe_type", count.probe_type},
                                  {"probed", count.is_probed},
                                  {"containers", count.containers}});
  }
  AddIfKnown("probed_workloads", node.probed_workloads, &json);
  AddIfKnown("failing_workloads", node.failing_workloads, &json);
  AddIfKnown("incident", node.is_incident, &json);
  AddIfKnown("pods_status_stale", node.stale_pods, &json);
  json["missing_evidence"] = node.missing_evidence;
  json["dropped_series"] = node.dropped_series;
  return json;
}

Json StatusJson(const Snapshot& snapshot, const ApiOptions& options) {
  Json kubelet = {{"restarts", snapshot.kubelet.restarts}};
  AddIfKnown("start_time_seconds", snapshot.kubelet.start_unix_seconds, &kubelet);
  AddIfKnown("tls_verified", snapshot.kubelet.is_tls_verified, &kubelet);
  AddIfKnown("pod_label_truncated", snapshot.kubelet.is_pod_label_truncated, &kubelet);
  Json json = {{"version", options.version},
               {"node_name", options.node_name},
               {"start_time_seconds", options.started_unix_seconds},
               {"snapshot_timestamp_seconds", snapshot.unix_seconds},
               {"node", NodeJson(snapshot.node)},
               {"kubelet", std::move(kubelet)},
               {"spec_findings", Json::array()}};
  for (const SpecFinding& finding : snapshot.spec_findings) {
    json["spec_findings"].push_back(FindingJson(finding));
  }
  return json;
}

struct Page {
  std::size_t offset = 0;
  std::size_t limit = kDefaultApiLimit;
};

// A list between two bounds, with what is needed to ask for the next part.
template <typename T, typename ToJson>
Json PageJson(const Snapshot& snapshot, const std::vector<T>& all, Page page, ToJson to_json) {
  const std::size_t begin = std::min(page.offset, all.size());
  const std::size_t end = begin + std::min(page.limit, all.size() - begin);
  Json json = {{"snapshot_timestamp_seconds", snapshot.unix_seconds},
               {"total", all.size()},
               {"offset", page.offset},
               {"limit", page.limit}};
  if (end < all.size()) json["next_offset"] = end;
  json["items"] = Json::array();
  for (std::size_t i = begin; i < end; ++i) json["items"].push_back(to_json(all[i]));
  return json;
}

std::string Brief(const std::string& text) {
  constexpr std::size_t kMaxQuotedBytes = 80;
  return text.size() <= kMaxQuotedBytes ? text : text.substr(0, kMaxQuotedBytes) + "...";
}

ApiError BadData(std::string what) {
  return {.status = 400, .type = "bad_data", .what = std::move(what)};
}

struct Bounds {
  std::size_t min;
  std::size_t max;
};

// Returns an error sentence; empty if the number was read.
std::string ReadCount(const Query::Parameter& parameter, Bounds bounds, std::size_t* count) {
  std::size_t value = 0;
  const char* const end = parameter.value.data() + parameter.value.size();
  const auto [rest, error] = std::from_chars(parameter.value.data(), end, value);
  if (error == std::errc() && rest == end && value >= bounds.min && value <= bounds.max) {
    *count = value;
    return "";
  }
  return parameter.name + ": wants a whole number from " + std::to_string(bounds.min) + " to " +
         std::to_string(bounds.max) + ", not " + Brief(parameter.value);
}

bool IsState(std::string_view text) {
  return std::ranges::find(kAllConditions, text, ConditionName) != kAllConditions.end();
}

struct ListRequest {
  PodFilter filter;
  Page page;
};

// A parameter that nothing heeds would mislead: it is an error.
std::variant<ListRequest, ApiError> ReadListRequest(const Query& query) {
  constexpr std::size_t kMaxOffset = 1'000'000'000;
  ListRequest request;
  PodFilter& filter = request.filter;
  for (const Query::Parameter& parameter : query.parameters()) {
    const std::string& name = parameter.name;
    std::string problem;
    if (name == "limit") {
      problem = ReadCount(parameter, {.min = 1, .max = kMaxApiLimit}, &request.page.limit);
    } else if (name == "offset") {
      problem = ReadCount(parameter, {.min = 0, .max = kMaxOffset}, &request.page.offset);
    } else if (name == "state" && !IsState(parameter.value)) {
      problem = "state: " + Brief(parameter.value) +
                " is none of passing, not_running, acting, stalled, initializing, failing";
    } else if (name == "state") {
      filter.states.push_back(parameter.value);
    } else if (name == "namespace") {
      filter.namespaces.push_back(parameter.value);
    } else if (name == "workload") {
      filter.workloads.push_back(parameter.value);
    } else if (name == "pod") {
      filter.pods.push_back(parameter.value);
    } else if (name == "probe_type") {
      filter.probe_types.push_back(parameter.value);
    } else {
      problem = "unknown parameter " + Brief(name) +
                "; there are namespace, workload, pod, probe_type, state, limit and offset";
    }
    if (!problem.empty()) return BadData(std::move(problem));
  }
  return request;
}

enum class Endpoint { kProbes, kPods, kSources, kStatus, kOpenApi };

std::optional<Endpoint> EndpointOf(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, Endpoint>, 5> kEndpoints = {{
      {"/api/v1/probes", Endpoint::kProbes},
      {"/api/v1/pods", Endpoint::kPods},
      {"/api/v1/sources", Endpoint::kSources},
      {"/api/v1/status", Endpoint::kStatus},
      {"/api/v1/openapi.json", Endpoint::kOpenApi},
  }};
  const auto found =
      std::ranges::find(kEndpoints, path, &std::pair<std::string_view, Endpoint>::first);
  if (found == kEndpoints.end()) return std::nullopt;
  return found->second;
}

HttpResponse AnswerList(Endpoint endpoint, const Query& query, const Snapshot& snapshot) {
  const std::variant<ListRequest, ApiError> read = ReadListRequest(query);
  if (const ApiError* error = std::get_if<ApiError>(&read)) return ErrorResponse(*error);
  const auto& [filter, page] = std::get<ListRequest>(read);
  if (endpoint == Endpoint::kPods) {
    return Success(PageJson(snapshot, SelectPods(snapshot, filter), page, PodJson));
  }
  return Success(PageJson(snapshot, SelectProbes(snapshot, filter), page,
                          [](const ProbeSnapshot* probe) { return ProbeJson(*probe); }));
}

HttpResponse AnswerWhole(Endpoint endpoint, const Query& query, const Snapshot& snapshot,
                         const ApiOptions& options) {
  if (!query.parameters().empty()) {
    return ErrorResponse(BadData("unknown parameter " + Brief(query.parameters().front().name) +
                                 "; this address takes none"));
  }
  if (endpoint == Endpoint::kStatus) return Success(StatusJson(snapshot, options));
  Json sources = Json::array();
  for (const SourceSnapshot& source : snapshot.sources) sources.push_back(SourceJson(source));
  return Success(
      {{"snapshot_timestamp_seconds", snapshot.unix_seconds}, {"items", std::move(sources)}});
}

}  // namespace

bool IsApiPath(std::string_view path) { return path.starts_with("/api/"); }

HttpResponse AnswerApi(const HttpRequest& request, const Snapshot* snapshot,
                       const ApiOptions& options) {
  const std::optional<Endpoint> endpoint = EndpointOf(request.path);
  if (!endpoint) {
    return ErrorResponse({.status = 404,
                          .type = "not_found",
                          .what = "there is no " + Brief(request.path) +
                                  " here; /api/v1/openapi.json names what there is"});
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = ErrorResponse(
        {.status = 405,
         .type = "bad_method",
         .what = Brief(request.method) + " is not for this address, only GET and HEAD"});
    response.headers.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  if (*endpoint == Endpoint::kOpenApi) {
    HttpResponse response = HttpResponse::Text(200, std::string(kOpenApiJson));
    response.content_type = "application/json";
    return response;
  }
  const std::optional<Query> query = Query::Parse(request.query);
  if (!query) return ErrorResponse(BadData("the query is not well-formed after the '?'"));
  if (snapshot == nullptr) {
    return ErrorResponse({.status = 503,
                          .type = "unavailable",
                          .what = "the kubelet's first answers have not come yet; try again in a "
                                  "second"});
  }
  if (*endpoint == Endpoint::kProbes || *endpoint == Endpoint::kPods) {
    return AnswerList(*endpoint, *query, *snapshot);
  }
  return AnswerWhole(*endpoint, *query, *snapshot, options);
}

}  // namespace podprobe

#include "exporter/web/status_query.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <tuple>

#include "exporter/web/query.h"

namespace podprobe {
namespace {

bool IsShown(const StatusQuery& query, Condition condition) {
  if (query.state == "all") return true;
  if (query.state.empty()) return condition != Condition::kPassing;
  return query.state == ConditionName(condition);
}

double Since(const StatusRow& row) {
  return row.container->failing_since_unix.value_or(std::numeric_limits<double>::infinity());
}

auto NameOf(const StatusRow& row) { return std::tie(row.probe->labels, row.container->container); }

}  // namespace

StatusQuery StatusQuery::Parse(std::string_view query) {
  StatusQuery status;
  const std::optional<Query> parsed = Query::Parse(query);
  if (!parsed) return status;
  status.filter.text = parsed->Last("q").value_or("");
  status.filter.namespaces = parsed->All("namespace");
  status.filter.workloads = parsed->All("workload");
  const std::string state = parsed->Last("state").value_or("");
  if (state == "all" ||
      std::ranges::find(kAllConditions, state, ConditionName) != kAllConditions.end()) {
    status.state = state;
  }
  const std::string sort = parsed->Last("sort").value_or("");
  if (sort == "since") status.sort = Sort::kSince;
  if (sort == "name") status.sort = Sort::kName;
  const std::string page = parsed->Last("page").value_or("1");
  std::from_chars(page.data(), page.data() + page.size(), status.page);
  status.page = std::clamp<std::size_t>(status.page, 1, 1'000'000);
  return status;
}

bool StatusQuery::IsFiltered() const {
  return !state.empty() || !filter.text.empty() || !filter.namespaces.empty() ||
         !filter.workloads.empty();
}

std::string StatusQuery::ToString() const {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(EscapeQuery(value));
  };
  add("q", filter.text);
  for (const std::string& name : filter.namespaces) add("namespace", name);
  for (const std::string& name : filter.workloads) add("workload", name);
  add("state", state);
  if (sort == Sort::kSince) add("sort", "since");
  if (sort == Sort::kName) add("sort", "name");
  if (page > 1) add("page", std::to_string(page));
  return text;
}

std::vector<StatusRow> SelectRows(const Snapshot& snapshot, const StatusQuery& query) {
  std::vector<StatusRow> rows;
  for (const ProbeSnapshot* probe : SelectProbes(snapshot, query.filter)) {
    const PodSnapshot* pod = FindPod(snapshot, probe->labels);
    for (const ContainerProbe& container : probe->containers) {
      if (IsShown(query, container.condition)) {
        rows.push_back({.probe = probe, .container = &container, .pod = pod});
      }
    }
  }
  std::ranges::stable_sort(rows, [&](const StatusRow& left, const StatusRow& right) {
    if (query.sort == StatusQuery::Sort::kWorst) {
      const int left_severity = Severity(left.container->condition);
      const int right_severity = Severity(right.container->condition);
      if (left_severity != right_severity) return left_severity > right_severity;
    }
    if (query.sort != StatusQuery::Sort::kName && Since(left) != Since(right)) {
      return Since(left) < Since(right);
    }
    return NameOf(left) < NameOf(right);
  });
  return rows;
}

}  // namespace podprobe

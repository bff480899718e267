#include "exporter/web/status_page.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/status_query.h"

namespace podprobe {
namespace {

// Names beyond these are found by the search.
constexpr std::size_t kMaxOptions = 300;

void AppendOption(std::string_view value, std::string_view words, std::string_view chosen,
                  Html* html) {
  html->Tag("<option value=\"").Text(value).Tag(value == chosen ? "\" selected>" : "\">");
  html->Text(words).Tag("</option>");
}

void AppendNames(std::string_view name, std::string_view label, const std::set<std::string>& names,
                 const std::vector<std::string>& chosen, Html* html) {
  const std::string first = chosen.empty() ? "" : chosen.front();
  html->Tag("<label>").Tag(label).Tag(" <select name=\"").Tag(name).Tag("\">");
  AppendOption("", "all", first, html);
  std::size_t count = 0;
  for (const std::string& each : names) {
    if (++count > kMaxOptions) break;
    AppendOption(each, each, first, html);
  }
  if (!first.empty() && !names.contains(first)) AppendOption(first, first, first, html);
  html->Tag("</select></label>\n");
}

void AppendForm(const Snapshot* snapshot, const StatusQuery& query, Html* html) {
  std::set<std::string> namespaces;
  std::set<std::string> workloads;
  if (snapshot != nullptr) {
    for (const ProbeSnapshot& probe : snapshot->probes) {
      namespaces.insert(probe.labels.pod_namespace);
      if (!probe.labels.workload.empty()) workloads.insert(probe.labels.workload);
    }
  }
  html->Tag("<form id=\"filters\" action=\"/\" method=\"get\" role=\"search\">\n")
      .Tag("<label>Search <input type=\"search\" name=\"q\" autocomplete=\"off\" ")
      .Tag("placeholder=\"pod, container, …\" value=\"")
      .Text(query.filter.text)
      .Tag("\"></label>\n");
  AppendNames("namespace", "Namespace", namespaces, query.filter.namespaces, html);
  AppendNames("workload", "Workload", workloads, query.filter.workloads, html);
  html->Tag("<label>State <select name=\"state\">");
  AppendOption("", "not passing", query.state, html);
  AppendOption("all", "all", query.state, html);
  for (const Condition condition : kAllConditions) {
    AppendOption(ConditionName(condition), StateWords(condition), query.state, html);
  }
  const std::string_view sort = query.sort == StatusQuery::Sort::kSince  ? "since"
                                : query.sort == StatusQuery::Sort::kName ? "name"
                                                                         : "";
  html->Tag("</select></label>\n<label>Sort <select name=\"sort\">");
  AppendOption("", "worst first", sort, html);
  AppendOption("since", "longest first", sort, html);
  AppendOption("name", "by name", sort, html);
  html->Tag("</select></label>\n<button>Show</button></form>\n");
}

std::map<Condition, double> CountStates(const Snapshot& snapshot) {
  std::map<Condition, double> counts;
  for (const Condition condition : kAllConditions) counts[condition] = 0;
  if (!snapshot.node.probes.empty()) {
    for (const ConditionCount& count : snapshot.node.probes) {
      counts[count.condition] += count.probes;
    }
    return counts;
  }
  for (const ProbeSnapshot& probe : snapshot.probes) {
    for (const ContainerProbe& container : probe.containers) ++counts[container.condition];
  }
  return counts;
}

void AppendSummary(const Snapshot& snapshot, Html* html) {
  std::vector<Condition> conditions(kAllConditions.begin(), kAllConditions.end());
  std::ranges::stable_sort(conditions, std::ranges::greater(), Severity);
  const std::map<Condition, double> counts = CountStates(snapshot);
  html->Tag("<ul class=\"tiles\">\n");
  for (const Condition condition : conditions) {
    const double count = counts.at(condition);
    html->Tag("<li class=\"")
        .Tag(count > 0 ? ConditionName(condition) : "none")
        .Tag("\"><a href=\"/?state=")
        .Tag(ConditionName(condition))
        .Tag("\"><b>")
        .Text(FormatValue(count))
        .Tag("</b> ")
        .Tag(StateWords(condition))
        .Tag("</a></li>\n");
  }
  html->Tag("</ul>\n");
}

void AppendFacts(const Snapshot& snapshot, Html* html) {
  if (snapshot.node.is_incident.value_or(false)) {
    html->Tag(
        "<p class=\"alarm\">Many workloads here fail together: look at the node, or at what they "
        "share, before the single pods.</p>\n");
  }
  for (const SourceSnapshot& source : snapshot.sources) {
    if (source.is_up) continue;
    html->Tag("<p class=\"alarm\"><a href=\"/sources\">")
        .Text(source.source)
        .Tag("</a> cannot be read: ")
        .Text(source.last_error)
        .Tag("</p>\n");
  }
  html->Tag("<p class=\"facts\">");
  if (snapshot.node.probed_workloads && snapshot.node.failing_workloads) {
    html->Text(FormatValue(*snapshot.node.failing_workloads))
        .Tag(" of ")
        .Text(FormatValue(*snapshot.node.probed_workloads))
        .Tag(" workloads failed in the last 2 minutes. ");
  }
  if (snapshot.kubelet.start_unix_seconds) {
    html->Tag("The kubelet runs for ");
    AppendAge(*snapshot.kubelet.start_unix_seconds, snapshot, html);
    html->Tag(". ");
  }
  html->Tag("Read ");
  AppendAge(snapshot.unix_seconds, snapshot, html);
  html->Tag(" ago.</p>\n");
}

void AppendWhy(const StatusRow& row, Html* html) {
  html->Text(WhyWords(*row.probe, *row.container)).Tag("<div class=\"meters\">");
  for (const SignalRatio& evidence : row.container->evidence) {
    // What rounds to nothing explains nothing; the pod's own page has it.
    constexpr double kMinShownRatio = 0.005;
    if (evidence.ratio < kMinShownRatio) continue;
    AppendMeter(MeterKind::kBad, SignalWords(evidence.signal), evidence.ratio, html);
  }
  if (row.container->startup_budget_used) {
    AppendMeter(MeterKind::kBad, "startup budget", *row.container->startup_budget_used, html);
  }
  html->Tag("</div>");
}

void AppendNext(const Snapshot& snapshot, const StatusRow& row, Html* html) {
  html->Text(NextWords(*row.probe, *row.container));
  if (!row.container->forecast) return;
  const double seconds = row.container->forecast->seconds;
  html->Tag(" <time class=\"countdown\" data-at=\"")
      .Text(FormatValue(snapshot.unix_seconds + seconds))
      .Tag("\">in ")
      .Text(DurationWords(seconds))
      .Tag("</time>");
}

void AppendRow(const Snapshot& snapshot, const StatusRow& row, Html* html) {
  const ProbeLabels& labels = row.probe->labels;
  const std::string& name = labels.pod.empty() ? labels.workload : labels.pod;
  html->Tag("<tr><td data-label=\"State\">");
  AppendState(row.container->condition, html);
  html->Tag("</td><td data-label=\"Pod\"><a href=\"").Text(PodUrl(labels)).Tag("\">").Text(name);
  html->Tag("</a><br><small>").Text(labels.pod_namespace);
  if (!labels.workload.empty()) {
    html->Tag(" · ").Text(labels.workload_type).Tag(" ").Text(labels.workload);
  }
  html->Tag("</small></td><td data-label=\"Probe\">")
      .Text(labels.probe_type)
      .Tag("<br><small>")
      .Text(row.container->container)
      .Tag("</small></td><td data-label=\"Since\">");
  if (row.container->failing_since_unix) {
    AppendAge(*row.container->failing_since_unix, snapshot, html);
  }
  html->Tag("</td><td data-label=\"Why\">");
  AppendWhy(row, html);
  html->Tag("</td><td data-label=\"Next\">");
  AppendNext(snapshot, row, html);
  html->Tag("</td></tr>\n");
}

void AppendPages(const StatusQuery& query, std::size_t row_count, Html* html) {
  const std::size_t pages = (row_count + kStatusRowsPerPage - 1) / kStatusRowsPerPage;
  if (pages < 2) return;
  const auto link = [&](std::size_t page, std::string_view words) {
    html->Tag("<a href=\"/?").Text(query.ToString(page)).Tag("\">").Tag(words).Tag("</a> ");
  };
  html->Tag("<nav class=\"pages\" aria-label=\"Pages\">");
  if (query.page > 1) link(query.page - 1, "Before");
  html->Tag("page ").Text(std::to_string(query.page)).Tag(" of ").Text(std::to_string(pages));
  html->Tag(" ");
  if (query.page < pages) link(query.page + 1, "Next");
  html->Tag("</nav>\n");
}

void AppendRows(const Snapshot& snapshot, const StatusQuery& query, Html* html) {
  const std::vector<StatusRow> rows = SelectRows(snapshot, query);
  html->Tag("<h2>").Text(std::to_string(rows.size()));
  html->Tag(rows.size() == 1 ? " probe" : " probes")
      .Tag(query.state.empty() ? " not passing" : "")
      .Tag("</h2>\n");
  if (rows.empty()) {
    html->Tag(query.state.empty() && query.filter.text.empty()
                  ? "<p class=\"well\">All probes that are asked for here pass.</p>\n"
                  : "<p class=\"well\">No probe matches.</p>\n");
    return;
  }
  html->Tag(
      "<table class=\"rows\"><thead><tr><th>State</th><th>Pod</th><th>Probe</th><th>Since</th>"
      "<th>Why</th><th>Next</th></tr></thead><tbody>\n");
  const std::size_t begin = std::min((query.page - 1) * kStatusRowsPerPage, rows.size());
  const std::size_t end = std::min(begin + kStatusRowsPerPage, rows.size());
  for (std::size_t i = begin; i < end; ++i) AppendRow(snapshot, rows[i], html);
  html->Tag("</tbody></table>\n");
  AppendPages(query, rows.size(), html);
}

void AppendFindings(const Snapshot& snapshot, Html* html) {
  constexpr std::size_t kMaxFindings = 100;
  const std::size_t count = snapshot.spec_findings.size();
  if (count == 0) return;
  html->Tag("<details id=\"findings\"><summary>")
      .Text(std::to_string(count))
      .Tag(count == 1 ? " finding" : " findings")
      .Tag(" in probes' settings</summary><ul>\n");
  for (std::size_t i = 0; i < std::min(count, kMaxFindings); ++i) {
    const SpecFinding& finding = snapshot.spec_findings[i];
    html->Tag("<li><b>")
        .Text(finding.pod_namespace + "/" + finding.workload)
        .Tag("</b> ")
        .Text(finding.container + ", " + finding.probe_type + ". ")
        .Text(RuleWords(finding.rule))
        .Tag("</li>\n");
  }
  html->Tag("</ul>");
  if (count > kMaxFindings) html->Tag("<p>More at <a href=\"/api/v1/status\">the API</a>.</p>");
  html->Tag("</details>\n");
}

}  // namespace

std::string RenderStatusPage(const PageOptions& options, const Snapshot* snapshot,
                             std::string_view query_text) {
  const StatusQuery query = StatusQuery::Parse(query_text);
  return FramePage(
      options, "Probes", [&](Html* html) { AppendForm(snapshot, query, html); },
      [&](Html* html) {
        if (snapshot == nullptr) {
          html->Tag("<p>The first answers of the kubelet have not come yet.</p>\n");
          return;
        }
        AppendFacts(*snapshot, html);
        AppendSummary(*snapshot, html);
        AppendRows(*snapshot, query, html);
        AppendFindings(*snapshot, html);
      });
}

}  // namespace podprobe

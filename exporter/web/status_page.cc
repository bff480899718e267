#include "exporter/web/status_page.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/sparkline.h"
#include "exporter/web/status_query.h"
#include "exporter/web/verdict.h"

namespace podprobe {
namespace {

// Names beyond these are found by the search.
constexpr std::size_t kMaxOptions = 200;

void AppendOption(std::string_view value, std::string_view words, std::string_view chosen,
                  Html* html) {
  html->Tag("<option value=\"").Text(value).Tag(value == chosen ? "\" selected>" : "\">");
  html->Text(words).Tag("</option>");
}

// A name that stands for itself. There may be hundreds: what HTML lets leave out is left out.
void AppendName(const std::string& name, std::string_view chosen, Html* html) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  if (name == chosen || name.find_first_not_of(kPlain) != std::string::npos) {
    return AppendOption(name, name, chosen, html);
  }
  html->Tag("<option>").Text(name);
}

void AppendNames(std::string_view name, std::string_view label, const std::set<std::string>& names,
                 const std::vector<std::string>& chosen, Html* html) {
  const std::string first = chosen.empty() ? "" : chosen.front();
  html->Tag("<label><span>").Tag(label).Tag("</span> <select name=\"").Tag(name).Tag("\">");
  AppendOption("", "all " + std::string(name) + "s", first, html);
  std::size_t count = 0;
  for (const std::string& each : names) {
    if (++count > kMaxOptions) break;
    AppendName(each, first, html);
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
      .Tag("<label class=\"search\"><span>Search</span> <input type=\"search\" name=\"q\" ")
      .Tag("autocomplete=\"off\" placeholder=\"pod, container, …\" value=\"")
      .Text(query.filter.text)
      .Tag("\"></label>\n");
  AppendNames("namespace", "Namespace", namespaces, query.filter.namespaces, html);
  AppendNames("workload", "Workload", workloads, query.filter.workloads, html);
  html->Tag("<label><span>State</span> <select name=\"state\">");
  AppendOption("", "not passing", query.state, html);
  AppendOption("all", "all states", query.state, html);
  for (const Condition condition : kAllConditions) {
    AppendOption(ConditionName(condition), StateWords(condition), query.state, html);
  }
  const std::string_view sort = query.sort == StatusQuery::Sort::kSince  ? "since"
                                : query.sort == StatusQuery::Sort::kName ? "name"
                                                                         : "";
  html->Tag("</select></label>\n<label><span>Sort</span> <select name=\"sort\">");
  AppendOption("", "worst first", sort, html);
  AppendOption("since", "longest first", sort, html);
  AppendOption("name", "by name", sort, html);
  html->Tag("</select></label>\n<button>Show</button></form>\n");
}

// The worst first.
std::vector<Condition> BySeverity() {
  std::vector<Condition> conditions(kAllConditions.begin(), kAllConditions.end());
  std::ranges::stable_sort(conditions, std::ranges::greater(), Severity);
  return conditions;
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
  const std::map<Condition, double> counts = CountStates(snapshot);
  html->Tag("<ul class=\"tiles\">\n");
  for (const Condition condition : BySeverity()) {
    const double count = counts.at(condition);
    html->Tag("<li class=\"")
        .Tag(count > 0 ? ConditionName(condition) : "none")
        .Tag("\" title=\"")
        .Tag(StateMeaning(condition))
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

void AppendVerdict(const Snapshot* snapshot, Html* html) {
  const Verdict verdict = VerdictOf(snapshot);
  html->Tag(verdict.is_well ? "<h1 class=\"well\">" : "<h1>").Text(verdict.headline).Tag("</h1>\n");
  if (!verdict.details.empty()) {
    html->Tag("<p class=\"verdict\">").Text(verdict.details).Tag("</p>\n");
  }
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
  const std::string_view reason = ReasonWords(row.pod, *row.probe, *row.container);
  const std::string run = RunWords(*row.container);
  html->Text(reason);
  if (!run.empty()) html->Tag(" <small>").Text(run).Tag("</small>");
  Html meters;
  for (const SignalRatio& evidence : row.container->evidence) {
    // What rounds to nothing explains nothing; the pod's own page has it.
    constexpr double kMinShownRatio = 0.005;
    if (evidence.ratio < kMinShownRatio) continue;
    AppendMeter(MeterKind::kBad, SignalWords(evidence.signal), evidence.ratio, &meters);
  }
  if (row.container->startup_budget_used) {
    AppendMeter(MeterKind::kBad, "startup budget", *row.container->startup_budget_used, &meters);
  }
  const std::string text = meters.Take();
  if (!text.empty()) html->Tag("<div class=\"meters\">").Tag(text).Tag("</div>");
}

// The last hour, with the share that succeeded in the longest window.
void AppendHour(const ProbeSnapshot& probe, Html* html) {
  AppendSparkline(probe.last_hour, html);
  if (probe.success_ratios.empty()) return;
  const WindowRatio& ratio = probe.success_ratios.back();
  html->Tag("<small>")
      .Text(PercentWords(ratio.ratio))
      .Tag(" in ")
      .Text(ratio.window)
      .Tag("</small>");
}

void AppendNext(const Snapshot& snapshot, const StatusRow& row, Html* html) {
  html->Text(NextWords(*row.probe, *row.container));
  if (!row.container->forecast) return;
  const double seconds = row.container->forecast->seconds;
  html->Tag(" <time class=\"countdown\" data-at=\"")
      .Text(FormatValue(std::round(snapshot.unix_seconds + seconds)))
      .Tag("\">in ")
      .Text(DurationWords(seconds))
      .Tag("</time>");
}

void AppendRow(const Snapshot& snapshot, const StatusRow& row, Html* html) {
  const ProbeLabels& labels = row.probe->labels;
  const std::string& name = labels.pod.empty() ? labels.workload : labels.pod;
  html->Tag("<tr><td>");
  AppendState(row.container->condition, html);
  html->Tag("</td><td><a href=\"").Text(PodUrl(labels)).Tag("\">").Text(name);
  html->Tag("</a> <small>").Text(labels.pod_namespace);
  if (!labels.workload.empty()) {
    html->Tag(" · ").Text(labels.workload_type).Tag(" ").Text(labels.workload);
  }
  html->Tag("</small></td><td>")
      .Text(labels.probe_type)
      .Tag(" <small>")
      .Text(row.container->container)
      .Tag("</small></td><td>");
  if (row.container->failing_since_unix) {
    AppendAge(*row.container->failing_since_unix, snapshot, html);
    html->Tag(" <small>");
    AppendClock(*row.container->failing_since_unix, html);
    html->Tag("</small>");
  }
  html->Tag("</td><td>");
  AppendWhy(row, html);
  html->Tag("</td><td>");
  AppendHour(*row.probe, html);
  html->Tag("</td><td>");
  AppendNext(snapshot, row, html);
  html->Tag("</td></tr>\n");
}

std::string Url(const StatusQuery& query) {
  const std::string text = query.ToString();
  return text.empty() ? "/" : "/?" + text;
}

void AppendPages(const StatusQuery& query, std::size_t row_count, Html* html) {
  const std::size_t pages = (row_count + kStatusRowsPerPage - 1) / kStatusRowsPerPage;
  if (pages < 2) return;
  const auto link = [&](std::size_t page, std::string_view words) {
    StatusQuery other = query;
    other.page = page;
    html->Tag("<a href=\"").Text(Url(other)).Tag("\">").Tag(words).Tag("</a> ");
  };
  html->Tag("<nav class=\"pages\" aria-label=\"Pages\">");
  if (query.page > 1) link(query.page - 1, "Before");
  html->Tag("page ").Text(std::to_string(query.page)).Tag(" of ").Text(std::to_string(pages));
  html->Tag(" ");
  if (query.page < pages) link(query.page + 1, "Next");
  html->Tag("</nav>\n");
}

// A column's head; a click sorts by it where it has an order.
void AppendHead(const StatusQuery& query, std::string_view words,
                std::optional<StatusQuery::Sort> sort, Html* html) {
  const bool is_sorted = sort == query.sort;
  html->Tag(is_sorted ? "<th scope=\"col\" aria-sort=\"other\">" : "<th scope=\"col\">");
  if (!sort) {
    html->Tag(words).Tag("</th>");
    return;
  }
  StatusQuery other = query;
  other.sort = *sort;
  other.page = 1;
  html->Tag("<a href=\"").Text(Url(other)).Tag("\" title=\"Sort by this\">").Tag(words);
  html->Tag("</a></th>");
}

void AppendRows(const Snapshot& snapshot, const StatusQuery& query, Html* html) {
  const std::vector<StatusRow> rows = SelectRows(snapshot, query);
  html->Tag("<h2>").Text(std::to_string(rows.size()));
  html->Tag(rows.size() == 1 ? " probe" : " probes")
      .Tag(query.state.empty() ? " not passing" : "")
      .Tag("</h2>\n");
  if (rows.empty()) {
    const std::string_view why =
        query.IsFiltered() ? "No probe matches." : WhyNothingIsListed(snapshot);
    html->Tag("<p class=\"nothing\">").Tag(why).Tag("</p>\n");
    return;
  }
  html->Tag("<table class=\"rows probes\"><thead><tr>");
  AppendHead(query, "State", StatusQuery::Sort::kWorst, html);
  AppendHead(query, "Pod", StatusQuery::Sort::kName, html);
  AppendHead(query, "Probe", {}, html);
  AppendHead(query, "Since", StatusQuery::Sort::kSince, html);
  AppendHead(query, "Why", {}, html);
  AppendHead(query, "Last hour", {}, html);
  AppendHead(query, "Next", {}, html);
  html->Tag("</tr></thead><tbody>\n");
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

void AppendLegend(Html* html) {
  html->Tag("<details id=\"legend\"><summary>What the states mean</summary><dl>\n");
  for (const Condition condition : BySeverity()) {
    html->Tag("<dt>");
    AppendState(condition, html);
    html->Tag("</dt><dd>").Tag(StateMeaning(condition)).Tag("</dd>\n");
  }
  html->Tag("</dl></details>\n");
}

}  // namespace

std::string RenderStatusPage(const PageOptions& options, const Snapshot* snapshot,
                             std::string_view query_text) {
  const StatusQuery query = StatusQuery::Parse(query_text);
  const auto write_head = [&](Html* html) {
    AppendVerdict(snapshot, html);
    if (snapshot == nullptr) return;
    AppendFacts(*snapshot, html);
    AppendSummary(*snapshot, html);
  };
  const auto write_list = [&](Html* html) {
    if (snapshot == nullptr) return;
    AppendRows(*snapshot, query, html);
    AppendFindings(*snapshot, html);
  };
  const std::size_t ill_pods = VerdictOf(snapshot).ill_pods;
  const std::string title = ill_pods == 0 ? "Probes" : "(" + std::to_string(ill_pods) + ") Probes";
  return FramePage(options, title, [&](Html* html) {
    AppendLive("head", write_head, html);
    AppendForm(snapshot, query, html);
    AppendLive("live", write_list, html);
    AppendLegend(html);
  });
}

}  // namespace podprobe

#include "exporter/web/pod_page.h"

#include <vector>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/pod_view.h"
#include "exporter/web/query.h"

namespace podprobe {
namespace {

void AppendSettings(const ProbeSettings& settings, Html* html) {
  html->Tag("<p class=\"settings\">")
      .Text(settings.handler)
      .Tag(" every ")
      .Text(DurationWords(settings.period_seconds))
      .Tag(", ")
      .Text(DurationWords(settings.timeout_seconds))
      .Tag(" to answer, acts after ")
      .Text(FormatValue(settings.failure_threshold))
      .Tag(settings.failure_threshold == 1 ? " failure" : " failures")
      .Tag(", well again after ")
      .Text(FormatValue(settings.success_threshold))
      .Tag(settings.success_threshold == 1 ? " success" : " successes")
      .Tag(".</p>\n");
}

void AppendContainer(const Snapshot& snapshot, const ProbeSnapshot& probe,
                     const ContainerProbe& container, Html* html) {
  html->Tag("<h3>").Text(container.container).Tag(" ");
  AppendState(container.condition, html);
  html->Tag("</h3>\n");
  if (const std::string why = WhyWords(probe, container); !why.empty()) {
    html->Tag("<p>").Text(why).Tag("</p>\n");
  }
  html->Tag("<p>");
  if (container.failing_since_unix) {
    html->Tag("Failing for ");
    AppendAge(*container.failing_since_unix, snapshot, html);
    html->Tag(". ");
  }
  if (container.last_success_unix) {
    html->Tag("Last success ");
    AppendAge(*container.last_success_unix, snapshot, html);
    html->Tag(" ago. ");
  }
  if (container.forecast) {
    html->Tag("Next: ")
        .Tag(container.forecast->action)
        .Tag(" <time class=\"countdown\" data-at=\"")
        .Text(FormatValue(snapshot.unix_seconds + container.forecast->seconds))
        .Tag("\">in ")
        .Text(DurationWords(container.forecast->seconds))
        .Tag("</time>.");
  }
  html->Tag("</p>\n<div class=\"meters\">");
  for (const SignalRatio& evidence : container.evidence) {
    AppendMeter(MeterKind::kBad, SignalWords(evidence.signal), evidence.ratio, html);
  }
  if (container.startup_budget_used) {
    AppendMeter(MeterKind::kBad, "startup budget", *container.startup_budget_used, html);
  }
  html->Tag("</div>\n");
  if (container.settings) AppendSettings(*container.settings, html);
}

void AppendCounts(const ProbeSnapshot& probe, Html* html) {
  html->Tag("<div class=\"meters\">");
  for (const WindowRatio& ratio : probe.success_ratios) {
    AppendMeter(MeterKind::kGood, "success " + ratio.window, ratio.ratio, html);
  }
  if (probe.near_timeout_ratio) {
    AppendMeter(MeterKind::kBad, "slow " + probe.near_timeout_ratio->window,
                probe.near_timeout_ratio->ratio, html);
  }
  if (probe.timeout_headroom_ratio) {
    AppendMeter(MeterKind::kGood, "timeout headroom", *probe.timeout_headroom_ratio, html);
  }
  html->Tag(
      "</div>\n<table><thead><tr><th>Phase</th><th>Attempts</th><th>Failures</th></tr></thead>"
      "<tbody>\n");
  for (const PhaseCounts& counts : probe.phases) {
    html->Tag("<tr><td>")
        .Text(counts.phase)
        .Tag("</td><td>")
        .Text(FormatValue(counts.attempts))
        .Tag("</td><td>")
        .Text(FormatValue(counts.failures))
        .Tag("</td></tr>\n");
  }
  html->Tag("</tbody></table>\n<ul>");
  for (const CauseCount& count : probe.causes) {
    if (count.failures <= 0) continue;
    html->Tag("<li>")
        .Text(FormatValue(count.failures))
        .Tag(count.failures == 1 ? " failure: " : " failures: ")
        .Text(CauseWords(count.cause))
        .Tag("</li>");
  }
  html->Tag("</ul>\n");
}

void AppendPodFacts(const PodView& view, Html* html) {
  html->Tag("<p>").Text(view.labels.pod_namespace);
  if (!view.labels.workload.empty()) {
    html->Tag(" · ").Text(view.labels.workload_type).Tag(" ").Text(view.labels.workload);
  }
  html->Tag("</p>\n");
  if (view.pod == nullptr) return;
  html->Tag("<ul>");
  for (const RestartCount& count : view.pod->restarts) {
    if (count.restarts <= 0) continue;
    html->Tag("<li>")
        .Text(count.container)
        .Tag(" restarted ")
        .Text(FormatValue(count.restarts))
        .Tag(count.restarts == 1 ? " time: " : " times: ")
        .Text(count.reason)
        .Tag("</li>");
  }
  if (const std::optional<UnreadyCounts>& unready = view.pod->unready;
      unready && (unready->transitions > 0 || unready->seconds > 0)) {
    html->Tag("<li>became unready ")
        .Text(FormatValue(unready->transitions))
        .Tag(unready->transitions == 1 ? " time, " : " times, ")
        .Text(DurationWords(unready->seconds))
        .Tag(" in all</li>");
  }
  html->Tag("</ul>\n");
}

bool IsOf(const SpecFinding& finding, const PodView& view) {
  if (finding.pod_namespace != view.labels.pod_namespace ||
      finding.workload != view.labels.workload) {
    return false;
  }
  for (const ProbeSnapshot* probe : view.probes) {
    if (probe->labels.probe_type != finding.probe_type) continue;
    for (const ContainerProbe& container : probe->containers) {
      if (container.container == finding.container) return true;
    }
  }
  return false;
}

void AppendPodFindings(const Snapshot& snapshot, const PodView& view, Html* html) {
  std::string items;
  for (const SpecFinding& finding : snapshot.spec_findings) {
    if (!IsOf(finding, view)) continue;
    items += "<li>" + EscapeHtml(finding.container + ", " + finding.probe_type + ". ") +
             EscapeHtml(RuleWords(finding.rule)) + "</li>\n";
  }
  if (!items.empty()) html->Tag("<h2>Settings to look at</h2>\n<ul>").Tag(items).Tag("</ul>\n");
}

// A label value as PromQL writes it.
std::string PromQlText(std::string_view value) {
  std::string text = "\"";
  for (const char byte : value) {
    if (byte == '\\' || byte == '"') text += '\\';
    text += byte == '\n' ? "\\n" : std::string(1, byte);
  }
  return text + "\"";
}

void AppendQueries(const PodLabels& labels, Html* html) {
  const std::string pod =
      "{namespace=" + PromQlText(labels.pod_namespace) + ",pod=" + PromQlText(labels.pod) + "}";
  const std::string queries[] = {
      "podprobe_success_ratio" + pod, "podprobe_consecutive_failures" + pod,
      "sum by (probe_type, cause) (increase(podprobe_failure_causes_total" + pod + "[1h]))",
      "sum by (container, reason) (increase(podprobe_container_restarts_total" + pod + "[1h]))"};
  html->Tag("<h2>In Prometheus</h2>\n<ul class=\"queries\">");
  for (const std::string& query : queries) {
    html->Tag("<li><code tabindex=\"0\">").Text(query).Tag("</code></li>\n");
  }
  html->Tag("</ul>\n");
}

}  // namespace

std::optional<std::string> RenderPodPage(const PageOptions& options, const Snapshot& snapshot,
                                         std::string_view query_text) {
  const std::optional<Query> query = Query::Parse(query_text);
  if (!query) return std::nullopt;
  const PodFilter filter = {.namespaces = {query->Last("namespace").value_or("")},
                            .pods = {query->Last("pod").value_or("")}};
  // Pods of one name may have had two workloads.
  const std::vector<PodView> pods = SelectPods(snapshot, filter);
  if (pods.empty()) return std::nullopt;
  const PodLabels& labels = pods.front().labels;
  const std::string title = labels.pod.empty() ? labels.pod_namespace : labels.pod;
  return FramePage(options, title, nullptr, [&](Html* html) {
    for (const PodView& view : pods) {
      AppendPodFacts(view, html);
      for (const ProbeSnapshot* probe : view.probes) {
        html->Tag("<section><h2>").Text(probe->labels.probe_type).Tag("</h2>\n");
        for (const ContainerProbe& container : probe->containers) {
          AppendContainer(snapshot, *probe, container, html);
        }
        AppendCounts(*probe, html);
        html->Tag("</section>\n");
      }
      AppendPodFindings(snapshot, view, html);
    }
    AppendQueries(labels, html);
  });
}

std::string RenderNoPodPage(const PageOptions& options) {
  return FramePage(options, "No such pod", nullptr, [](Html* html) {
    html->Tag(
        "<p>No pod of this name has probes here now. It may be gone, or on another node. "
        "<a href=\"/\">All probes</a></p>\n");
  });
}

}  // namespace podprobe

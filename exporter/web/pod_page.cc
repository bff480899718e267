#include "exporter/web/pod_page.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/pod_view.h"
#include "exporter/web/query.h"
#include "exporter/web/sparkline.h"

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

void AppendContainer(const Snapshot& snapshot, const PodSnapshot* pod, const ProbeSnapshot& probe,
                     const ContainerProbe& container, Html* html) {
  html->Tag("<h3>").Text(container.container).Tag(" ");
  AppendState(container.condition, html);
  html->Tag("</h3>\n");
  if (const std::string why = WhyWords(pod, probe, container); !why.empty()) {
    html->Tag("<p>").Text(why).Tag("</p>\n");
  }
  html->Tag("<p>");
  if (container.failing_since_unix) {
    html->Tag("Failing for ");
    AppendAge(*container.failing_since_unix, snapshot, html);
    html->Tag(", since ");
    AppendClock(*container.failing_since_unix, html);
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
        .Text(FormatValue(std::round(snapshot.unix_seconds + container.forecast->seconds)))
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

void AppendHour(const ProbeSnapshot& probe, Html* html) {
  const std::string words = HourWords(probe.last_hour);
  if (words.empty()) return;
  html->Tag("<p class=\"hour\">Last hour: ").Text(words).Tag("<br>");
  AppendSparkline(probe.last_hour, html);
  html->Tag("</p>\n");
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

void AppendEvent(const PodEvent& event, const Snapshot& snapshot, Html* html) {
  html->Tag("<tr><td data-label=\"When\">");
  AppendAge(event.last_unix, snapshot, html);
  html->Tag(" ago <small>");
  AppendClock(event.last_unix, html);
  html->Tag("</small></td><td data-label=\"What\">");
  const std::string count = FormatValue(event.count);
  if (event.probe_type.empty()) {
    html->Text(event.container).Tag(" restarted");
    if (event.count > 1) html->Tag(" ").Text(count).Tag(" times");
  } else {
    html->Text(event.probe_type + " of " + event.container + " failed");
    if (event.count > 1) html->Tag(" ").Text(count).Tag(" times");
    if (event.last_unix > event.first_unix) {
      html->Tag(" in ").Text(DurationWords(event.last_unix - event.first_unix));
    }
  }
  html->Tag("</td><td data-label=\"Phase\">")
      .Text(event.phase)
      .Tag("</td><td data-label=\"Cause\">")
      .Text(event.probe_type.empty() ? ReasonOfRestart(event.cause) : CauseWords(event.cause))
      .Tag("</td></tr>\n");
}

void AppendEvents(const PodView& view, const Snapshot& snapshot, Html* html) {
  if (view.pod == nullptr || view.pod->events == nullptr) return;
  html->Tag(
      "<h2>Last failures</h2>\n<table class=\"rows events\"><thead><tr><th scope=\"col\">When</th>"
      "<th scope=\"col\">What</th><th scope=\"col\">Phase</th><th scope=\"col\">Cause</th></tr>"
      "</thead><tbody>\n");
  const std::vector<const PodEvent*> events = EventsByTime(*view.pod);
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    AppendEvent(**event, snapshot, html);
  }
  html->Tag("</tbody></table>\n");
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
        .Text(ReasonOfRestart(count.reason))
        .Tag("</li>");
  }
  if (const std::optional<UnreadyCounts>& unready = view.pod->unready;
      unready && (unready->transitions > 0 || unready->seconds > 0)) {
    html->Tag("<li>not ready for ").Text(DurationWords(unready->seconds)).Tag(" in all");
    if (unready->transitions > 0) {
      html->Tag(", ")
          .Text(FormatValue(unready->transitions))
          .Tag(unready->transitions == 1 ? " time" : " times");
    }
    html->Tag("</li>");
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

// A word of a shell's command line. What a name could not be is quoted: it is foreign.
std::string ShellWord(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  if (!text.empty() && text.front() != '-' &&
      text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char byte : text) word += byte == '\'' ? "'\\''" : std::string(1, byte);
  return word + "'";
}

void AppendCode(const std::string& text, Html* html) {
  html->Tag("<li><code tabindex=\"0\">").Text(text).Tag("</code></li>\n");
}

// What somebody types next.
void AppendCommands(const PodView& view, Html* html) {
  const std::string in = "kubectl -n " + ShellWord(view.labels.pod_namespace) + " ";
  const std::string pod = ShellWord(view.labels.pod);
  std::set<std::string> containers;
  for (const ProbeSnapshot* probe : view.probes) {
    for (const ContainerProbe& container : probe->containers) {
      if (container.condition != Condition::kPassing) containers.insert(container.container);
    }
  }
  html->Tag("<h2>At a shell</h2>\n<ul class=\"queries\">");
  AppendCode(in + "describe pod " + pod, html);
  const auto logs_of = [&](const std::string& container) {
    return in + "logs " + pod + " -c " + ShellWord(container) + " --tail=100";
  };
  for (const std::string& container : containers) AppendCode(logs_of(container), html);
  const bool has_restarted =
      view.pod != nullptr && std::ranges::any_of(view.pod->restarts, [](const RestartCount& count) {
        return count.restarts > 0;
      });
  if (has_restarted) AppendCode(in + "logs " + pod + " --all-containers --previous", html);
  html->Tag("</ul>\n");
}

void AppendQueries(const PodLabels& labels, Html* html) {
  const std::string pod =
      "{namespace=" + PromQlText(labels.pod_namespace) + ",pod=" + PromQlText(labels.pod) + "}";
  const std::string queries[] = {
      "podprobe_success_ratio" + pod, "podprobe_consecutive_failures" + pod,
      "sum by (probe_type, cause) (increase(podprobe_failure_causes_total" + pod + "[1h]))",
      "sum by (container, reason) (increase(podprobe_container_restarts_total" + pod + "[1h]))"};
  html->Tag("<h2>In Prometheus</h2>\n<ul class=\"queries\">");
  for (const std::string& query : queries) AppendCode(query, html);
  html->Tag("</ul>\n");
}

// The worst first.
std::vector<const ProbeSnapshot*> ByState(const PodView& view) {
  std::vector<const ProbeSnapshot*> probes = view.probes;
  std::ranges::stable_sort(probes, std::ranges::greater(), [](const ProbeSnapshot* probe) {
    const std::optional<Condition> state = WorstState(*probe);
    return state ? Severity(*state) : 0;
  });
  return probes;
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
  const auto write_head = [&](Html* html) {
    html->Tag("<h1>").Text(title).Tag("</h1>\n");
    for (const PodView& view : pods) AppendPodFacts(view, html);
  };
  const auto write_live = [&](Html* html) {
    for (const PodView& view : pods) {
      for (const ProbeSnapshot* probe : ByState(view)) {
        html->Tag("<section><h2>").Text(probe->labels.probe_type).Tag("</h2>\n");
        for (const ContainerProbe& container : probe->containers) {
          AppendContainer(snapshot, view.pod, *probe, container, html);
        }
        AppendHour(*probe, html);
        AppendCounts(*probe, html);
        html->Tag("</section>\n");
      }
      AppendEvents(view, snapshot, html);
      AppendPodFindings(snapshot, view, html);
      if (!labels.pod.empty()) AppendCommands(view, html);
    }
    AppendQueries(labels, html);
  };
  return FramePage(options, title, [&](Html* html) {
    AppendLive("head", write_head, html);
    AppendLive("live", write_live, html);
  });
}

std::string RenderNoPodPage(const PageOptions& options) {
  const auto write = [](Html* html) {
    html->Tag(
        "<h1>No such pod</h1>\n<p>No pod of this name has probes here now. It may be gone, or on "
        "another node. "
        "<a href=\"/\">All probes</a></p>\n");
  };
  return FramePage(options, "No such pod", [&](Html* html) {
    AppendLive("head", write, html);
    AppendLive(
        "live", [](Html*) {}, html);
  });
}

}  // namespace podprobe

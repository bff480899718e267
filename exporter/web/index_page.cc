#include "exporter/web/index_page.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "exporter/exposition/text_writer.h"

namespace podprobe {
namespace {

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
    "color-scheme:light dark}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.2em 1.2em .2em 0;"
    "border-bottom:1px solid #8884}"
    ".bad{color:#c22;font-weight:600}";

bool IsFailing(const ProbeSnapshot& probe) {
  return std::ranges::any_of(probe.containers, [](const ContainerProbe& container) {
    return container.consecutive_failures.value_or(0) > 0;
  });
}

void AppendNodeSummary(const Snapshot& snapshot, std::string* html) {
  struct Counts {
    int probes = 0;
    int failing = 0;
  };
  std::map<std::string_view, Counts> by_type;
  for (const ProbeSnapshot& probe : snapshot.probes) {
    Counts& counts = by_type[probe.labels.probe_type];
    ++counts.probes;
    if (IsFailing(probe)) ++counts.failing;
  }
  html->append("<h2>Probes</h2>\n");
  if (by_type.empty()) {
    html->append("<p>None seen yet.</p>\n");
    return;
  }
  html->append("<table><tr><th>Type</th><th>Known</th><th>Failing now</th></tr>\n");
  for (const auto& [type, counts] : by_type) {
    html->append("<tr><td>").append(EscapeHtml(type)).append("</td><td>");
    html->append(std::to_string(counts.probes));
    html->append(counts.failing > 0 ? "</td><td class=\"bad\">" : "</td><td>");
    html->append(std::to_string(counts.failing)).append("</td></tr>\n");
  }
  html->append("</table>\n");
}

std::string Age(const std::optional<double>& unix_seconds, double now) {
  if (!unix_seconds) return "never";
  return FormatValue(std::max(0.0, std::round(now - *unix_seconds))) + " s ago";
}

void AppendSources(const Snapshot& snapshot, double now, std::string* html) {
  html->append("<h2>What is read from the kubelet</h2>\n");
  html->append(
      "<table><tr><th>Source</th><th>State</th><th>Last good reading</th>"
      "<th>Last error</th></tr>\n");
  for (const SourceSnapshot& source : snapshot.sources) {
    html->append("<tr><td>").append(EscapeHtml(source.source));
    html->append(source.is_up ? "</td><td>up" : "</td><td class=\"bad\">down");
    html->append("</td><td>")
        .append(Age(source.last_success_unix_seconds, now))
        .append("</td><td>")
        .append(EscapeHtml(source.last_error))
        .append("</td></tr>\n");
  }
  html->append("</table>\n");
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

std::string RenderIndexPage(const IndexPageOptions& options, const Snapshot* snapshot) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<title>podprobe-exporter</title><style>";
  html.append(kStyle).append("</style></head><body>\n<h1>podprobe-exporter</h1>\n");
  html.append("<p>Which pods");
  if (!options.node_name.empty()) html.append(" of ").append(EscapeHtml(options.node_name));
  html.append(
      " fail their readiness, liveness and startup probes, as the kubelet counts them. "
      "Version ");
  html.append(EscapeHtml(options.version)).append(".</p>\n<ul>");
  for (const std::string& path :
       {options.telemetry_path, std::string("/-/healthy"), std::string("/-/ready")}) {
    const std::string escaped = EscapeHtml(path);
    html.append("<li><a href=\"").append(escaped).append("\">").append(escaped).append("</a></li>");
  }
  html.append("</ul>\n");
  if (snapshot == nullptr) {
    html.append("<p>The first answers of the kubelet have not come yet.</p>\n");
  } else {
    AppendNodeSummary(*snapshot, &html);
    AppendSources(*snapshot, options.now_unix_seconds, &html);
  }
  html.append("</body></html>\n");
  return html;
}

}  // namespace podprobe

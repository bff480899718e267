#include "exporter/web/page_frame.h"

#include <algorithm>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/query.h"

namespace podprobe {

std::string FramePage(const PageOptions& options, std::string_view title,
                      const std::function<void(Html*)>& fixed,
                      const std::function<void(Html*)>& live) {
  Html html;
  html.Tag("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
      .Tag("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
      .Text(title);
  if (!options.node_name.empty()) html.Tag(" · ").Text(options.node_name);
  html.Tag(" · podprobe</title>\n<link rel=\"icon\" href=\"/assets/icon.svg\">\n")
      .Tag("<link rel=\"stylesheet\" href=\"/assets/style.css\">\n")
      .Tag("<script src=\"/assets/script.js\" defer></script>\n</head><body>\n")
      .Tag("<a class=\"skip\" href=\"#live\">Skip to the list</a>\n<header><p class=\"name\">")
      .Tag("<a href=\"/\">podprobe</a>");
  if (!options.node_name.empty()) {
    html.Tag(" <span class=\"node\">").Text(options.node_name).Tag("</span>");
  }
  html.Tag("</p><nav><a href=\"/\">Probes</a> <a href=\"/sources\">Sources</a> <a href=\"")
      .Text(options.telemetry_path)
      .Tag("\">Metrics</a> <a href=\"/api/v1/openapi.json\">API</a></nav>")
      .Tag("<p id=\"link\" role=\"status\"></p></header>\n<main>\n<h1>")
      .Text(title)
      .Tag("</h1>\n");
  if (fixed) fixed(&html);
  html.Tag("<div id=\"live\">\n");
  live(&html);
  html.Tag("</div>\n</main>\n<footer>podprobe-exporter ")
      .Text(options.version)
      .Tag(
          ": which pods of this node fail their readiness, liveness and startup probes, as the "
          "kubelet counts them.</footer>\n</body></html>\n");
  return html.Take();
}

void AppendAge(double unix_seconds, const Snapshot& snapshot, Html* html) {
  html->Tag("<time class=\"age\" data-at=\"")
      .Text(FormatValue(unix_seconds))
      .Tag("\">")
      .Text(DurationWords(snapshot.unix_seconds - unix_seconds))
      .Tag("</time>");
}

void AppendMeter(MeterKind kind, std::string_view name, double ratio, Html* html) {
  html->Tag("<span class=\"meter\"><span>")
      .Text(name)
      .Tag("</span> <meter class=\"")
      .Tag(kind == MeterKind::kGood ? "good" : "bad")
      .Tag("\" min=\"0\" max=\"1\" value=\"")
      .Text(FormatValue(std::clamp(ratio, 0.0, 1.0)))
      .Tag("\">")
      .Tag("</meter> <b>")
      .Text(PercentWords(ratio))
      .Tag("</b></span> ");
}

void AppendState(Condition condition, Html* html) {
  html->Tag("<span class=\"state ")
      .Tag(ConditionName(condition))
      .Tag("\">")
      .Tag(StateWords(condition))
      .Tag("</span>");
}

std::string PodUrl(const ProbeLabels& labels) {
  return "/pod?namespace=" + EscapeQuery(labels.pod_namespace) + "&pod=" + EscapeQuery(labels.pod);
}

}  // namespace podprobe

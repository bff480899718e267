#include "exporter/web/page_frame.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"
#include "exporter/web/query.h"

namespace podprobe {

std::string FramePage(const PageOptions& options, std::string_view title,
                      const std::function<void(Html*)>& body) {
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
      .Tag("<p id=\"link\" role=\"status\"></p></header>\n<main>\n");
  body(&html);
  html.Tag("</main>\n<footer>podprobe-exporter ")
      .Text(options.version)
      .Tag(
          ": which pods of this node fail their readiness, liveness and startup probes, as the "
          "kubelet counts them.</footer>\n</body></html>\n");
  return html.Take();
}

void AppendLive(std::string_view id, const std::function<void(Html*)>& content, Html* html) {
  html->Tag("<div id=\"").Tag(id).Tag("\">\n");
  content(html);
  html->Tag("</div>\n");
}

void AppendAge(double unix_seconds, const Snapshot& snapshot, Html* html) {
  html->Tag("<time class=\"age\" data-at=\"")
      .Text(FormatValue(std::round(unix_seconds)))
      .Tag("\">")
      .Text(DurationWords(snapshot.unix_seconds - unix_seconds))
      .Tag("</time>");
}

void AppendClock(double unix_seconds, Html* html) {
  constexpr double kLatest = 253'402'300'799;  // of the year 9999
  const auto whole = static_cast<std::time_t>(std::clamp(unix_seconds, 0.0, kLatest));
  std::tm utc{};
  gmtime_r(&whole, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%m-%d %H:%M UTC", &utc);
  html->Tag("<time class=\"clock\" data-at=\"")
      .Text(FormatValue(std::round(unix_seconds)))
      .Tag("\">")
      .Tag(text)
      .Tag("</time>");
}

void AppendMeter(MeterKind kind, std::string_view name, double ratio, Html* html) {
  html->Tag("<span class=\"meter\"><span>")
      .Text(name)
      .Tag("</span> <meter class=\"")
      .Tag(kind == MeterKind::kGood ? "good" : "bad")
      .Tag("\" value=\"")
      .Text(FormatValue(std::round(std::clamp(ratio, 0.0, 1.0) * 100) / 100))
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

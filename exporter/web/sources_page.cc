#include "exporter/web/sources_page.h"

#include <cmath>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/page_words.h"

namespace podprobe {
namespace {

std::string_view PurposeOf(std::string_view source) {
  if (source == "probes") return "attempts and failures of every probe";
  if (source == "pods") return "owners, settings, restarts, readiness";
  if (source == "cadvisor") return "evidence: throttling, memory, pressure";
  if (source == "resource") return "which containers run";
  return "";
}

void AppendCell(std::string_view label, const std::string& text, Html* html) {
  html->Tag("<td data-label=\"").Tag(label).Tag("\">").Text(text).Tag("</td>");
}

std::string CountWords(std::optional<double> count) { return count ? FormatValue(*count) : ""; }

void AppendSource(const Snapshot& snapshot, const SourceSnapshot& source, Html* html) {
  html->Tag("<tr><td data-label=\"Source\"><b>")
      .Text(source.source)
      .Tag("</b> <small>")
      .Text(PurposeOf(source.source))
      .Tag("</small></td><td data-label=\"State\"><span class=\"state ")
      .Tag(source.is_up ? "passing\">up" : "acting\">down")
      .Tag("</span></td><td data-label=\"Last good reading\">");
  if (source.last_success_unix_seconds) {
    AppendAge(*source.last_success_unix_seconds, snapshot, html);
    html->Tag(" ago");
  } else {
    html->Tag("never");
  }
  html->Tag("</td>");
  AppendCell("Took",
             source.duration_seconds
                 ? FormatValue(std::round(*source.duration_seconds * 1000)) + " ms"
                 : "",
             html);
  AppendCell("Bytes", CountWords(source.body_bytes), html);
  AppendCell("Samples", CountWords(source.samples), html);
  AppendCell("Bad lines", FormatValue(source.parse_errors), html);
  std::string errors;
  for (const auto& [reason, count] : source.errors) {
    if (count > 0) errors += (errors.empty() ? "" : ", ") + FormatValue(count) + " " + reason;
  }
  AppendCell("Failed readings", errors, html);
  html->Tag("</tr>\n");
  if (source.last_error.empty()) return;
  html->Tag("<tr><td colspan=\"8\" class=\"alarm\">").Text(source.last_error).Tag("</td></tr>\n");
}

}  // namespace

std::string RenderSourcesPage(const PageOptions& options, const Snapshot* snapshot) {
  const auto write = [&](Html* html) {
    if (snapshot == nullptr) {
      html->Tag("<p>The first answers of the kubelet have not come yet.</p>\n");
      return;
    }
    html->Tag(
        "<table class=\"rows\"><thead><tr><th>Source</th><th>State</th><th>Last good reading</th>"
        "<th>Took</th><th>Bytes</th><th>Samples</th><th>Bad lines</th><th>Failed readings</th>"
        "</tr></thead><tbody>\n");
    for (const SourceSnapshot& source : snapshot->sources) AppendSource(*snapshot, source, html);
    html->Tag("</tbody></table>\n");
    if (snapshot->kubelet.is_tls_verified && !*snapshot->kubelet.is_tls_verified) {
      html->Tag(
          "<p class=\"alarm\">The kubelet's certificate is not verified: whoever stands between "
          "can read the token. Give its CA in kubelet.tls_config.ca_file.</p>\n");
    }
    for (const std::string_view signal : snapshot->node.missing_evidence) {
      html->Tag("<p class=\"facts\">This kubelet has no evidence of ")
          .Text(SignalWords(signal))
          .Tag(".</p>\n");
    }
  };
  return FramePage(options, "Sources", [&](Html* html) {
    html->Tag("<h1>Sources</h1>\n");
    AppendLive("live", write, html);
  });
}

}  // namespace podprobe

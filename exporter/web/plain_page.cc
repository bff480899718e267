#include "exporter/web/plain_page.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "exporter/exposition/text_writer.h"
#include "exporter/exposition/utf8.h"
#include "exporter/web/page_words.h"
#include "exporter/web/status_query.h"
#include "exporter/web/verdict.h"

namespace podprobe {
namespace {

std::string Clean(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t bytes = Utf8CharacterBytes(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(bytes, 1));
    text.remove_prefix(character.size());
    // C1 controls move a cursor too: U+0080 to U+009F.
    const bool is_c1 = character.size() == 2 && character[0] == '\xC2' &&
                       static_cast<unsigned char>(character[1]) < 0xA0;
    const bool is_control =
        is_c1 || (character.size() == 1 &&
                  (static_cast<unsigned char>(character[0]) < ' ' || character[0] == '\x7f'));
    clean += bytes == 0 ? kReplacementCharacter : is_control ? " " : character;
  }
  return clean;
}

// Columns as wide as their widest cell; the last one is not filled up.
template <std::size_t kColumns>
std::string Table(const std::vector<std::array<std::string, kColumns>>& rows) {
  std::array<std::size_t, kColumns> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string Since(const std::optional<double>& unix_seconds, const Snapshot& snapshot) {
  return unix_seconds ? DurationWords(snapshot.unix_seconds - *unix_seconds) : "";
}

constexpr char kNoSnapshot[] = "The first answers of the kubelet have not come yet.\n";

}  // namespace

std::string RenderPlainStatus(const PageOptions& options, const Snapshot* snapshot,
                              std::string_view query_text) {
  if (snapshot == nullptr) return kNoSnapshot;
  const StatusQuery query = StatusQuery::Parse(query_text);
  std::string text = "podprobe-exporter " + options.version;
  if (!options.node_name.empty()) text += " on " + Clean(options.node_name);
  const Verdict verdict = VerdictOf(snapshot);
  text += "\n" + verdict.headline + (verdict.details.empty() ? "" : ": " + verdict.details) + "\n";
  for (const SourceSnapshot& source : snapshot->sources) {
    if (!source.is_up)
      text += source.source + " cannot be read: " + Clean(source.last_error) + "\n";
  }
  if (snapshot->node.is_incident.value_or(false)) {
    text += "Many workloads here fail together: look at the node first.\n";
  }
  const std::vector<StatusRow> rows = SelectRows(*snapshot, query);
  if (rows.empty() && !query.IsFiltered()) {
    return text.append(WhyNothingIsListed(*snapshot)).append(" /?state=all shows all\n");
  }
  text += std::to_string(rows.size()) + (rows.size() == 1 ? " probe" : " probes");
  text += query.state.empty() ? " not passing; /?state=all shows all\n\n" : "\n\n";
  std::vector<std::array<std::string, 8>> cells = {
      {"STATE", "NAMESPACE", "POD", "CONTAINER", "PROBE", "SINCE", "NEXT", "WHY"}};
  for (const auto& [probe, container, pod] : rows) {
    std::string next(NextWords(*probe, *container));
    if (container->forecast) next += " in " + DurationWords(container->forecast->seconds);
    const std::string& name =
        probe->labels.pod.empty() ? probe->labels.workload : probe->labels.pod;
    cells.push_back({std::string(StateWords(container->condition)),
                     Clean(probe->labels.pod_namespace), Clean(name), Clean(container->container),
                     Clean(probe->labels.probe_type),
                     Since(container->failing_since_unix, *snapshot), std::move(next),
                     WhyWords(pod, *probe, *container)});
  }
  if (!rows.empty()) text += Table(cells);
  return text;
}

std::string RenderPlainSources(const Snapshot* snapshot) {
  if (snapshot == nullptr) return kNoSnapshot;
  std::vector<std::array<std::string, 4>> cells = {{"SOURCE", "STATE", "LAST GOOD", "ERROR"}};
  for (const SourceSnapshot& source : snapshot->sources) {
    const std::string last = Since(source.last_success_unix_seconds, *snapshot);
    cells.push_back({source.source, source.is_up ? "up" : "down",
                     last.empty() ? "never" : last + " ago", Clean(source.last_error)});
  }
  return Table(cells);
}

bool WantsHtml(std::string_view accept) {
  return accept.find("text/html") != std::string_view::npos;
}

}  // namespace podprobe

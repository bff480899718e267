#include "parsers/pod_list_reader.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "parsers/pod_json.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

std::uint64_t IdentityOf(const Pod& pod) {
  return pod.uid.empty() ? absl::HashOf(pod.pod_namespace, pod.name) : absl::HashOf(pod.uid);
}

}  // namespace

PodListReader::PodListReader()
    : splitter_([this](std::string_view pod, std::size_t begin) { TakePod(pod, begin); }) {}

void PodListReader::Begin() {
  splitter_.Finish();
  list_ = {};
  seen_ = std::vector<Known>();
  error_.clear();
}

void PodListReader::TakePod(std::string_view json, std::size_t begin) {
  if (!error_.empty()) return;
  const std::uint64_t fingerprint = absl::HashOf(json);
  const auto known = std::ranges::lower_bound(known_, fingerprint, {}, &Known::fingerprint);
  if (known != known_.end() && known->fingerprint == fingerprint) {
    list_.unchanged.push_back(fingerprint);
    seen_.push_back(*known);
    return;
  }
  if (const std::optional<JsonError> error = ParsePod(json, &list_.pods)) {
    return NoteError(begin + error->position, error->near);
  }
  Pod& pod = list_.pods.back();
  pod.fingerprint = fingerprint;
  if (!pod.is_finished()) {
    seen_.push_back({.fingerprint = fingerprint, .identity = IdentityOf(pod)});
  }
}

void PodListReader::NoteError(std::size_t position, const std::string& near) {
  if (!error_.empty() && position >= error_position_) return;
  error_position_ = position;
  error_ = "byte " + std::to_string(position) + ": no valid JSON near " + near;
}

PodListResult PodListReader::Finish() {
  const ItemSplitter::Rest rest = splitter_.Finish();
  PodListFrame frame;
  if (const auto error = ParsePodListFrame(rest.text, &frame, &list_.pods)) {
    NoteError(rest.InWhole(error->position), error->near);
  }
  const bool is_list = frame.is_object && (frame.kind == "PodList" || frame.has_items);
  if (error_.empty() && !is_list) {
    error_ = "valid JSON, but no PodList: kind is " + Quote(frame.kind) + ", and no items";
  }
  PodListResult result = {.list = std::nullopt, .error = std::exchange(error_, {})};
  if (result.error.empty()) {
    result.list = std::exchange(list_, {});
    RememberSeen();
  }
  return result;
}

// Of pods that are one and the same, whichever comes last counts: all of them are read each time.
void PodListReader::RememberSeen() {
  std::ranges::sort(seen_, {}, &Known::identity);
  known_.clear();
  for (auto begin = seen_.begin(); begin != seen_.end();) {
    const auto end = std::find_if(
        begin, seen_.end(), [&](const Known& other) { return other.identity != begin->identity; });
    if (end - begin == 1) known_.push_back(*begin);
    begin = end;
  }
  std::ranges::sort(known_, {}, &Known::fingerprint);
}

PodListResult ParsePodList(std::string_view json) {
  PodListReader reader;
  reader.Feed(json);
  return reader.Finish();
}

}  // namespace podprobe

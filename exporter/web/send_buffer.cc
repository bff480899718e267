#include "exporter/web/send_buffer.h"

namespace podprobe {
namespace {

std::string_view CutFront(std::size_t bytes, std::string_view* rest) {
  const std::string_view front = rest->substr(0, bytes);
  rest->remove_prefix(front.size());
  return front;
}

}  // namespace

void SendBuffer::Add(std::string_view part) {
  gathered_.append(CutFront(kGatheredBytes - gathered_.size(), &part));
  if (part.empty()) return;
  Flush();
  while (part.size() > kGatheredBytes) Send(CutFront(kPieceBytes, &part));
  gathered_ = part;
}

bool SendBuffer::Flush() {
  if (!gathered_.empty()) Send(gathered_);
  gathered_.clear();
  return is_sent_;
}

void SendBuffer::Send(std::string_view piece) { is_sent_ = is_sent_ && send_(piece); }

}  // namespace podprobe

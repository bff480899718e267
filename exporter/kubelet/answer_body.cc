#include "exporter/kubelet/answer_body.h"

#include <curl/curl.h>

#include <utility>

#include "exporter/kubelet/excerpt.h"

namespace podprobe {
namespace {

// What is kept of an answer that is not 200: its first line is shown.
constexpr std::size_t kKeptBytes = 4096;
// Up to here such an answer is read to its end, so that the connection can be used again.
constexpr std::size_t kMaxUnwantedBytes = 64 << 10;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

}  // namespace

void AnswerBody::Expect(std::size_t limit_bytes, std::string token) {
  limit_bytes_ = limit_bytes;
  token_ = std::move(token);
  encoding_.clear();
  inflater_.reset();
  deflated_bytes_ = 0;
  bytes_ = 0;
  gzip_problem_.clear();
  beginning_.clear();
  is_echo_ = false;
  is_over_limit_ = false;
}

void AnswerBody::NoteHeader(std::string_view line) {
  constexpr std::string_view kName = "content-encoding:";
  // An interim answer has a header of its own.
  if (line.starts_with("HTTP/")) encoding_.clear();
  if (line.size() < kName.size() || !curl_strnequal(line.data(), kName.data(), kName.size())) {
    return;
  }
  encoding_ = Visible(Trimmed(line.substr(kName.size())));
}

bool AnswerBody::Feed(long status, std::string_view chunk) {
  if (IsPlain()) return TakePiece(status, chunk);
  // What is not 200 is judged by its status, whatever its body says.
  return encoding_ == "gzip" && Inflate(status, chunk);
}

bool AnswerBody::Inflate(long status, std::string_view chunk) {
  // Many members without contents are bytes that cost time, too.
  deflated_bytes_ += chunk.size();
  if (deflated_bytes_ > limit_bytes_) {
    is_over_limit_ = true;
    return false;
  }
  if (!inflater_) inflater_.emplace();
  bool wants_more = true;
  gzip_problem_ = inflater_->Feed(chunk, [this, status, &wants_more](std::string_view piece) {
    return wants_more = TakePiece(status, piece);
  });
  return wants_more && gzip_problem_.empty();
}

bool AnswerBody::TakePiece(long status, std::string_view piece) {
  if (status != 200) return KeepBeginning(piece);
  if (piece.size() > limit_bytes_ - bytes_) {
    is_over_limit_ = true;
    return false;
  }
  if (HoldsToken(piece)) return false;
  bytes_ += piece.size();
  take_(piece);
  return true;
}

bool AnswerBody::KeepBeginning(std::string_view piece) {
  beginning_ += piece.substr(0, kKeptBytes - beginning_.size());
  bytes_ += piece.size();
  return bytes_ <= kMaxUnwantedBytes;
}

// Some servers answer with the request. Its reader would quote the line with the token; it ends
// before that line does. Only the beginning is looked at: no request is longer.
bool AnswerBody::HoldsToken(std::string_view piece) {
  if (token_.empty() || beginning_.size() >= kKeptBytes) return false;
  beginning_ += piece.substr(0, kKeptBytes - beginning_.size());
  is_echo_ = HoldsSecret(beginning_, token_);
  return is_echo_;
}

}  // namespace podprobe

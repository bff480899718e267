#ifndef PODPROBE_EXPORTER_KUBELET_ANSWER_BODY_H_
#define PODPROBE_EXPORTER_KUBELET_ANSWER_BODY_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/kubelet/inflater.h"

namespace podprobe {

// Takes the body of one answer as it arrives and passes it on, if the answer is a good one:
// inflated, no longer than its limit, and not where it is an echo with our own token in it.
// Of an answer that is not good it keeps the beginning. Not thread-safe.
class AnswerBody {
 public:
  // Takes the body of an answer with status 200 as it arrives.
  using Take = std::function<void(std::string_view piece)>;

  explicit AnswerBody(Take take) : take_(std::move(take)) {}

  // An answer will come. `limit_bytes` holds for what arrives and for what it inflates to; an
  // empty `token`: none was sent.
  void Expect(std::size_t limit_bytes, std::string token);
  // One line of its header. Of an interim answer's nothing stays.
  void NoteHeader(std::string_view line);
  // Returns whether more is wanted. `status` is the answer's.
  bool Feed(long status, std::string_view chunk);

  std::size_t bytes() const { return bytes_; }  // inflated
  const std::string& encoding() const { return encoding_; }
  bool has_known_encoding() const { return IsPlain() || encoding_ == "gzip"; }
  bool is_over_limit() const { return is_over_limit_; }
  // Our token is in it.
  bool is_echo() const { return is_echo_; }
  // Empty: none.
  const std::string& gzip_problem() const { return gzip_problem_; }
  // The gzip data have not come to their end.
  bool is_cut_off() const { return inflater_ && !inflater_->is_whole(); }
  // The beginning of an answer that is not good.
  const std::string& beginning() const { return beginning_; }

 private:
  bool IsPlain() const { return encoding_.empty() || encoding_ == "identity"; }
  // As Feed.
  bool Inflate(long status, std::string_view chunk);
  bool TakePiece(long status, std::string_view piece);
  bool KeepBeginning(std::string_view piece);

  bool HoldsToken(std::string_view piece);

  const Take take_;
  std::size_t limit_bytes_ = 0;
  std::string token_;
  std::string encoding_;              // empty: as it is
  std::optional<Inflater> inflater_;  // from the first byte of gzip on
  std::size_t deflated_bytes_ = 0;    // as they came
  std::size_t bytes_ = 0;
  std::string gzip_problem_;
  std::string beginning_;  // of an answer that is not 200, or may be an echo
  bool is_echo_ = false;
  bool is_over_limit_ = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_ANSWER_BODY_H_

#ifndef PODPROBE_EXPORTER_KUBELET_INFLATER_H_
#define PODPROBE_EXPORTER_KUBELET_INFLATER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace podprobe {

// Inflates gzip as it arrives, piece by piece, and holds no more than its window and one piece.
// Several members are their contents in a row (RFC 1952, 2.2).
class Inflater {
 public:
  // Takes what was inflated; returns false when it wants no more.
  using Take = std::function<bool(std::string_view)>;

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Returns what is wrong with the data; empty if nothing is or `take` stopped it.
  // Not to be called again after either.
  std::string Feed(std::string_view input, const Take& take);

  // Whether the data may end here. False before the first byte.
  bool is_whole() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_INFLATER_H_

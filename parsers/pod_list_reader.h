#ifndef PODPROBE_PARSERS_POD_LIST_READER_H_
#define PODPROBE_PARSERS_POD_LIST_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/item_splitter.h"
#include "parsers/pod_list.h"

namespace podprobe {

struct PodListResult {
  std::optional<PodList> list;  // absent on error
  std::string error;            // what is wrong and where: "byte 17: …"
};

// Reads one PodList after another as their bytes arrive. A pod whose text is the same as in the
// last good list is not parsed again: most are, though a kubelet lists them in another order each
// time. A pod that has finished is always parsed. What is held is one pod's text and the pods that
// have changed.
//
//   PodListReader reader;
//   reader.Begin();
//   while (…) reader.Feed(chunk);
//   PodListResult result = reader.Finish();
//
// Unknown fields are no error; a body that is no PodList is, and then the next list is still
// compared with the last good one.
class PodListReader {
 public:
  PodListReader();
  PodListReader(const PodListReader&) = delete;
  PodListReader& operator=(const PodListReader&) = delete;

  // Drops what there is of a list that was not finished.
  void Begin();
  void Feed(std::string_view chunk) { splitter_.Feed(chunk); }
  PodListResult Finish();

 private:
  struct Known {
    std::uint64_t fingerprint = 0;
    std::uint64_t identity = 0;  // a hash of what tells the pod from others
  };

  void TakePod(std::string_view json, std::size_t begin);
  void NoteError(std::size_t position, const std::string& near);
  void RememberSeen();

  ItemSplitter splitter_;
  PodList list_;
  std::string error_;  // the first
  std::size_t error_position_ = 0;
  // Of the last good list and of this one: those that need not be parsed again.
  std::vector<Known> known_;  // by fingerprint
  std::vector<Known> seen_;
};

// A list that is here as a whole.
PodListResult ParsePodList(std::string_view json);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_POD_LIST_READER_H_

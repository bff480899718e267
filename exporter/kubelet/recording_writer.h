#ifndef PODPROBE_EXPORTER_KUBELET_RECORDING_WRITER_H_
#define PODPROBE_EXPORTER_KUBELET_RECORDING_WRITER_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "exporter/kubelet/source.h"

namespace podprobe {

struct RecordingWriterResult;

// Writes a recording that recording.h reads, with the pods redacted (pod_redaction.h). A reading
// is held deflated until it has ended, and then appears on disk whole: under another name first,
// then renamed. What stands under a folder's name is complete at any moment.
class RecordingWriter {
 public:
  // Makes the folder where there is none; one that has anything in it is an error.
  static RecordingWriterResult Create(const std::string& dir);
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  void Begin(Source source);
  void Body(Source source, std::string_view chunk);
  // A reading that is not good is recorded as a failed one. Times must not fall; a second reading
  // of one source in the same millisecond counts for the next. Returns what could not be written,
  // with the file's name; empty if all was.
  std::string End(Source source, bool is_good, double unix_seconds);

  // Of the files written.
  std::size_t bytes() const;

 private:
  class Impl;
  explicit RecordingWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct RecordingWriterResult {
  std::unique_ptr<RecordingWriter> writer;  // null on error
  std::string error;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_RECORDING_WRITER_H_

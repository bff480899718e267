#ifndef PODPROBE_EXPORTER_WEB_FILE_SIGNATURE_H_
#define PODPROBE_EXPORTER_WEB_FILE_SIGNATURE_H_

#include <string>

namespace podprobe {

// What changes when the file does, also where a link on the way is moved. A file that cannot be
// looked at has one, too. Empty path: always the same.
std::string FileSignature(const std::string& path);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_FILE_SIGNATURE_H_

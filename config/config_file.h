#ifndef PODPROBE_CONFIG_CONFIG_FILE_H_
#define PODPROBE_CONFIG_CONFIG_FILE_H_

#include <string>

#include "config/loader.h"

namespace podprobe {

// Reads and loads the file. One that cannot be read is a problem of line 0. Paths in it that
// are not absolute are taken from the file's folder, as Prometheus does.
LoadResult LoadConfigFile(const std::string& file, const EnvironmentLookup& environment);

// The file's text, at most one byte more than kMaxConfigBytes. Returns 0, or the errno.
int ReadConfigText(const std::string& path, std::string* text);

// Looks into the process's own environment.
EnvironmentLookup ProcessEnvironment();

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_CONFIG_FILE_H_

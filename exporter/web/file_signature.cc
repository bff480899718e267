#include "exporter/web/file_signature.h"

#include <sys/stat.h>

namespace podprobe {

std::string FileSignature(const std::string& path) {
  struct stat status {};
  if (path.empty() || stat(path.c_str(), &status) != 0) return "-;";
  std::string signature;
  for (const auto part :
       {static_cast<long long>(status.st_ino), static_cast<long long>(status.st_size),
        static_cast<long long>(status.st_mtim.tv_sec),
        static_cast<long long>(status.st_mtim.tv_nsec)}) {
    signature += std::to_string(part) + ",";
  }
  return signature;
}

}  // namespace podprobe

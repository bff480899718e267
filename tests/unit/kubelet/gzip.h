#ifndef PODPROBE_TESTS_UNIT_KUBELET_GZIP_H_
#define PODPROBE_TESTS_UNIT_KUBELET_GZIP_H_

#include <string>
#include <string_view>

namespace podprobe {

// One gzip member, by zlib. `level` 0 to 9, `strategy` one of zlib's, 0 its default.
std::string Gzip(std::string_view text, int level = 6, int strategy = 0);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_KUBELET_GZIP_H_

#ifndef PODPROBE_TESTS_UNIT_WEB_GUNZIP_H_
#define PODPROBE_TESTS_UNIT_WEB_GUNZIP_H_

#include <string>

namespace podprobe {

// What a gzip file of exactly one member holds; its checksum and length are checked.
// "not one gzip member" for anything else.
std::string Gunzip(const std::string& bytes);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_WEB_GUNZIP_H_

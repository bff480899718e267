#ifndef PODPROBE_TESTS_UNIT_EXPOSITION_HOSTILE_VALUE_H_
#define PODPROBE_TESTS_UNIT_EXPOSITION_HOSTILE_VALUE_H_

#include <random>
#include <string>

namespace podprobe {

// A label value of up to a dozen characters, most of which mean something to the
// formats; some have two to four bytes.
std::string HostileValue(std::mt19937_64* random);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_EXPOSITION_HOSTILE_VALUE_H_

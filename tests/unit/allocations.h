#ifndef PODPROBE_TESTS_UNIT_ALLOCATIONS_H_
#define PODPROBE_TESTS_UNIT_ALLOCATIONS_H_

#include <cstddef>

namespace podprobe {

// How often the whole program has asked for memory by `new`. A test program that links
// allocations.cc counts.
std::size_t AllocationCount();

// How many bytes the whole program holds that were given by `new`, as malloc rounds them.
std::size_t AllocatedBytes();

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_ALLOCATIONS_H_

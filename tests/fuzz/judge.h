#ifndef PODPROBE_TESTS_FUZZ_JUDGE_H_
#define PODPROBE_TESTS_FUZZ_JUDGE_H_

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace podprobe {

// Ends the program, which is how a fuzzer finds something, if two texts differ.
inline void MustEqual(std::string_view what, const std::string& got, const std::string& want) {
  if (got == want) return;
  std::fprintf(stderr, "%.*s\n--- got\n%s\n--- want\n%s\n", static_cast<int>(what.size()),
               what.data(), got.c_str(), want.c_str());
  std::abort();
}

}  // namespace podprobe

#endif  // PODPROBE_TESTS_FUZZ_JUDGE_H_

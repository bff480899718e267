#ifndef PODPROBE_EXPORTER_DEMO_RANDOM_H_
#define PODPROBE_EXPORTER_DEMO_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace podprobe {

// Chance that is the same on every machine and in every standard library: one
// seed gives one sequence (SplitMix64). Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next();
  // In [low, high).
  double Uniform(double low, double high);
  // True with this probability.
  bool Chance(double probability);

 private:
  std::uint64_t state_;
};

// Names as Kubernetes and containerd make them.
std::string NewUid(Random* random);                             // 8-4-4-4-12, version 4
std::string NewHexId(Random* random, std::size_t digits);       // a container id has 64
std::string NewNameSuffix(Random* random, std::size_t length);  // no vowels, no 0, 1 or 3

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_RANDOM_H_

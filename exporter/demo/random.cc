#include "exporter/demo/random.h"

#include <string_view>

namespace podprobe {
namespace {

std::string NewText(Random* random, std::string_view alphabet, std::size_t length) {
  std::string text;
  text.reserve(length);
  while (text.size() < length) text += alphabet[random->Next() % alphabet.size()];
  return text;
}

}  // namespace

std::uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

double Random::Uniform(double low, double high) {
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53: what a double's mantissa holds
  return low + static_cast<double>(Next() >> 11U) * kUnit * (high - low);
}

bool Random::Chance(double probability) { return Uniform(0, 1) < probability; }

std::string NewUid(Random* random) {
  std::string uid = NewHexId(random, 36);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) uid[dash] = '-';
  uid[14] = '4';
  uid[19] = "89ab"[random->Next() % 4];
  return uid;
}

std::string NewHexId(Random* random, std::size_t digits) {
  return NewText(random, "0123456789abcdef", digits);
}

std::string NewNameSuffix(Random* random, std::size_t length) {
  return NewText(random, "bcdfghjklmnpqrstvwxz2456789", length);
}

}  // namespace podprobe

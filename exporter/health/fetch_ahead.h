#ifndef PODPROBE_EXPORTER_HEALTH_FETCH_AHEAD_H_
#define PODPROBE_EXPORTER_HEALTH_FETCH_AHEAD_H_

#include <cstddef>

namespace podprobe {

// Asks for memory that is used soon, so that it has come by then: between two readings all of it
// has gone out of the processor's caches. Of no other effect, whatever is there.
inline void FetchAhead(const void* begin, std::size_t bytes) {
  constexpr std::size_t kLineBytes = 64;
  const char* const line = static_cast<const char*>(begin);
  for (std::size_t i = 0; i < bytes; i += kLineBytes) __builtin_prefetch(line + i, /*rw=*/1);
}

template <typename T>
void FetchAhead(const T* object) {
  FetchAhead(object, sizeof(T));
}

// In a loop over many: so many turns before its own an element is asked for, and then what it
// points to.
inline constexpr std::size_t kTurnsAhead = 8;
inline constexpr std::size_t kTurnsAheadInside = 4;

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_FETCH_AHEAD_H_

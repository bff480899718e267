#include "tests/unit/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> bytes = 0;

void* TryToAllocate(std::size_t size) noexcept {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory != nullptr) bytes += malloc_usable_size(memory);
  return memory;
}

void* Allocate(std::size_t size) {
  if (void* const memory = TryToAllocate(size)) return memory;
  throw std::bad_alloc();
}

void Free(void* memory) noexcept {
  if (memory != nullptr) bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return TryToAllocate(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory); }

namespace podprobe {

std::size_t AllocationCount() { return allocations; }
std::size_t AllocatedBytes() { return bytes; }

}  // namespace podprobe

// Any bytes as a page of OpenMetrics: whole or in pieces it is read the same, and
// as the oracle reads it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/exposition_parser.h"
#include "tests/fuzz/judge.h"
#include "tests/unit/parsers/oracle.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

void Check(std::string_view page, std::size_t chunk_bytes) {
  const ExpositionParser::Options options = {.format = ExpositionFormat::kOpenMetrics};
  const std::string whole = ParseInChunks(page, page.size() + 1, options);
  MustEqual("in chunks", ParseInChunks(page, chunk_bytes, options), whole);
  const std::optional<std::string> want = OracleRenderOpenMetrics(page);
  const bool is_accepted = WithoutErrorTexts(whole) == whole;
  MustEqual("oracle", is_accepted ? "accepted" : "rejected",
            want.has_value() ? "accepted" : "rejected");
  if (is_accepted) MustEqual("oracle", whole, *want);
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte is the size of the pieces.
  const std::string_view page(reinterpret_cast<const char*>(data) + 1, size - 1);
  podprobe::Check(page, 1 + data[0]);
  return 0;
}

// Any bytes as a page of the Prometheus text format: whole or in pieces, on every
// instruction set, remembered or not, it is read the same, and as the oracle does.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parsers/exposition_parser.h"
#include "parsers/plain_line.h"
#include "tests/fuzz/judge.h"
#include "tests/unit/parsers/oracle.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

void Check(std::string_view page, std::size_t chunk_bytes) {
  const std::string want = OracleRender(page);
  std::string whole;
  for (const PlainReader* reader :
       {PortablePlainReader(), Avx2PlainReader(), Avx512PlainReader(), NeonPlainReader()}) {
    if (reader == nullptr) continue;
    setenv("PODPROBE_PARSER_PATH", std::string(reader->name).c_str(), 1);
    const std::string got = ParseInChunks(page, page.size() + 1);
    if (whole.empty()) whole = got;
    MustEqual(reader->name, got, whole);
    MustEqual("oracle", WithoutErrorTexts(got), want);
    MustEqual("in chunks", ParseInChunks(page, chunk_bytes), whole);

    RenderingSink sink;
    ExpositionParser parser({.remember_series = true}, &sink);
    for (int round = 0; round < 2; ++round) {
      sink.Clear();
      parser.Reset();
      parser.Feed(page);
      parser.Finish();
      MustEqual("remembered", sink.text(), whole);
    }
  }
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

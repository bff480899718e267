// Runs the parser over a folder of inputs collected from the tests of Prometheus,
// OpenMetrics, VictoriaMetrics and others, with what each should read from them.
// The folder is no part of this project: it is looked for in PODPROBE_CONFORMANCE_DIR
// and beside the project, and the test is skipped where it is not there.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/exposition_parser.h"

namespace podprobe {
namespace {

using Json = nlohmann::json;

// Cases on which we differ, and why.
const std::map<std::string_view, std::string_view>& Exceptions() {
  constexpr std::string_view kBlankInName =
      "Prometheus takes the blanks at the beginning of a line for a part of the metric name";
  constexpr std::string_view kNotOpenMetrics =
      "the page breaks rules that other cases demand: Prometheus' parser knows no families";
  constexpr std::string_view kCounts =
      "counts of histograms and summaries are whole numbers, as client_python expects";
  constexpr std::string_view kQuotedNewline = "a quoted string ends with its line";
  constexpr std::string_view kNegativeTimestamp = "a timestamp may be negative";
  static const std::map<std::string_view, std::string_view> kExceptions = {
      {"expfmt_TextParseError_003.txt", kQuotedNewline},
      {"expfmt_TextParseError_038.txt", kQuotedNewline},
      {"expfmt_TextParseError_039.txt", kQuotedNewline},
      {"expfmt_TextParseError_033.txt", "a label name occurs once"},
      {"expfmt_TextParse_004.txt", kNegativeTimestamp},
      {"promfuzz_text_008.txt", kNegativeTimestamp},
      {"expfmt_TextDecoderWithBufioReader_001.txt", kBlankInName},
      {"vm_RowsUnmarshalSuccess_015.txt", kBlankInName},
      {"textparse_om_NHCBParserOnOMParser_001.txt", kNotOpenMetrics},
      {"textparse_om_NHCBParser_NoNHCBWhenExponential_001.txt", kNotOpenMetrics},
      {"textparse_om_NHCBParserErrorHandling_001.txt", kNotOpenMetrics},
      {"textparse_om_OpenMetricsParse_001.txt", kNotOpenMetrics},
      {"textparse_om_OpenMetricsParse_UTF8_001.txt", kNotOpenMetrics},
      {"textparse_om_STParseFailures_002.txt", kNotOpenMetrics},
      {"textparse_testdata_alltypes.5mfs.om.txt", kNotOpenMetrics},
      {"client_python_om_invalid_input_126.txt", kCounts},
      {"client_python_om_invalid_input_127.txt", kCounts},
      {"client_python_om_invalid_input_133.txt", kCounts},
      {"client_python_om_invalid_input_134.txt", kCounts},
      {"client_python_om_invalid_input_139.txt", kCounts},
      {"client_python_om_invalid_input_157.txt", "a label set's samples are not together"},
  };
  return kExceptions;
}

std::filesystem::path ConformanceDir() {
  const char* const dir = std::getenv("PODPROBE_CONFORMANCE_DIR");
  return dir != nullptr ? dir : PODPROBE_CONFORMANCE;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Bits(double value) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto bits = std::bit_cast<std::uint64_t>(value);
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kHex[bits >> shift & 0xf];
  return text;
}

Json LabelsAsJson(std::span<const Label> labels) {
  Json json = Json::object();
  for (const Label& label : labels) json[std::string(label.name)] = std::string(label.value);
  return json;
}

Json TimestampAsJson(const std::optional<std::int64_t>& timestamp_ms) {
  return timestamp_ms.has_value() ? Json(*timestamp_ms) : Json(nullptr);
}

// Collects samples as the expected files write them, without the value in decimal.
class JsonSink : public SampleSink {
 public:
  void OnSample(const Sample& sample) override {
    Json json = {{"name", std::string(sample.name)},
                 {"labels", LabelsAsJson(sample.labels)},
                 {"value_bits", Bits(sample.value)},
                 {"timestamp_ms", TimestampAsJson(sample.timestamp_ms)}};
    if (sample.exemplar != nullptr) {
      json["exemplar"] = {{"name", ""},
                          {"labels", LabelsAsJson(sample.exemplar->labels)},
                          {"value_bits", Bits(sample.exemplar->value)},
                          {"timestamp_ms", TimestampAsJson(sample.exemplar->timestamp_ms)}};
    }
    samples.push_back(std::move(json));
  }
  void OnMetadata(const Metadata& entry) override {
    constexpr std::string_view kKinds[] = {"HELP", "TYPE", "UNIT"};
    metadata.push_back({{"kind", kKinds[static_cast<int>(entry.kind)]},
                        {"name", std::string(entry.family)},
                        {"text", std::string(entry.text)}});
  }
  void OnError(const ParseError& error) override {
    errors += std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
              error.message + "\n";
  }

  Json samples = Json::array();
  Json metadata = Json::array();
  std::string errors;
};

Json WithoutDecimals(Json samples) {
  for (Json& sample : samples) {
    sample.erase("value");
    if (sample.contains("exemplar")) sample["exemplar"].erase("value");
  }
  return samples;
}

// Prometheus leaves the escapes in a quoted name of metadata, though not in a
// sample's, and calls the type untyped unknown.
Json AsWeRead(Json metadata, bool is_openmetrics) {
  for (Json& entry : metadata) {
    std::string name;
    const std::string raw = entry["name"];
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\\' && i + 1 < raw.size()) {
        ++i;
        name += raw[i] == 'n'                     ? "\n"
                : raw[i] == '"' || raw[i] == '\\' ? raw.substr(i, 1)
                                                  : raw.substr(i - 1, 2);
      } else {
        name += raw[i];
      }
    }
    entry["name"] = name;
    if (entry["text"] == "unknown" && !is_openmetrics) entry["text"] = "untyped";
  }
  return metadata;
}

// Empty if the case agrees.
std::string Disagreement(const std::filesystem::path& dir, const Json& test,
                         std::size_t chunk_bytes) {
  const std::string file = test["file"];
  const std::string page = ReadFile(dir / file);
  JsonSink sink;
  const bool is_openmetrics = test["format"] == "openmetrics-1.0";
  ExpositionParser parser(
      {.format = is_openmetrics ? ExpositionFormat::kOpenMetrics : ExpositionFormat::kPrometheus},
      &sink);
  for (std::size_t i = 0; i < page.size(); i += chunk_bytes) {
    parser.Feed(std::string_view(page).substr(i, chunk_bytes));
  }
  parser.Finish();

  const bool should_parse = test["should_parse"];
  if (sink.errors.empty() != should_parse) {
    return should_parse ? "rejected: " + sink.errors : "accepted";
  }
  if (!should_parse) return "";
  const std::string stem = file.substr(0, file.size() - std::string_view(".txt").size());
  const std::filesystem::path samples = dir / (stem + ".expected.json");
  if (std::filesystem::exists(samples)) {
    const Json want = WithoutDecimals(Json::parse(ReadFile(samples)));
    if (sink.samples != want) return "samples " + sink.samples.dump() + " want " + want.dump();
  }
  const std::filesystem::path metadata = dir / (stem + ".metadata.json");
  if (std::filesystem::exists(metadata)) {
    const Json want = AsWeRead(Json::parse(ReadFile(metadata)), is_openmetrics);
    if (sink.metadata != want) return "metadata " + sink.metadata.dump() + " want " + want.dump();
  }
  return "";
}

TEST(Conformance, EveryPublicCaseAgreesOrIsListed) {
  const std::filesystem::path dir = ConformanceDir();
  if (!std::filesystem::exists(dir / "cases.json")) {
    GTEST_SKIP() << "SKIPPED: no conformance cases in " << dir
                 << "; set PODPROBE_CONFORMANCE_DIR to where they are";
  }
  const Json cases = Json::parse(ReadFile(dir / "cases.json"));
  EXPECT_GT(cases.size(), 500u);
  std::size_t differing = 0;
  for (const Json& test : cases) {
    const std::string file = test["file"];
    for (const std::size_t chunk_bytes : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      const std::string disagreement = Disagreement(dir, test, chunk_bytes);
      if (Exceptions().contains(file)) {
        differing += chunk_bytes == 1 ? 1 : 0;
        EXPECT_NE(disagreement, "") << file << " is listed as an exception and agrees";
      } else {
        EXPECT_EQ(disagreement, "") << file << " in chunks of " << chunk_bytes;
      }
    }
  }
  EXPECT_EQ(differing, Exceptions().size());
}

}  // namespace
}  // namespace podprobe

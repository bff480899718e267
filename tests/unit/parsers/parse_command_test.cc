#include "exporter/parse_command.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

namespace podprobe {
namespace {

struct Result {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Result Parse(const ParseOptions& options, int standard_input = -1) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunParse(options, standard_input, out, err);
  return {.exit_code = exit_code, .out = out.str(), .err = err.str()};
}

class ParseCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "parse-command-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string Write(const std::string& name, std::string_view content) {
    const std::string path = dir_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string WriteGzip(const std::string& name, std::string_view content) {
    const std::string path = dir_ / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
    return path;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Runs with `content` coming through a pipe.
  static Result ParsePiped(ParseOptions options, const std::string& content) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    std::thread writer([&] {
      for (std::size_t done = 0; done < content.size();) {
        const ssize_t written = write(ends[1], content.data() + done, content.size() - done);
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
      }
      close(ends[1]);
    });
    options.file = "-";
    const Result result = Parse(options, ends[0]);
    writer.join();
    close(ends[0]);
    return result;
  }

  std::filesystem::path dir_;
};

constexpr std::string_view kPage =
    "# TYPE up gauge\n"
    "up 1\n"
    "a{b=\"c\",a=\"\"} 0.1 1500\n"
    "b NaN\nc +inf -7\nd -Inf\n"
    "e{f=\"q\\\" s\\\\ n\\n t\t r\r u\x01 \xc3\xb6\"} 1e22\n";

constexpr std::string_view kJson =
    R"({"name":"up","labels":{},"value":"1","timestamp_ms":null})"
    "\n"
    R"({"name":"a","labels":{"b":"c","a":""},"value":"0.1","timestamp_ms":1500})"
    "\n"
    R"({"name":"b","labels":{},"value":"NaN","timestamp_ms":null})"
    "\n"
    R"({"name":"c","labels":{},"value":"+Inf","timestamp_ms":-7})"
    "\n"
    R"({"name":"d","labels":{},"value":"-Inf","timestamp_ms":null})"
    "\n"
    R"({"name":"e","labels":{"f":"q\" s\\ n\n t\t r\r u\u0001 )"
    "\xc3\xb6"
    R"("},"value":"1e+22","timestamp_ms":null})"
    "\n";

TEST_F(ParseCommand, PrintsOneObjectPerSample) {
  const Result result = Parse({.file = Write("page.prom", kPage)});
  EXPECT_EQ(result.out, kJson);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(ParseCommand, ReadsGzipAndStandardInput) {
  const std::string gzip = WriteGzip("page.prom.gz", kPage);
  for (const std::string format : {"auto", "prometheus"}) {
    EXPECT_EQ(Parse({.file = gzip, .format = format}).out, kJson);
    EXPECT_EQ(ParsePiped({.format = format}, std::string(kPage)).out, kJson);
    EXPECT_EQ(ParsePiped({.format = format}, Read(gzip)).out, kJson);
  }
}

TEST_F(ParseCommand, NamesEachErrorByFileLineAndColumn) {
  const std::string path = Write("page.prom", "up 1\nup x\n<html>");
  const Result result = Parse({.file = path});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, path + ":2:4: value is not a number: \"x\"\n" + path +
                            ":3:1: metric name expected: \"<html>\"\n");
  EXPECT_EQ(result.out, "{\"name\":\"up\",\"labels\":{},\"value\":\"1\",\"timestamp_ms\":null}\n");
  EXPECT_EQ(ParsePiped({}, "up\n").err, "<stdin>:1:3: missing value\n");
}

TEST_F(ParseCommand, FormatIsFoundByTheEofLine) {
  // Fine in one format, wrong in the other.
  const std::string prometheus = "\nup  1\n# EOF of the file\n";
  const std::string openmetrics = "# TYPE a info\na_info 1 1.5\n# EOF";
  for (const std::string& page : {prometheus, openmetrics}) {
    const bool is_openmetrics = page == openmetrics;
    const std::string path = Write("page", page);
    EXPECT_EQ(Parse({.file = path}).exit_code, 0) << Parse({.file = path}).err;
    EXPECT_EQ(ParsePiped({}, page).exit_code, 0);
    EXPECT_EQ(Parse({.file = path, .format = "prometheus"}).exit_code, is_openmetrics ? 1 : 0);
    EXPECT_EQ(Parse({.file = path, .format = "openmetrics"}).exit_code, is_openmetrics ? 0 : 1);
  }
  EXPECT_EQ(Parse({.file = Write("page", openmetrics)}).out,
            "{\"name\":\"a_info\",\"labels\":{},\"value\":\"1\",\"timestamp_ms\":1500}\n");
}

TEST_F(ParseCommand, InputLongerThanEveryBufferIsReadWhole) {
  std::string page;
  std::string json;
  for (int i = 0; i < 20000; ++i) {
    const std::string number = std::to_string(i);
    page += "a{i=\"" + number + "\"} " + number + "\n";
    json += "{\"name\":\"a\",\"labels\":{\"i\":\"" + number + "\"},\"value\":\"" + number +
            "\",\"timestamp_ms\":null}\n";
  }
  for (const std::string format : {"auto", "prometheus"}) {
    EXPECT_EQ(ParsePiped({.format = format}, page).out, json);
  }
}

TEST_F(ParseCommand, WhatCannotBeReadIsSaid) {
  const std::string missing = dir_ / "missing";
  EXPECT_EQ(Parse({.file = missing}).err,
            missing + ": cannot be opened: No such file or directory\n");
  EXPECT_EQ(Parse({.file = missing}).exit_code, 1);
  EXPECT_EQ(Parse({.file = dir_}).err, dir_.string() + ": cannot be read: Is a directory\n");

  std::string content = Read(WriteGzip("page.gz", kPage));
  content.resize(content.size() - 12);
  const std::string cut = Write("cut.gz", content);
  for (const std::string format : {"auto", "prometheus"}) {
    const Result result = Parse({.file = cut, .format = format});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find("cut.gz: the gzip data ends too early\n"), std::string::npos)
        << result.err;
  }
  content[15] = static_cast<char>(content[15] ^ 0x55);
  const Result broken = Parse({.file = Write("broken.gz", content)});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_NE(broken.err.find("broken.gz: the gzip data"), std::string::npos) << broken.err;
}

TEST_F(ParseCommand, WrongOptionsAreWrongUsage) {
  EXPECT_EQ(Parse({.file = "x", .format = "xml"}).exit_code, 2);
  EXPECT_EQ(Parse({.file = "x", .format = "xml"}).err,
            "parse: --format is \"xml\", want auto, prometheus or openmetrics\n");
  EXPECT_EQ(Parse({.file = "x", .output = "yaml"}).exit_code, 2);
  EXPECT_EQ(Parse({.file = "x", .output = "yaml"}).err,
            "parse: --output is \"yaml\", want json or summary\n");
}

TEST_F(ParseCommand, SummaryTellsWhatThePageHolds) {
  const Result result = Parse({.file = Write("page.prom",
                                             "# TYPE up gauge\nup 1\n"
                                             "# TYPE a histogram\na_bucket{le=\"1\"} 1\n"
                                             "a_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n"
                                             "# TYPE b_total counter\nb_total 1\nb_total 2\n"
                                             "c_total 3\nbad\n# HELP d e\n# TYPE d gauge\n"),
                               .output = "summary"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out,
            "format    Prometheus text 0.0.4\n"
            "bytes     182\n"
            "errors    1\n"
            "families  5 (1 counter, 2 gauge, 1 histogram, 1 untyped)\n"
            "samples   8\n"
            "\n"
            "   samples   share  type            family\n"
            "         4   50.0%  histogram       a\n"
            "         2   25.0%  counter         b_total\n"
            "         1   12.5%  untyped         c_total\n"
            "         1   12.5%  gauge           up\n"
            "         0    0.0%  gauge           d\n");
}

TEST_F(ParseCommand, SummaryOfAnEmptyPage) {
  EXPECT_EQ(
      Parse({.file = Write("page.prom", ""), .output = "summary"}).out,
      "format    Prometheus text 0.0.4\nbytes     0\nerrors    0\nfamilies  0\nsamples   0\n");
}

}  // namespace
}  // namespace podprobe

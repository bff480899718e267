#include "exporter/web/conditional.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/web/gunzip.h"

namespace podprobe {
namespace {

TEST(MatchesTag, ComparesEachTagOfTheList) {
  struct Case {
    const char* header;
    bool matches;
  };
  const Case cases[] = {
      {"", false},      {"\"a\"", true}, {"W/\"a\"", true}, {"\"b\", \"a\"", true}, {"*", true},
      {"\"b\"", false}, {"a", false},    {"\"A\"", false},  {" ,, \"a\" ,", true}};
  for (const Case& row : cases)
    EXPECT_EQ(MatchesTag(row.header, "\"a\""), row.matches) << row.header;
}

HttpResponse Answer(const std::string& text, std::vector<HttpHeader> headers) {
  return ForClient({.method = "GET", .path = "/", .query = "", .headers = std::move(headers)},
                   HttpResponse::Text(200, text), "7");
}

std::string Body(const HttpResponse& response) {
  std::string body;
  for (const auto& part : response.body) body += *part;
  return body;
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

TEST(ForClient, ATagOfTheVersionBrings304) {
  const HttpResponse whole = Answer("text", {});
  EXPECT_EQ(HeaderOf(whole, "ETag"), "\"7\"");
  EXPECT_EQ(Body(whole), "text");
  const HttpResponse again = Answer("text", {{"If-None-Match", "\"7\""}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(Body(again), "");
  EXPECT_EQ(HeaderOf(again, "ETag"), "\"7\"");
  EXPECT_EQ(Answer("text", {{"If-None-Match", "\"6\""}}).status, 200);
}

TEST(ForClient, GzipWhereItPaysHasATagOfItsOwn) {
  const std::string text(5000, 'x');
  const HttpResponse response = Answer(text, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(HeaderOf(response, "ETag"), "\"7-gzip\"");
  EXPECT_EQ(HeaderOf(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(Gunzip(Body(response)), text);
  EXPECT_EQ(HeaderOf(Answer("short", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "");
}

TEST(ForClient, AnErrorStaysAsItIs) {
  const HttpResponse response =
      ForClient({.method = "GET", .path = "/", .query = ""}, HttpResponse::Text(404, "no"), "7");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(HeaderOf(response, "ETag"), "");
}

}  // namespace
}  // namespace podprobe

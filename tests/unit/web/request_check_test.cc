#include "exporter/web/request_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace podprobe {
namespace {

std::string Refused(const HttpRequest& request, const RequestLimits& limits = {}) {
  const std::optional<Refusal> refusal = CheckHead(request, limits);
  return refusal ? std::to_string(refusal->status) + " " + refusal->what : "";
}

HttpRequest RequestFor(const std::string& path, const std::string& query = "") {
  return {.method = "GET",
          .path = path,
          .query = query,
          .headers = {},
          .body = "",
          .remote_address = ""};
}

HttpRequest RequestWith(std::vector<HttpHeader> headers) {
  HttpRequest request = RequestFor("/");
  request.headers = std::move(headers);
  return request;
}

TEST(RequestCheck, PathAndQueryHaveOneLimit) {
  const RequestLimits limits = {.target_bytes = 10};
  const char kTooLong[] = "414 the path with its query is larger than 10 bytes";
  EXPECT_EQ(Refused(RequestFor("/23456789"), limits), "");
  EXPECT_EQ(Refused(RequestFor("/234567890"), limits), "");
  EXPECT_EQ(Refused(RequestFor("/2345678901"), limits), kTooLong);
  // The question mark counts.
  EXPECT_EQ(Refused(RequestFor("/234", "x=8"), limits), "");
  EXPECT_EQ(Refused(RequestFor("/234", "xy=890"), limits), kTooLong);
  EXPECT_EQ(Refused(RequestFor("/234", "x=890"), limits), "");
}

TEST(RequestCheck, HeadIsCountedAsItIsWritten) {
  const HttpRequest request = RequestWith({{"Host", "x"}, {"A", "bc"}});
  const std::size_t bytes = std::string("GET / HTTP/1.1\r\nHost: x\r\nA: bc\r\n\r\n").size();
  EXPECT_EQ(Refused(request, {.head_bytes = bytes + 1}), "");
  EXPECT_EQ(Refused(request, {.head_bytes = bytes}), "");
  EXPECT_EQ(Refused(request, {.head_bytes = bytes - 1}),
            "431 request line and headers are larger than " + std::to_string(bytes - 1) + " bytes");
}

TEST(RequestCheck, HeadersAreCounted) {
  const HttpRequest request = RequestWith({{"A", "1"}, {"B", "2"}});
  EXPECT_EQ(Refused(request, {.headers = 3}), "");
  EXPECT_EQ(Refused(request, {.headers = 2}), "");
  EXPECT_EQ(Refused(request, {.headers = 1}), "431 there are more than 1 headers");
}

TEST(RequestCheck, WhatCanBeReadAsTwoThingsIsRefused) {
  const char kLength[] = "400 Content-Length wants one whole number";
  struct Case {
    std::vector<HttpHeader> headers;
    std::string want;
  };
  const Case kCases[] = {
      {{{"Host", "x"}, {"Content-Length", "0"}}, ""},
      {{{"Content-Length", "12"}, {"content-length", "12"}}, ""},
      {{{"Content-Length", "12"}, {"content-length", "13"}}, kLength},
      {{{"Content-Length", "12, 12"}}, kLength},
      {{{"Content-Length", "12x"}}, kLength},
      {{{"Content-Length", "+12"}}, kLength},
      {{{"Content-Length", ""}}, kLength},
      {{{"Transfer-Encoding", "chunked"}}, ""},
      {{{"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}},
       "400 Content-Length and Transfer-Encoding exclude each other"},
      {{{"Host", "x"}, {"HOST", "x"}}, "400 there is more than one Host"},
      {{{"Expect", "100-Continue"}}, ""},
      {{{"Expect", "tea"}}, "417 Expect can be 100-continue, and nothing else"},
  };
  for (const Case& test : kCases) {
    EXPECT_EQ(Refused(RequestWith(test.headers)), test.want) << test.headers.front().value;
  }
}

}  // namespace
}  // namespace podprobe

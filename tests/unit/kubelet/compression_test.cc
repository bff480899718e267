// Gzip on the way: over real sockets, through the reading loop.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/kubelet/fake_kubelet.h"
#include "tests/unit/kubelet/gzip.h"
#include "tests/unit/kubelet/loop_harness.h"

namespace podprobe {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kGzipHeader[] = "Content-Encoding: gzip\r\n";

std::string ManyLines() {
  std::string body;
  for (int i = 0; i < 100000; ++i) body += "a_total " + std::to_string(i) + "\n";
  return body;
}

class CompressionTest : public ::testing::Test {
 protected:
  std::string Read(const Answer& answer) {
    kubelet_.On("/metrics/probes", answer);
    LoopHarness harness(TargetOf(kubelet_.url()));
    harness.options().target.wants_gzip = true;
    harness.options().limits.metrics_bytes = limit_bytes_;
    const std::string line = harness.ReadOnce(Source::kProbes);
    body_ = harness.body(Source::kProbes);
    return line;
  }

  FakeKubelet kubelet_;
  std::size_t limit_bytes_ = 4 << 20;
  std::string body_;
};

TEST_F(CompressionTest, IsAskedForOnlyOnRequest) {
  Read(Respond("200 OK", "up 1\n"));
  EXPECT_THAT(kubelet_.requests().back(), HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
  LoopHarness harness(TargetOf(kubelet_.url()));
  harness.ReadOnce(Source::kProbes);
  EXPECT_THAT(kubelet_.requests().back(), HasSubstr("\r\nAccept-Encoding: identity\r\n"));
}

TEST_F(CompressionTest, BodyIsInflatedAsItArrives) {
  const std::string body = ManyLines();
  const std::string deflated = Gzip(body);
  EXPECT_EQ(Read(Respond("200 OK", deflated, kGzipHeader)),
            "good, " + std::to_string(body.size()) + " bytes");
  EXPECT_EQ(body_, body);

  // Byte by byte in chunks, as members in a row, and with another spelling of the header.
  EXPECT_EQ(Read([&](Peer& peer) {
              peer.Send(
                  "HTTP/1.1 200 OK\r\ncontent-encoding:gzip \r\n"
                  "Transfer-Encoding: chunked\r\n\r\n");
              for (const char c : Gzip("up 1\n") + Gzip("") + Gzip("up 2\n")) {
                peer.Send(std::string("1\r\n") + c + "\r\n");
              }
              peer.Send("0\r\n\r\n");
            }),
            "good, 10 bytes");
  EXPECT_EQ(body_, "up 1\nup 2\n");
}

TEST_F(CompressionTest, AnswerMayStayAsItIs) {
  EXPECT_EQ(Read(Respond("200 OK", "up 1\n")), "good, 5 bytes");
  EXPECT_EQ(Read(Respond("200 OK", "up 1\n", "Content-Encoding: identity\r\n")), "good, 5 bytes");
}

TEST_F(CompressionTest, GzipThatEndsEarlyIsCutOffAtEveryByte) {
  const std::string deflated = Gzip("up 1\nup 2\n");
  for (std::size_t size = 1; size < deflated.size(); ++size) {
    EXPECT_THAT(Read(Respond("200 OK", deflated.substr(0, size), kGzipHeader)),
                ::testing::MatchesRegex("truncated: GET http://KUBELET/metrics/probes: the answer "
                                        "was cut off after [0-9]+ bytes of its body: the gzip data "
                                        "ends too early"))
        << size;
  }
}

TEST_F(CompressionTest, BrokenGzipIsSaidToBeSo) {
  EXPECT_EQ(Read(Respond("200 OK", "up 1\n", kGzipHeader)),
            "parse: GET http://KUBELET/metrics/probes: the answer is no sound gzip: it does not "
            "begin with a gzip header: set kubelet.enable_compression to false");
  std::string flipped = Gzip(ManyLines());
  flipped[flipped.size() - 6] ^= 1;  // in the checksum
  EXPECT_THAT(Read(Respond("200 OK", flipped, kGzipHeader)),
              HasSubstr("no sound gzip: its checksum does not fit its contents"));
}

TEST_F(CompressionTest, LimitIsOnTheInflatedBytes) {
  limit_bytes_ = 100000;
  EXPECT_EQ(Read(Respond("200 OK", Gzip(std::string(100000, 'x')), kGzipHeader)),
            "good, 100000 bytes");
  EXPECT_THAT(Read(Respond("200 OK", Gzip(std::string(100001, 'x')), kGzipHeader)),
              StartsWith("size: "));
  EXPECT_THAT(Read(Respond("200 OK", Gzip(std::string(64 << 20, 'x')), kGzipHeader)),
              StartsWith("size: "));
  EXPECT_LE(body_.size(), limit_bytes_);
}

TEST_F(CompressionTest, EndlessMembersWithoutContentsEndAtTheLimit) {
  limit_bytes_ = 100000;
  EXPECT_THAT(Read([](Peer& peer) {
                peer.Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
                while (peer.Send(Gzip(""))) {
                }
                peer.Close();
              }),
              StartsWith("size: "));
}

TEST_F(CompressionTest, OtherEncodingIsNotAskedFor) {
  EXPECT_EQ(Read(Respond("200 OK", "\x1b\x05", "Content-Encoding: br\r\n")),
            "parse: GET http://KUBELET/metrics/probes: the answer is encoded as br, which was not "
            "asked for: is kubelet.url a kubelet's?");
}

TEST_F(CompressionTest, RefusalInGzipIsReadable) {
  EXPECT_EQ(Read(Respond("503 Service Unavailable", Gzip("busy\n"), kGzipHeader)),
            "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200: busy");
  EXPECT_EQ(Read(Respond("503 Service Unavailable", "busy\n", kGzipHeader)),
            "status: GET http://KUBELET/metrics/probes: HTTP 503, want 200");
}

}  // namespace
}  // namespace podprobe

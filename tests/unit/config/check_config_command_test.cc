#include "exporter/check_config_command.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

// Exit code, what went to `out` and what to `err`, with the file's folder left out.
std::string Check(const std::string& text) {
  const TempDir dir;
  const std::string file = dir.Write("a.yml", text);
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunCheckConfig(file, out, err);
  std::string said = std::to_string(exit_code) + "\n" + out.str() + err.str();
  const std::string folder = file.substr(0, file.rfind('/') + 1);
  for (auto at = said.find(folder); at != std::string::npos; at = said.find(folder)) {
    said.erase(at, folder.size());
  }
  return said;
}

TEST(CheckConfigCommandTest, GoodFileIsOneLine) {
  EXPECT_EQ(Check(""), "0\na.yml: no problems found\n");
  EXPECT_EQ(Check("kubelet: {url: 'https://[fd00::7]:10250'}\n"), "0\na.yml: no problems found\n");
}

TEST(CheckConfigCommandTest, EveryProblemHasItsPlace) {
  EXPECT_EQ(Check("web:\n"
                  "  listen_addresses:\n"
                  "    - :9714\n"
                  "    - localhost\n"
                  "  health_listen_address: '9715'\n"
                  "kubelet:\n"
                  "  url: worker-1\n"
                  "  timeout: soon\n"
                  "  tls_config:\n"
                  "    server_name: worker 1\n"
                  "    cert_file: client.crt\n"),
            "1\n"
            "a.yml:4:7: web.listen_addresses[1]: listen address \"localhost\": has no port; write "
            "HOST:PORT, or :PORT for all interfaces\n"
            "a.yml:5:26: web.health_listen_address: listen address \"9715\": has no port; write "
            "HOST:PORT, or :PORT for all interfaces\n"
            "a.yml:7:8: kubelet.url: it must begin with https:// or http:// (worker-1)\n"
            "a.yml:8:12: kubelet.timeout: \"soon\" is no duration: write whole numbers with "
            "units, as in 1m30s\n"
            "a.yml:9:3: kubelet.tls_config: cert_file and key_file belong together, one of them "
            "is missing\n"
            "a.yml:10:18: kubelet.tls_config.server_name: no name or address: \"worker 1\"\n");
}

TEST(CheckConfigCommandTest, ApiserverIsCheckedWherePodsComeFromIt) {
  EXPECT_EQ(Check("sources: {pods: {from: apiserver}}\n"), "0\na.yml: no problems found\n");
  const std::string apiserver = "apiserver: {url: 'ftp://a'}\n";
  EXPECT_EQ(Check(apiserver), "0\na.yml: no problems found\n");
  EXPECT_EQ(Check(apiserver + "sources: {pods: {from: apiserver}}\n"),
            "1\na.yml:1:18: apiserver.url: it must begin with https:// or http:// (ftp://a)\n");
}

TEST(CheckConfigCommandTest, ValueThatCannotBeReadIsNotMissing) {
  EXPECT_EQ(Check("kubelet:\n"
                  "  tls_config:\n"
                  "    cert_file: [a]\n"
                  "    key_file: b\n"),
            "1\na.yml:3:16: kubelet.tls_config.cert_file: wants a string, not a list\n");
}

TEST(CheckConfigCommandTest, HealthAddressMayBeOff) {
  EXPECT_EQ(Check("web: {health_listen_address: ''}\n"), "0\na.yml: no problems found\n");
}

TEST(CheckConfigCommandTest, MissingFileFails) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunCheckConfig("/nonexistent/a.yml", out, err), 1);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(err.str(),
            "/nonexistent/a.yml: cannot read the configuration file: No such file or directory\n");
}

}  // namespace
}  // namespace podprobe

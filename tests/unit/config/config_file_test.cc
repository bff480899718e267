#include "config/config_file.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml_document.h"
#include "tests/unit/config/render.h"
#include "tests/unit/kubelet/temp_dir.h"

namespace podprobe {
namespace {

TEST(ConfigFileTest, RelativePathsBeginAtTheFilesFolder) {
  const TempDir dir;
  const std::string file = dir.Write("podprobe.yml",
                                     "kubelet:\n"
                                     "  tls_config:\n"
                                     "    ca_file: pki/ca.crt\n"
                                     "    cert_file: ../client.crt\n"
                                     "    key_file: /etc/client.key\n"
                                     "    server_name: worker-1\n"
                                     "  authorization: {credentials_file: token}\n"
                                     "apiserver:\n"
                                     "  tls_config: {ca_file: a, cert_file: b, key_file: c}\n"
                                     "  authorization: {credentials_file: d}\n");
  const LoadResult result = LoadConfigFile(file, FakeEnvironment());
  const std::string folder = file.substr(0, file.rfind('/'));
  EXPECT_EQ(RenderProblems(result), "");
  EXPECT_EQ(AddedLines(RenderConfig({}), RenderConfig(result.config)),
            "kubelet.tls_config.ca_file=" + folder +
                "/pki/ca.crt\n"
                "kubelet.tls_config.cert_file=" +
                folder +
                "/../client.crt\n"
                "kubelet.tls_config.key_file=/etc/client.key\n"
                "kubelet.tls_config.server_name=worker-1\n"
                "kubelet.authorization.credentials_file=" +
                folder +
                "/token\n"
                "apiserver.tls_config.ca_file=" +
                folder + "/a\napiserver.tls_config.cert_file=" + folder +
                "/b\napiserver.tls_config.key_file=" + folder +
                "/c\napiserver.authorization.credentials_file=" + folder + "/d\n");
}

TEST(ConfigFileTest, PathsThatAreNotSetStayEmpty) {
  const TempDir dir;
  const LoadResult result = LoadConfigFile(dir.Write("empty.yml", ""), FakeEnvironment());
  EXPECT_EQ(RenderConfig(result.config), RenderConfig({}));
}

TEST(ConfigFileTest, FileThatCannotBeReadIsAProblemOfNoLine) {
  const TempDir dir;
  const std::string file = dir.Write("podprobe.yml", "");
  EXPECT_EQ(RenderProblems(LoadConfigFile(file + ".not", FakeEnvironment())),
            "0:0: cannot read the configuration file: No such file or directory\n");
  EXPECT_EQ(RenderProblems(LoadConfigFile(file.substr(0, file.rfind('/')), FakeEnvironment())),
            "0:0: cannot read the configuration file: Is a directory\n");
}

TEST(ConfigFileTest, FileUpToTheLimitIsRead) {
  const TempDir dir;
  const std::string comment(kMaxConfigBytes, '#');
  EXPECT_EQ(RenderProblems(LoadConfigFile(dir.Write("a.yml", comment), FakeEnvironment())), "");
  EXPECT_EQ(RenderProblems(LoadConfigFile(dir.Write("b.yml", comment + "#"), FakeEnvironment())),
            "1:1: more than 1048576 bytes: no configuration needs so many\n");
}

}  // namespace
}  // namespace podprobe

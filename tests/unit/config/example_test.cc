#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "config/duration.h"
#include "config/loader.h"
#include "config/yaml_document.h"
#include "tests/unit/config/render.h"

namespace podprobe {
namespace {

using Json = nlohmann::json;

std::string ReadFile(const std::string& name) {
  std::ifstream file(PODPROBE_CONFIG_FOLDER "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The sections and values of a tree by their whole keys.
struct Leaves {
  std::map<std::string, std::string> values;

  // A list is its items joined by a comma.
  void AddYaml(const std::string& key, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::kScalar) values[key] = node.text;
    if (node.kind == YamlNode::Kind::kSequence) {
      std::string& items = values[key];
      for (const YamlNode& item : node.children) items += item.text + ",";
    }
    if (node.kind != YamlNode::Kind::kMapping) return;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      AddYaml((key.empty() ? "" : key + ".") + node.children[i].text, node.children[i + 1]);
    }
  }

  // The schema's defaults.
  void AddSchema(const std::string& key, const Json& schema) {
    if (!schema.contains("properties")) {
      values[key] = Text(schema.at("default"));
      return;
    }
    EXPECT_EQ(schema.at("additionalProperties"), false) << key;
    for (const auto& [name, property] : schema.at("properties").items()) {
      EXPECT_TRUE(property.contains("description")) << key << "." << name;
      AddSchema((key.empty() ? "" : key + ".") + name, property);
    }
  }

  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : values) keys.push_back(key);
    return keys;
  }

 private:
  static std::string Text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::string items;
    for (const Json& item : value) items += Text(item) + ",";
    return items;
  }
};

Json ReadSchema() { return Json::parse(ReadFile("podprobe.schema.json")); }

TEST(ExampleTest, LoadsAndEqualsTheDefaults) {
  const LoadResult result = LoadConfig(ReadFile("podprobe.yml"), FakeEnvironment());
  EXPECT_EQ(RenderProblems(result), "");
  EXPECT_EQ(RenderConfig(result.config), RenderConfig({}));
}

TEST(ExampleTest, ShowsEveryKey) {
  Leaves example;
  example.AddYaml("", ParseYaml(ReadFile("podprobe.yml")).root);
  EXPECT_THAT(example.Keys(), testing::UnorderedElementsAreArray(ConfigKeys()));
}

TEST(SchemaTest, HasTheKeysOfTheLoader) {
  Leaves schema;
  schema.AddSchema("", ReadSchema());
  EXPECT_THAT(schema.Keys(), testing::UnorderedElementsAreArray(ConfigKeys()));
}

TEST(SchemaTest, DefaultsAreThoseOfTheExample) {
  Leaves example;
  example.AddYaml("", ParseYaml(ReadFile("podprobe.yml")).root);
  Leaves schema;
  schema.AddSchema("", ReadSchema());
  EXPECT_EQ(schema.values, example.values);
}

TEST(SchemaTest, DurationsAreThoseOfTheLoader) {
  const std::regex pattern(ReadSchema().at("/definitions/duration/pattern"_json_pointer));
  for (const char* text : {"0", "0s", "5s", "1m30s", "1y1w1d1h1m1s1ms", "500ms", "007s", "5", "m",
                           "-5s", " 5s", "1.5s", "5sec", "1s1m", "1s1s", "5S"}) {
    EXPECT_EQ(std::regex_match(text, pattern), ParseDuration(text).duration.has_value()) << text;
  }
}

}  // namespace
}  // namespace podprobe

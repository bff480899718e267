#include "config/loader.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "config/nearest_key.h"
#include "config/settings.h"
#include "config/yaml_document.h"

namespace podprobe {
namespace {

std::string JoinKey(const std::string& section, const std::string& name) {
  return section.empty() ? name : section + "." + name;
}

// A key as messages show it: its last name is the user's and may hold anything.
std::string ShownKey(const std::string& section, const std::string& name) {
  const bool is_word = !name.empty() && name.size() <= kMaxQuotedBytes &&
                       name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_-.") == std::string::npos;
  return JoinKey(section, is_word ? name : Quoted(name));
}

class Loader {
 public:
  Loader(const EnvironmentLookup& environment, LoadResult* result)
      : environment_(environment), result_(result), settings_(SettingsOf(&result->config)) {
    for (const KeyedSetting& setting : settings_) {
      AddSections(setting.key);
      keys_.push_back(setting.key);
    }
  }

  void Load(const YamlDocument& document) {
    if (document.problem) result_->problems.push_back(*document.problem);
    std::vector<Section> unread = {{.key = "", .node = &document.root}};
    while (!unread.empty()) {
      const Section section = std::move(unread.back());
      unread.pop_back();
      if (section.node->kind == YamlNode::Kind::kMapping) {
        ReadSection(section, &unread);
      } else if (section.node->kind != YamlNode::Kind::kNull && !document.problem) {
        // Behind broken YAML a section may be anything.
        ProblemOfNoSection(section);
      }
    }
    std::ranges::stable_sort(result_->problems, {}, &ConfigProblem::at);
  }

 private:
  struct Section {
    std::string key;
    const YamlNode* node;
  };

  void AddSections(const std::string& key) {
    for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1)) {
      const std::string section = key.substr(0, dot);
      if (std::ranges::find(keys_, section) == keys_.end()) keys_.push_back(section);
    }
  }

  void ReadSection(const Section& section, std::vector<Section>* unread) {
    const std::vector<YamlNode>& children = section.node->children;
    std::map<std::string, ConfigPosition> first_at;
    // Where the YAML is broken, the last key may have no value.
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      const YamlNode& name = children[i];
      if (name.kind != YamlNode::Kind::kScalar) {
        Problem(name.at, "a key must be a word" +
                             (section.key.empty() ? "" : ", in the section " + section.key));
        continue;
      }
      const auto [first, is_new] = first_at.emplace(name.text, name.at);
      if (!is_new) {
        Problem(name.at, ShownKey(section.key, name.text) + ": given twice, first in line " +
                             std::to_string(first->second.line));
        continue;
      }
      ReadEntry(section, name, children[i + 1], unread);
    }
  }

  void ReadEntry(const Section& section, const YamlNode& name, const YamlNode& value,
                 std::vector<Section>* unread) {
    const std::string shown = ShownKey(section.key, name.text);
    const std::string key = JoinKey(section.key, name.text);
    const auto setting = std::ranges::find(settings_, key, &KeyedSetting::key);
    const bool is_section =
        setting == settings_.end() && std::ranges::find(keys_, key) != keys_.end();
    if (setting == settings_.end() && !is_section) {
      return Problem(name.at, shown + ": unknown key; " + WhatIsMeant(section.key, key));
    }
    if (name.text.find('.') != std::string::npos) {
      return Problem(name.at, shown +
                                  ": write each part of the key on a line of its own, "
                                  "indented under the one before");
    }
    // YAML's nothing has no place of its own in the text.
    const bool is_name_shown = is_section || value.kind == YamlNode::Kind::kNull;
    result_->positions[key] = is_name_shown ? name.at : value.at;
    if (is_section) {
      unread->push_back({.key = key, .node = &value});
      return;
    }
    for (std::size_t i = 0; i < value.children.size(); ++i) {
      result_->positions[key + "[" + std::to_string(i) + "]"] = value.children[i].at;
    }
    ReadValue({.key = key, .name = name, .value = value}, setting->setting, environment_,
              &result_->problems);
  }

  std::string WhatIsMeant(const std::string& section, const std::string& key) const {
    const std::string nearest = NearestKey(key, keys_);
    if (!nearest.empty()) return "did you mean " + nearest + "?";
    std::string valid;
    for (const std::string& other : keys_) {
      if (SectionOf(other) == section) {
        valid += (valid.empty() ? "" : ", ") + std::string(NameOf(other));
      }
    }
    return "valid here: " + valid;
  }

  void ProblemOfNoSection(const Section& section) {
    const std::string got =
        section.node->kind == YamlNode::Kind::kSequence ? "a list" : "a single value";
    if (section.key.empty()) {
      return Problem(section.node->at, "the file wants keys such as kubelet:, not " + got);
    }
    Problem(section.node->at, section.key + ": wants keys of its own, not " + got);
  }

  void Problem(ConfigPosition at, std::string what) {
    result_->problems.push_back({.at = at, .what = std::move(what)});
  }

  const EnvironmentLookup& environment_;
  LoadResult* const result_;
  const std::vector<KeyedSetting> settings_;
  std::vector<std::string> keys_;  // of the settings that are supported, and their sections
};

}  // namespace

LoadResult LoadConfig(std::string_view text, const EnvironmentLookup& environment) {
  LoadResult result;
  Loader(environment, &result).Load(ParseYaml(text));
  return result;
}

std::vector<std::string> ConfigKeys() {
  Config config;
  std::vector<std::string> keys;
  for (const KeyedSetting& setting : SettingsOf(&config)) keys.push_back(setting.key);
  return keys;
}

}  // namespace podprobe

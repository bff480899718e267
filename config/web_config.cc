#include "config/web_config.h"

#include <strings.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "config/config_file.h"
#include "config/nearest_key.h"
#include "config/yaml_document.h"

namespace podprobe {
namespace {

std::string Shown(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "keys of its own";
    case YamlNode::Kind::kScalar:
      break;
  }
  return Quoted(node.text);
}

// Returns what is wrong with a bcrypt hash; empty if it is one.
std::string CheckHash(std::string_view hash) {
  constexpr std::string_view kAlphabet =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t kHashBytes = 60;
  const bool is_bcrypt =
      hash.size() == kHashBytes &&
      (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$")) &&
      hash[6] == '$' && hash.find_first_not_of("0123456789", 4) == 6 &&
      hash.substr(7).find_first_not_of(kAlphabet) == std::string_view::npos;
  // The hash itself is not for messages.
  if (!is_bcrypt) return "wants a bcrypt hash, as `htpasswd -nB NAME` prints it";
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost >= 4 && cost <= 16) return "";
  return "a bcrypt cost of " + std::to_string(cost) +
         " is out of range: from 4 to 16 (each step doubles the time of a login)";
}

class WebConfigLoader {
 public:
  explicit WebConfigLoader(WebConfigResult* result) : result_(*result) {}

  void Load(const YamlDocument& document) {
    if (document.problem) {
      result_.problems.push_back(*document.problem);
      return;
    }
    ReadKeys("", document.root,
             {{"tls_server_config", [this](const Entry& entry) { ReadTls(entry); }},
              {"http_server_config", [this](const Entry& entry) { ReadHttp(entry); }},
              {"basic_auth_users", [this](const Entry& entry) { ReadUsers(entry); }},
              {"rate_limit", Refuse("this server has no rate limit; leave the key out")}});
    std::ranges::stable_sort(result_.problems, {}, &ConfigProblem::at);
  }

 private:
  struct Entry {
    std::string key;  // whole
    const YamlNode& name;
    const YamlNode& value;
  };
  using Reader = std::function<void(const Entry&)>;
  using Readers = std::vector<std::pair<std::string, Reader>>;

  void Problem(const YamlNode& node, const std::string& what) {
    result_.problems.push_back({.at = node.at, .what = what});
  }

  Reader Refuse(const std::string& why) {
    return [this, why](const Entry& entry) { Problem(entry.name, entry.key + ": " + why); };
  }

  // Each entry of a mapping once, whatever its name.
  void ForEach(const std::string& section, const YamlNode& node, const Reader& reader) {
    if (node.kind == YamlNode::Kind::kNull) return;
    if (node.kind != YamlNode::Kind::kMapping) {
      const std::string key = section.empty() ? "the file" : section;
      return Problem(node, key + ": wants keys of its own, not " + Shown(node));
    }
    const std::string prefix = section.empty() ? "" : section + ".";
    std::set<std::string> seen;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const YamlNode& name = node.children[i];
      const std::string text = name.kind == YamlNode::Kind::kScalar ? name.text : Shown(name);
      const bool is_word = text.find_first_not_of(
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_-.@") == std::string::npos;
      const std::string shown = is_word && text.size() <= kMaxQuotedBytes ? text : Quoted(text);
      const std::string key = prefix + shown;
      if (name.kind != YamlNode::Kind::kScalar || text.empty()) {
        Problem(name, key + ": a key must be a word");
      } else if (!seen.insert(text).second) {
        Problem(name, key + ": given twice");
      } else {
        reader({.key = key, .name = name, .value = node.children[i + 1]});
      }
    }
  }

  void ReadKeys(const std::string& section, const YamlNode& node, const Readers& readers) {
    ForEach(section, node, [&](const Entry& entry) {
      const auto found =
          std::ranges::find(readers, entry.name.text, &std::pair<std::string, Reader>::first);
      if (found != readers.end()) return found->second(entry);
      std::vector<std::string> names;
      std::string all;
      for (const auto& [name, reader] : readers) {
        names.push_back(name);
        all += (all.empty() ? "" : ", ") + name;
      }
      const std::string nearest = NearestKey(entry.name.text, names);
      Problem(entry.name,
              entry.key + ": unknown key; " +
                  (nearest.empty() ? "valid here: " + all : "did you mean " + nearest + "?"));
    });
  }

  Reader Text(std::string* text) {
    return [this, text](const Entry& entry) {
      if (entry.value.kind != YamlNode::Kind::kScalar || entry.value.text.empty()) {
        return Problem(entry.value.kind == YamlNode::Kind::kScalar ? entry.value : entry.name,
                       entry.key + ": wants a text, not " + Shown(entry.value));
      }
      *text = entry.value.text;
    };
  }

  Reader TextList(std::vector<std::string>* texts) {
    return [this, texts](const Entry& entry) {
      if (entry.value.kind != YamlNode::Kind::kSequence) {
        return Problem(entry.name, entry.key + ": wants a list, not " + Shown(entry.value));
      }
      for (const YamlNode& item : entry.value.children) {
        if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) {
          Problem(item, entry.key + ": wants texts in its list, not " + Shown(item));
        }
        texts->push_back(item.text);
      }
    };
  }

  Reader Switch(bool* value) {
    return [this, value](const Entry& entry) {
      const bool is_true = entry.value.text == "true";
      if (!entry.value.is_plain || (!is_true && entry.value.text != "false")) {
        return Problem(entry.name, entry.key + ": wants true or false, not " + Shown(entry.value));
      }
      *value = is_true;
    };
  }

  Reader Choice(std::vector<std::string> names, std::function<void(std::size_t)> choose) {
    return [this, names = std::move(names), choose = std::move(choose)](const Entry& entry) {
      const auto found = std::ranges::find(names, entry.value.text);
      if (found != names.end()) {
        return choose(static_cast<std::size_t>(found - names.begin()));
      }
      std::string all;
      for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
      Problem(entry.name, entry.key + ": wants one of " + all + ", not " + Shown(entry.value));
    };
  }

  void ReadTls(const Entry& section) {
    WebTlsConfig tls;
    bool is_min_13 = false;
    bool is_max_12 = false;
    const std::vector<std::string> versions = {"TLS12", "TLS13"};
    ReadKeys(section.key, section.value,
             {{"cert_file", Text(&tls.cert_file)},
              {"key_file", Text(&tls.key_file)},
              {"client_ca_file", Text(&tls.client_ca_file)},
              {"client_auth_type",
               Choice({"NoClientCert", "RequestClientCert", "RequireAnyClientCert",
                       "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"},
                      [&](std::size_t i) { tls.client_auth = static_cast<ClientAuth>(i); })},
              {"min_version", Choice(versions, [&](std::size_t i) { is_min_13 = i == 1; })},
              {"max_version", Choice(versions, [&](std::size_t i) { is_max_12 = i == 0; })},
              {"cipher_suites", TextList(&tls.cipher_suites)},
              {"curve_preferences", TextList(&tls.curve_preferences)},
              {"prefer_server_cipher_suites", Switch(&tls.prefer_server_cipher_suites)},
              {"cert", Refuse("put the certificate in a file and name it in cert_file")},
              {"key", Refuse("put the key in a file and name it in key_file")},
              {"client_ca", Refuse("put the certificate in a file and name it in client_ca_file")},
              {"client_allowed_sans",
               Refuse("this server cannot ask for a name on the client's certificate; give these "
                      "clients a CA of their own in client_ca_file")}});
    tls.is_tls12_allowed = !is_min_13;
    tls.is_tls13_allowed = !is_max_12;
    CheckTls(section, tls);
    result_.config.tls = std::move(tls);
  }

  void CheckTls(const Entry& section, const WebTlsConfig& tls) {
    const auto missing = [&](const std::string& what) {
      Problem(section.name, section.key + what);
    };
    if (tls.cert_file.empty()) missing(".cert_file: TLS wants a certificate");
    if (tls.key_file.empty()) missing(".key_file: TLS wants the certificate's key");
    if (!tls.is_tls12_allowed && !tls.is_tls13_allowed) {
      missing(".max_version: is below min_version");
    }
    const bool is_verified = tls.client_auth == ClientAuth::kVerifyIfGiven ||
                             tls.client_auth == ClientAuth::kRequireAndVerify;
    if (is_verified && tls.client_ca_file.empty()) {
      missing(".client_ca_file: is missing, and client_auth_type wants it");
    }
    if (!is_verified && !tls.client_ca_file.empty()) {
      missing(
          ".client_auth_type: nobody is held to client_ca_file; write "
          "RequireAndVerifyClientCert or VerifyClientCertIfGiven");
    }
  }

  void ReadHttp(const Entry& section) {
    bool is_http2 = false;
    ReadKeys(section.key, section.value,
             {{"http2", Switch(&is_http2)},
              {"headers", [this](const Entry& entry) { ReadHeaders(entry); }}});
    if (is_http2) {
      Problem(section.name, section.key +
                                ".http2: this server speaks HTTP/1.1 only; leave the key out or "
                                "write false");
    }
  }

  void ReadHeaders(const Entry& section) {
    // As exporter-toolkit has it.
    struct Known {
      const char* name;
      std::vector<std::string> values;  // empty: any
    };
    const Known known[] = {{"Content-Security-Policy", {}},
                           {"X-Frame-Options", {"deny", "sameorigin"}},
                           {"X-Content-Type-Options", {"nosniff"}},
                           {"X-XSS-Protection", {}},
                           {"Strict-Transport-Security", {}}};
    ForEach(section.key, section.value, [&](const Entry& entry) {
      const auto* const header = std::ranges::find_if(known, [&](const Known& each) {
        return strcasecmp(each.name, entry.name.text.c_str()) == 0;
      });
      if (header == std::end(known)) {
        return Problem(entry.name,
                       entry.key +
                           ": cannot be set; there are Content-Security-Policy, X-Frame-Options, "
                           "X-Content-Type-Options, X-XSS-Protection and "
                           "Strict-Transport-Security");
      }
      std::string value;
      Text (&value)(entry);
      const bool is_allowed =
          header->values.empty() || std::ranges::any_of(header->values, [&](const auto& allowed) {
            return strcasecmp(allowed.c_str(), value.c_str()) == 0;
          });
      if (!value.empty() && !is_allowed) {
        Problem(entry.value, entry.key + ": cannot be " + Quoted(value));
      }
      const bool is_printable =
          std::ranges::all_of(value, [](char byte) { return byte >= ' ' && byte != '\x7f'; });
      if (!is_printable) Problem(entry.value, entry.key + ": holds a control character");
      result_.config.headers[header->name] = value;
    });
  }

  void ReadUsers(const Entry& section) {
    ForEach(section.key, section.value, [&](const Entry& entry) {
      const std::string what = entry.value.kind == YamlNode::Kind::kScalar
                                   ? CheckHash(entry.value.text)
                                   : "wants a bcrypt hash, not " + Shown(entry.value);
      if (!what.empty()) return Problem(entry.name, entry.key + ": " + what);
      if (entry.name.text.find(':') != std::string::npos) {
        return Problem(entry.name, entry.key + ": a user's name cannot hold ':'");
      }
      result_.config.basic_auth_users[entry.name.text] = entry.value.text;
    });
  }

  WebConfigResult& result_;
};

}  // namespace

WebConfigResult LoadWebConfig(std::string_view text) {
  WebConfigResult result;
  WebConfigLoader(&result).Load(ParseYaml(text));
  return result;
}

WebConfigResult LoadWebConfigFile(const std::string& file) {
  std::string text;
  if (const int error = ReadConfigText(file, &text); error != 0) {
    const std::string reason = std::generic_category().message(error);
    return {.config = {}, .problems = {{.what = "cannot read the web configuration: " + reason}}};
  }
  WebConfigResult result = LoadWebConfig(text);
  if (result.config.tls) {
    WebTlsConfig& tls = *result.config.tls;
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    for (std::string* path : {&tls.cert_file, &tls.key_file, &tls.client_ca_file}) {
      // An absolute path is its own result.
      if (!path->empty()) *path = (folder / *path).string();
    }
  }
  return result;
}

}  // namespace podprobe

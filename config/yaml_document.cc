#include "config/yaml_document.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace podprobe {
namespace {

ConfigPosition PositionOf(const YAML::Mark& mark) {
  return {.line = std::max(mark.line, 0) + 1, .column = std::max(mark.column, 0) + 1};
}

// Ends the parsing from within an event.
struct Refusal {
  ConfigProblem problem;
};

[[noreturn]] void Refuse(const YAML::Mark& mark, std::string what) {
  throw Refusal{{.at = PositionOf(mark), .what = std::move(what)}};
}

// Whether `text` begins with a quote that nothing closes.
bool IsOpenQuote(std::string_view text) {
  const char quote = text[0];
  if (quote != '"' && quote != '\'') return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      // A single quote is escaped by another.
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return false;
      ++i;
    }
  }
  return true;
}

// The place of the byte, which is in `text`.
ConfigPosition PositionOf(std::string_view text, std::size_t index) {
  const std::string_view before = text.substr(0, index);
  const std::size_t line_begin = before.rfind('\n') + 1;
  return {.line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
          .column = static_cast<int>(index - line_begin) + 1};
}

// yaml-cpp takes some control bytes for the end of the text, and 0xfe and 0xff for UTF-16.
std::optional<ConfigProblem> FindForeignByte(std::string_view text) {
  const auto foreign = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < ' ' && c != '\t' && c != '\n' && c != '\r';
    return is_control || byte == 0x7f || byte >= 0xfe;
  });
  if (foreign == text.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(foreign - text.begin());
  return ConfigProblem{.at = PositionOf(text, index),
                       .what = "the byte " + Quoted(text.substr(index, 1)) +
                               " cannot stand in a configuration, which is text in UTF-8"};
}

bool IsIndentedByTab(std::string_view text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
  const std::size_t end = text.find_first_not_of(" \t", begin);
  return text.substr(begin, end - begin).find('\t') != std::string_view::npos;
}

// What yaml-cpp says of it. Behind a colon stands what the text has there, byte by byte.
std::string WordsOf(std::string_view message) {
  constexpr std::string_view kColon = ": ";
  constexpr std::string_view kEndOfText = "\x04";
  const std::size_t colon = message.find(kColon);
  if (colon == std::string_view::npos) return std::string(message);
  const std::string_view foreign = message.substr(colon + kColon.size());
  if (foreign == kEndOfText) return "this quote is not closed";
  return std::string(message.substr(0, colon)) + ": " + Quoted(foreign);
}

ConfigProblem ProblemOf(const YAML::Exception& error, std::string_view text) {
  ConfigProblem problem = {.at = PositionOf(error.mark),
                           .what = "broken YAML: " + WordsOf(error.msg)};
  if (IsIndentedByTab(text, problem.at.line)) {
    problem.what += " (the line is indented by a tab: use spaces)";
  }
  return problem;
}

// Builds the tree from yaml-cpp's events. Its own tree forgets keys given twice.
class TreeBuilder : public YAML::EventHandler {
 public:
  // `text` is what the parser reads.
  TreeBuilder(std::string_view text, YamlNode* root) : text_(text), root_(root) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (document_count_++ > 0) {
      Refuse(mark, "a second document begins here: the configuration is one document");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Add({.kind = YamlNode::Kind::kNull}, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases (*name) are not supported: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    RefuseOpenQuote(mark);
    Add({.kind = YamlNode::Kind::kScalar, .text = value, .is_plain = tag == "?"}, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    Open({.kind = YamlNode::Kind::kSequence}, mark);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    Open({.kind = YamlNode::Kind::kMapping}, mark);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    Refuse(mark, "anchors (&name) are not supported: write the value out where it is needed");
  }
  // yaml-cpp's own tags: none, "?" for a plain value, "!" for one in quotes.
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Refuse(mark, "tags (!name) are not supported: write the value alone");
  }

  // yaml-cpp takes the end of the text for the closing quote if a newline stands before it.
  void RefuseOpenQuote(const YAML::Mark& mark) const {
    const auto index = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (index < text_.size() && IsOpenQuote(text_.substr(index))) {
      Refuse(mark, "broken YAML: this quote is not closed");
    }
  }

  YamlNode* Add(YamlNode node, const YAML::Mark& mark) {
    if (++node_count_ > kMaxYamlNodes) {
      Refuse(mark, "more than " + std::to_string(kMaxYamlNodes) +
                       " keys and values: no configuration needs so many");
    }
    node.at = PositionOf(mark);
    if (open_.empty()) {
      *root_ = std::move(node);
      return root_;
    }
    // The children of a node that is open do not move: only the innermost one grows.
    open_.back()->children.push_back(std::move(node));
    return &open_.back()->children.back();
  }

  void Open(YamlNode node, const YAML::Mark& mark) {
    if (open_.size() >= kMaxYamlDepth) {
      Refuse(mark, "nested more than " + std::to_string(kMaxYamlDepth) +
                       " levels deep: no configuration needs so many");
    }
    open_.push_back(Add(std::move(node), mark));
  }

  const std::string_view text_;
  YamlNode* const root_;
  std::vector<YamlNode*> open_;
  std::size_t node_count_ = 0;
  int document_count_ = 0;
};

}  // namespace

YamlDocument ParseYaml(std::string_view text) {
  YamlDocument document;
  if (text.size() > kMaxConfigBytes) {
    document.problem = {.at = {.line = 1, .column = 1},
                        .what = "more than " + std::to_string(kMaxConfigBytes) +
                                " bytes: no configuration needs so many"};
    return document;
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  document.problem = FindForeignByte(text);
  if (document.problem) return document;

  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text, &document.root);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    document.problem = refusal.problem;
  } catch (const YAML::Exception& error) {
    document.problem = ProblemOf(error, text);
  }
  return document;
}

}  // namespace podprobe

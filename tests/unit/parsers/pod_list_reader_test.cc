#include "parsers/pod_list_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace podprobe {
namespace {

std::string PodText(const std::string& name, const std::string& uid, const std::string& phase) {
  return R"({"metadata":{"namespace":"shop","name":")" + name + R"(","uid":")" + uid +
         R"("},"status":{"phase":")" + phase + R"("}})";
}
const std::string kWeb = PodText("web", "w", "Running");
const std::string kDb = PodText("db", "d", "Running");

std::string ListOf(const std::vector<std::string>& pods) {
  std::string text = R"({"kind":"PodList","items":[)";
  for (const std::string& pod : pods) text += (text.ends_with('[') ? "" : ",") + pod;
  return text + "]}";
}

// Says of each list which pods were read, with their phase, and which were the same again.
class Reading {
 public:
  std::string Take(const std::string& text) {
    reader_.Begin();
    reader_.Feed(text);
    return Finish();
  }
  std::string Finish() {
    const PodListResult result = reader_.Finish();
    if (!result.list) return result.error;
    std::vector<std::string> words;
    for (const Pod& pod : result.list->pods) {
      words.push_back(pod.name + " " + pod.phase);
      names_[pod.fingerprint] = pod.name;
    }
    for (const std::uint64_t fingerprint : result.list->unchanged) {
      words.push_back(names_.at(fingerprint) + " again");
    }
    std::ranges::sort(words);
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
  }
  PodListReader& reader() { return reader_; }

 private:
  PodListReader reader_;
  std::map<std::uint64_t, std::string> names_;
};

TEST(PodListReader, ReadsAPodAgainWhenItsTextIsAnother) {
  Reading reading;
  EXPECT_EQ(reading.Take(ListOf({kWeb, kDb})), "db Running, web Running");
  EXPECT_EQ(reading.Take(ListOf({kWeb, kDb})), "db again, web again");
  EXPECT_EQ(reading.Take(ListOf({kDb, kWeb})), "db again, web again");
  EXPECT_EQ(reading.Take(ListOf({kDb, PodText("web", "w", "Pending")})), "db again, web Pending");
  EXPECT_EQ(reading.Take(ListOf({kDb, kWeb})), "db again, web Running");
  EXPECT_EQ(reading.Take(ListOf({kDb})), "db again");
  EXPECT_EQ(reading.Take(ListOf({kDb, kWeb})), "db again, web Running");
  EXPECT_EQ(reading.Take(ListOf({})), "");
  EXPECT_EQ(reading.Take(ListOf({kDb})), "db Running");
}

TEST(PodListReader, APodThatHasFinishedIsReadEachTime) {
  for (const char* phase : {"Succeeded", "Failed"}) {
    Reading reading;
    const std::string list = ListOf({kWeb, PodText("job", "j", phase)});
    EXPECT_EQ(reading.Take(list), std::string("job ") + phase + ", web Running");
    EXPECT_EQ(reading.Take(list), std::string("job ") + phase + ", web again");
  }
}

TEST(PodListReader, PodsThatAreOneAndTheSameAreReadEachTime) {
  const struct {
    const char* what;
    std::string one;
    std::string other;
    const char* again;
  } cases[] = {
      {"by uid", PodText("a", "u", "Running"), PodText("b", "u", "Running"),
       "a Running, b Running"},
      {"by name", PodText("a", "", "Running"), PodText("a", "", "Pending"), "a Pending, a Running"},
      {"to the letter", PodText("a", "u", "Running"), PodText("a", "u", "Running"),
       "a Running, a Running"},
      {"two of one name", PodText("a", "u", "Running"), PodText("a", "v", "Running"),
       "a again, a again"},
      {"two without uid", PodText("a", "", "Running"), PodText("b", "", "Running"),
       "a again, b again"},
  };
  for (const auto& c : cases) {
    Reading reading;
    reading.Take(ListOf({c.one, kWeb, c.other}));
    EXPECT_EQ(reading.Take(ListOf({c.other, c.one, kWeb})), std::string(c.again) + ", web again")
        << c.what;
  }
}

TEST(PodListReader, AnUnchangedPodAndAnotherOfItsUidAreBothReadNextTime) {
  Reading reading;
  const std::string other = PodText("web", "w", "Pending");
  reading.Take(ListOf({kWeb}));
  EXPECT_EQ(reading.Take(ListOf({kWeb, other})), "web Pending, web again");
  EXPECT_EQ(reading.Take(ListOf({kWeb, other})), "web Pending, web Running");
}

TEST(PodListReader, AListThatFailsIsNotTheLastOne) {
  const std::string cut = R"({"kind":"PodList","items":[)" + kDb;
  const std::string bad = R"({"kind":"PodList","items":[)" + kDb + R"(,{"metadata":x}]})";
  Reading reading;
  reading.Take(ListOf({kWeb}));
  EXPECT_EQ(reading.Take(cut).substr(0, 4), "byte");
  EXPECT_EQ(reading.Take(bad).substr(0, 4), "byte");
  EXPECT_EQ(reading.Take(R"({"kind":"Status"})"),
            "valid JSON, but no PodList: kind is \"Status\", and no items");
  // One that was not finished at all.
  reading.reader().Begin();
  reading.reader().Feed(R"({"kind":"PodList","items":[)" + kDb + R"(,{"metadata":x},)" + kWeb +
                        R"(,{"m)");
  EXPECT_EQ(reading.Take(ListOf({kWeb, kDb})), "db Running, web again");
}

TEST(PodListReader, SaysWhereInTheWholeTextAnErrorIs) {
  const std::string begin = R"({"kind":"PodList","items":[)";
  const struct {
    const char* what;
    std::string before;  // all up to the wrong byte
    std::string after;
  } cases[] = {
      {"in the first", begin + R"({"metadata":x)", "}]}"},
      {"in a later one", begin + kWeb + "," + kDb + R"(,{"metadata":x)", "}]}"},
      {"in two", begin + kWeb + R"(,{"metadata":x)", R"(},{"metadata":y}]})"},
      {"between them", begin + kWeb + "x", "," + kDb + "]}"},
      {"between them, then in one", begin + kWeb + "x", R"(,{"metadata":y}]})"},
      {"no comma", begin + kWeb + "{", kDb.substr(1) + "]}"},
      {"behind them", begin + kWeb + "," + kDb + "],x", "}"},
      {"before them", R"({"kind":x)", R"(,"items":[)" + kWeb + R"(,{"metadata":y}]})"},
      {"brackets that do not match", begin + kWeb + R"(,{"a":[})", "]}"},
  };
  for (const auto& c : cases) {
    const std::string want =
        "byte " + std::to_string(c.before.size()) + ": no valid JSON near a string";
    // Where the pods are known it is the same.
    Reading reading;
    EXPECT_EQ(reading.Take(c.before + c.after), want) << c.what;
    reading.Take(ListOf({kWeb, kDb}));
    EXPECT_EQ(reading.Take(c.before + c.after), want) << c.what;
  }
}

TEST(PodListReader, ItemsUnderAnEscapedNameAreReadToo) {
  Reading reading;
  const std::string list = R"({"kind":"PodList","\u0069tems":[)" + kWeb + "]}";
  EXPECT_EQ(reading.Take(list), "web Running");
  EXPECT_EQ(reading.Take(list), "web Running");
}

}  // namespace
}  // namespace podprobe

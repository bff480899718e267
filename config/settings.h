#ifndef PODPROBE_CONFIG_SETTINGS_H_
#define PODPROBE_CONFIG_SETTINGS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

namespace podprobe {

// What the value of a key is and where in the configuration it goes.

struct TextSetting {
  std::string* value;
  std::string_view must_begin_with;
};

struct SwitchSetting {
  bool* value;
  // Why it cannot be false; empty: it can.
  std::string_view no_false_because;
};

struct DurationSetting {
  double* seconds;
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
  bool may_be_zero = false;  // although zero is below the minimum
};

struct CountSetting {
  std::variant<double*, std::size_t*> value;
  double min;
  double max;
};

// A share: above 0 and at most 1.
struct RatioSetting {
  double* value;
};

// One of several words.
struct ChoiceSetting {
  struct Refused {
    std::string_view name;
    std::string_view why;
  };

  std::vector<std::string_view> names;
  std::function<void(std::size_t)> choose;  // takes the index of the name
  std::vector<Refused> refused = {};        // words that mean something, but are not for us
};

struct BytesSetting {
  std::size_t* bytes;
  std::size_t min;
  std::size_t max;
};

struct WindowsSetting {
  std::vector<WindowConfig>* windows;
};

struct TextListSetting {
  std::vector<std::string>* values;
  std::size_t max_count;
};

using Setting =
    std::variant<TextSetting, SwitchSetting, DurationSetting, CountSetting, RatioSetting,
                 ChoiceSetting, BytesSetting, WindowsSetting, TextListSetting>;

struct KeyedSetting {
  std::string key;  // "kubelet.tls_config.ca_file"
  Setting setting;
};

// Every key there is. The settings point into `config`, which must outlive them.
std::vector<KeyedSetting> SettingsOf(Config* config);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_SETTINGS_H_

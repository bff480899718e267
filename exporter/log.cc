#include "exporter/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "exporter/exposition/utf8.h"

namespace podprobe {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

LogFormat configured_format = LogFormat::kLogfmt;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string Timestamp(double unix_seconds) {
  const absl::Time time = absl::FromUnixMillis(std::llround(unix_seconds * 1000));
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// Quoted where a reader of key=value pairs could mistake it; what is not UTF-8 is told in hex, for
// readers of logs give up at it.
std::string LogfmtValue(std::string_view value) {
  bool is_plain = !value.empty();
  std::string quoted = "\"";
  for (std::size_t i = 0; i < value.size();) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t length = Utf8CharacterBytes(value.substr(i));
    if (length > 1) {
      quoted += value.substr(i, length);
      i += length;
      continue;
    }
    ++i;
    const bool is_hex = length == 0 || byte < ' ' || byte == 0x7f;
    if (is_hex || c == ' ' || c == '"' || c == '=' || c == '\\') is_plain = false;
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (is_hex) {
      constexpr char kHex[] = "0123456789abcdef";
      quoted += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      quoted += c;
    }
  }
  return is_plain ? std::string(value) : quoted + "\"";
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::optional<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "logfmt") return LogFormat::kLogfmt;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

void SetUpLogging(LogLevel level, LogFormat format) {
  configured_format = format;
  auto logger = std::make_shared<spdlog::logger>("podprobe",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void Log(LogLevel level, std::string_view message, const std::vector<LogField>& fields) {
  if (!spdlog::should_log(ToSpdlog(level))) return;
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  spdlog::log(ToSpdlog(level), "{}", FormatLogLine(configured_format, now, level, message, fields));
}

std::string FormatLogLine(LogFormat format, double unix_seconds, LogLevel level,
                          std::string_view message, const std::vector<LogField>& fields) {
  const std::string_view level_name = kLevelNames[static_cast<std::size_t>(level)];
  if (format == LogFormat::kJson) {
    nlohmann::ordered_json line;
    line["ts"] = Timestamp(unix_seconds);
    line["level"] = level_name;
    line["msg"] = message;
    for (const LogField& field : fields) line[std::string(field.key)] = field.value;
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  std::string line = "ts=" + Timestamp(unix_seconds) + " level=" + std::string(level_name) +
                     " msg=" + LogfmtValue(message);
  for (const LogField& field : fields) {
    line.append(1, ' ').append(field.key).append(1, '=').append(LogfmtValue(field.value));
  }
  return line;
}

}  // namespace podprobe

#ifndef PODPROBE_EXPORTER_LOG_H_
#define PODPROBE_EXPORTER_LOG_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

std::optional<LogLevel> ParseLogLevel(std::string_view name);
std::optional<LogFormat> ParseLogFormat(std::string_view name);

struct LogField {
  std::string_view key;
  std::string value;
};

// One line on standard error per event:
//   ts=2026-11-23T19:11:28.731Z level=warn msg="source failed" source=pods
// Safe from any thread; SetUpLogging is called once, before the others.
void SetUpLogging(LogLevel level, LogFormat format);
void Log(LogLevel level, std::string_view message, const std::vector<LogField>& fields = {});

// The line without its end, for the given time.
std::string FormatLogLine(LogFormat format, double unix_seconds, LogLevel level,
                          std::string_view message, const std::vector<LogField>& fields);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_LOG_H_

#ifndef PODPROBE_EXPORTER_WEB_SPARKLINE_H_
#define PODPROBE_EXPORTER_WEB_SPARKLINE_H_

#include <string>

#include "exporter/health/snapshot.h"
#include "exporter/web/html.h"

namespace podprobe {

// A probe's last hour in words: "failures in 3 of 58 min". Empty where it had no attempts.
std::string HourWords(const LastHour& hour);

// And as a small picture: a column for each minute, now at the right, with the share that
// succeeded at the bottom and the share that failed on top of it. Minutes without attempts stay
// empty. Writes nothing where the whole hour is.
void AppendSparkline(const LastHour& hour, Html* html);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_SPARKLINE_H_

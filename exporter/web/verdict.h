#ifndef PODPROBE_EXPORTER_WEB_VERDICT_H_
#define PODPROBE_EXPORTER_WEB_VERDICT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"

namespace podprobe {

// The node in two sentences, for somebody who has just been woken.
struct Verdict {
  bool is_well = true;
  std::size_t ill_pods = 0;
  std::string headline;  // "3 of 29 pods have a probe that does not pass"
  std::string details;   // "2 get no traffic, 1 is being restarted"; may be empty
};

// `snapshot` is null before the first one.
Verdict VerdictOf(const Snapshot* snapshot);

// Why a list of what does not pass, without a filter, is empty.
std::string_view WhyNothingIsListed(const Snapshot& snapshot);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_VERDICT_H_

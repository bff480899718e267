#ifndef PODPROBE_EXPORTER_WEB_PAGE_WORDS_H_
#define PODPROBE_EXPORTER_WEB_PAGE_WORDS_H_

#include <string>
#include <string_view>

#include "exporter/health/condition.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// What the pages for people say, in their words.

// A length of time in its largest two units: "45 s", "3 min", "2 h 5 min", "3 d 4 h".
std::string DurationWords(double seconds);
// A share: "7 %".
std::string PercentWords(double ratio);

std::string_view StateWords(Condition condition);
// What the state means, in a sentence.
std::string_view StateMeaning(Condition condition);
// A name of the metrics that has none here stays as it is.
std::string_view CauseWords(std::string_view cause);
std::string_view ReasonOfRestart(std::string_view reason);
std::string_view SignalWords(std::string_view signal);
// What is wrong with a probe's settings, and what mends it.
std::string_view RuleWords(std::string_view rule);

// Why a probe does not pass: what its last failures came from. Empty where nothing is known.
std::string_view ReasonWords(const PodSnapshot* pod, const ProbeSnapshot& probe,
                             const ContainerProbe& container);
// Its run of failures: "7 failures in a row". Empty where there is none.
std::string RunWords(const ContainerProbe& container);
// Both in one line.
std::string WhyWords(const PodSnapshot* pod, const ProbeSnapshot& probe,
                     const ContainerProbe& container);

// What the kubelet does next, without the time: "restart". Empty where nothing is known.
std::string_view NextWords(const ProbeSnapshot& probe, const ContainerProbe& container);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_PAGE_WORDS_H_

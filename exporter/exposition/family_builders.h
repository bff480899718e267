#ifndef PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_
#define PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_

#include "exporter/exposition/metric_family.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// One function for each row of the metric table: appends that family's metrics
// in the snapshot's order. Nothing is appended for a value that is absent.

void AppendAttempts(const Snapshot& snapshot, MetricFamily* family);
void AppendFailures(const Snapshot& snapshot, MetricFamily* family);
void AppendSuccessRatio(const Snapshot& snapshot, MetricFamily* family);
void AppendNearTimeoutRatio(const Snapshot& snapshot, MetricFamily* family);
void AppendTimeoutHeadroomRatio(const Snapshot& snapshot, MetricFamily* family);
void AppendStartupBudgetUsedRatio(const Snapshot& snapshot, MetricFamily* family);
void AppendFailureCauses(const Snapshot& snapshot, MetricFamily* family);
void AppendEvidenceRatio(const Snapshot& snapshot, MetricFamily* family);
void AppendConsecutiveFailures(const Snapshot& snapshot, MetricFamily* family);
void AppendTimeToAction(const Snapshot& snapshot, MetricFamily* family);
void AppendFailingSince(const Snapshot& snapshot, MetricFamily* family);
void AppendLastSuccess(const Snapshot& snapshot, MetricFamily* family);
void AppendState(const Snapshot& snapshot, MetricFamily* family);
void AppendContainerRestarts(const Snapshot& snapshot, MetricFamily* family);
void AppendUnreadyTransitions(const Snapshot& snapshot, MetricFamily* family);
void AppendUnreadySeconds(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecPeriod(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecTimeout(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecFailureThreshold(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecSuccessThreshold(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecInfo(const Snapshot& snapshot, MetricFamily* family);
void AppendSpecFinding(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeProbes(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeContainers(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeProbeDuration(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeProbedWorkloads(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeFailingWorkloads(const Snapshot& snapshot, MetricFamily* family);
void AppendNodeIncident(const Snapshot& snapshot, MetricFamily* family);
void AppendEvidenceMissing(const Snapshot& snapshot, MetricFamily* family);
void AppendPodsStatusStale(const Snapshot& snapshot, MetricFamily* family);
void AppendSeries(const Snapshot& snapshot, MetricFamily* family);
void AppendSeriesDropped(const Snapshot& snapshot, MetricFamily* family);
void AppendKubeletRestarts(const Snapshot& snapshot, MetricFamily* family);
void AppendKubeletStartTime(const Snapshot& snapshot, MetricFamily* family);
void AppendKubeletTlsVerified(const Snapshot& snapshot, MetricFamily* family);
void AppendKubeletPodLabelTruncated(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceUp(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceLastSuccess(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceDuration(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceBytes(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceSamples(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceParseErrors(const Snapshot& snapshot, MetricFamily* family);
void AppendSourceErrors(const Snapshot& snapshot, MetricFamily* family);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_

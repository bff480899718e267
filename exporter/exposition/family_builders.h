#ifndef PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_
#define PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_

#include "exporter/exposition/metric_family.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// One function for each row of the metric table: appends that family's metrics
// in the snapshot's order. Nothing is appended for a value that is absent.

void AppendAttempts(const Snapshot& snapshot, MetricSink* sink);
void AppendFailures(const Snapshot& snapshot, MetricSink* sink);
void AppendSuccessRatio(const Snapshot& snapshot, MetricSink* sink);
void AppendNearTimeoutRatio(const Snapshot& snapshot, MetricSink* sink);
void AppendTimeoutHeadroomRatio(const Snapshot& snapshot, MetricSink* sink);
void AppendStartupBudgetUsedRatio(const Snapshot& snapshot, MetricSink* sink);
void AppendFailureCauses(const Snapshot& snapshot, MetricSink* sink);
void AppendEvidenceRatio(const Snapshot& snapshot, MetricSink* sink);
void AppendConsecutiveFailures(const Snapshot& snapshot, MetricSink* sink);
void AppendTimeToAction(const Snapshot& snapshot, MetricSink* sink);
void AppendFailingSince(const Snapshot& snapshot, MetricSink* sink);
void AppendLastSuccess(const Snapshot& snapshot, MetricSink* sink);
void AppendState(const Snapshot& snapshot, MetricSink* sink);
void AppendContainerRestarts(const Snapshot& snapshot, MetricSink* sink);
void AppendUnreadyTransitions(const Snapshot& snapshot, MetricSink* sink);
void AppendUnreadySeconds(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecPeriod(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecTimeout(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecFailureThreshold(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecSuccessThreshold(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecInfo(const Snapshot& snapshot, MetricSink* sink);
void AppendSpecFinding(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeProbes(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeContainers(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeProbeDuration(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeProbedWorkloads(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeFailingWorkloads(const Snapshot& snapshot, MetricSink* sink);
void AppendNodeIncident(const Snapshot& snapshot, MetricSink* sink);
void AppendEvidenceMissing(const Snapshot& snapshot, MetricSink* sink);
void AppendPodsStatusStale(const Snapshot& snapshot, MetricSink* sink);
void AppendSeries(const Snapshot& snapshot, MetricSink* sink);
void AppendSeriesDropped(const Snapshot& snapshot, MetricSink* sink);
void AppendKubeletRestarts(const Snapshot& snapshot, MetricSink* sink);
void AppendKubeletStartTime(const Snapshot& snapshot, MetricSink* sink);
void AppendKubeletTlsVerified(const Snapshot& snapshot, MetricSink* sink);
void AppendKubeletPodLabelTruncated(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceUp(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceLastSuccess(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceDuration(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceBytes(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceSamples(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceParseErrors(const Snapshot& snapshot, MetricSink* sink);
void AppendSourceErrors(const Snapshot& snapshot, MetricSink* sink);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_FAMILY_BUILDERS_H_

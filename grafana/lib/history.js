// Panels over time that the dashboards of workloads and of one pod share.
'use strict';

const { CAUSE_COLOURS } = require('./causes');
const { series } = require('./panels');
const { REASON_COLOURS } = require('./restarts');

// Rates of a counter that moves now and then, per minute, without the series that stand still.
const perMinute = (counter, labels, selector) =>
  `60 * sum by (${labels}) (rate(${counter}{${selector}}[$__rate_interval])) > 0`;

function failuresByCause(selector, options = {}) {
  return series({
    title: 'Failures per minute, by likely cause',
    description:
      'Why probes failed, by what the exporter saw around each failure. Evidence, not proof. ' +
      'startup and terminating are how pods come and go.',
    unit: 'short',
    min: 0,
    stacked: true,
    queries: [[perMinute('podprobe_failure_causes_total', 'cause', selector), '{{cause}}']],
    colours: CAUSE_COLOURS,
    ...options,
  });
}

function restartsByReason(selector, options = {}) {
  return series({
    title: 'Container restarts per minute, by reason',
    description:
      "liveness and startup are the kubelet's doing, after a probe reached its threshold; " +
      "oom_killed, error and completed the container's own.",
    unit: 'short',
    min: 0,
    stacked: true,
    queries: [[perMinute('podprobe_container_restarts_total', 'reason', selector), '{{reason}}']],
    colours: REASON_COLOURS,
    ...options,
  });
}

module.exports = { failuresByCause, perMinute, restartsByReason };

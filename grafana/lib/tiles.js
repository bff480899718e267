// Tiles that more than one dashboard begins with.
'use strict';

const { stat } = require('./panels');
const { STATE_WORDS, seen, stateMappings, stateRank } = require('./states');

function worstState(selector) {
  return stat({
    title: 'Worst state',
    description: `The state of the worst probe now. ${STATE_WORDS}`,
    unit: 'none',
    expr:
      `max(${stateRank('cluster, namespace, pod', selector)})\n` +
      `or 0 * count(${seen(`podprobe_attempts_total{${selector}}`)})`,
    mappings: stateMappings(),
    noValue: 'nothing seen',
  });
}

function failingFor(selector) {
  return stat({
    title: 'Failing for',
    description:
      'Time since the first failure of the oldest run of failures that goes on. A container or ' +
      'kubelet restart does not end a run, only a success does.',
    unit: 's',
    decimals: 1,
    expr: `time() - min(podprobe_failing_since_timestamp_seconds{${selector}})`,
    thresholds: [
      [null, 'green'],
      [0, 'orange'],
      [300, 'red'],
    ],
    noValue: 'not failing',
  });
}

function nextAction(selector) {
  return stat({
    title: 'Kubelet acts in',
    description:
      'Time until the kubelet restarts a container or takes a pod out of service, if its probe ' +
      'goes on to fail. Where nothing stands it has acted already, or nothing is close.',
    unit: 's',
    decimals: 0,
    expr: `min(podprobe_time_to_action_seconds{${selector}})`,
    thresholds: [
      [null, 'green'],
      [0, 'red'],
      [30, 'orange'],
      [120, 'green'],
    ],
    noValue: 'nothing due',
  });
}

function probeSuccess(selector) {
  const steady = (counter) => `sum(increase(${counter}{${selector}, phase="steady"}[$__range]))`;
  return stat({
    title: 'Probe success',
    description:
      'Share of the probes that succeeded in the time range, without the failures of starting ' +
      'and terminating pods.',
    unit: 'percentunit',
    decimals: 2,
    expr: `1 - ${steady('podprobe_failures_total')}\n  / (${steady('podprobe_attempts_total')} > 0)`,
    thresholds: [
      [null, 'text'],
      [0, 'red'],
      [0.99, 'orange'],
      [0.999, 'green'],
    ],
    noValue: 'no probes seen',
  });
}

function restarts(selector) {
  return stat({
    title: 'Restarts',
    description:
      'Container restarts in the time range, for any reason. The panel of restarts tells the ' +
      'reasons.',
    unit: 'short',
    decimals: 0,
    expr: `sum(increase(podprobe_container_restarts_total{${selector}}[$__range])) or vector(0)`,
    thresholds: [
      [null, 'green'],
      [1, 'orange'],
    ],
  });
}

function unready(selector) {
  return stat({
    title: 'Unready',
    description:
      'Time in the time range for which pods that had been ready were not, added up over the ' +
      'pods. Each pod counts from its start on.',
    unit: 's',
    decimals: 0,
    expr: `sum(increase(podprobe_unready_seconds_total{${selector}}[$__range])) or vector(0)`,
    thresholds: [
      [null, 'green'],
      [1, 'orange'],
    ],
  });
}

module.exports = { failingFor, nextAction, probeSuccess, restarts, unready, worstState };

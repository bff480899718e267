// Reasons of container restarts in words, with one colour each on all dashboards.
'use strict';

const REASONS = {
  liveness: ['liveness probe', 'red'],
  startup: ['startup probe', 'orange'],
  oom_killed: ['out of memory', 'dark-red'],
  error: ['its own error', 'yellow'],
  completed: ['it ended', 'blue'],
  unknown: ['unknown', 'text'],
};

const REASON_COLOURS = Object.fromEntries(
  Object.entries(REASONS).map(([reason, [, colour]]) => [reason, colour]),
);

function reasonMappings() {
  const options = {};
  Object.entries(REASONS).forEach(([reason, [text]], index) => {
    options[reason] = { text, index };
  });
  return [{ type: 'value', options }];
}

const restartsInRange = (labels, selector) =>
  `sum by (${labels}) (increase(podprobe_container_restarts_total{${selector}}[$__range])) > 0`;

// PromQL: the label `reason` of most restarts in the time range, by these labels.
const mainReason = (labels, selector) =>
  `topk by (${labels}) (1, ${restartsInRange(`${labels}, reason`, selector)})`;

module.exports = { REASON_COLOURS, mainReason, reasonMappings, restartsInRange };

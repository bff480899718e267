// Causes in words, with one colour each on all dashboards.
'use strict';

const CAUSES = {
  oom_killed: ['out of memory', 'dark-red'],
  node_wide: ['the node, or what it shares', 'dark-purple'],
  cpu_throttling: ['throttled by its CPU limit', 'dark-orange'],
  memory_pressure: ['memory nearly full', 'red'],
  cpu_pressure: ['waits for CPU', 'orange'],
  io_pressure: ['waits for I/O', 'light-orange'],
  slow_response: ['answers near its timeout', 'yellow'],
  unexplained: ['unexplained: see its log', 'super-light-red'],
  kubelet_restart: ['the kubelet restarted', 'purple'],
  startup: ['it is starting', 'blue'],
  terminating: ['it is terminating', 'light-blue'],
};
// Starting and stopping are life, not illness.
const LIFE = 'startup|terminating';

const CAUSE_COLOURS = Object.fromEntries(
  Object.entries(CAUSES).map(([cause, [, colour]]) => [cause, colour]),
);

// Value mappings of causes to words; `coloured`: with their colours, for a tile.
function causeMappings({ coloured = false } = {}) {
  const options = {};
  Object.entries(CAUSES).forEach(([cause, [text, color]], index) => {
    options[cause] = coloured ? { text, color, index } : { text, index };
  });
  return [{ type: 'value', options }];
}

const failures = (labels, selector) =>
  `sum by (${labels}, cause) (increase(podprobe_failure_causes_total{${selector}}[$__range])) > 0`;

// PromQL: the label `cause` of most failures in the time range, by these labels. Starting and terminating
// count only for what does not pass now.
function likelyCause(labels, selector) {
  return (
    `topk by (${labels}) (1, ${failures(labels, `${selector}, cause!~"${LIFE}"`)})\n` +
    `or on (${labels}) topk by (${labels}) (1, ${failures(labels, selector)})\n` +
    `  and on (${labels}) podprobe_state{${selector}}`
  );
}

module.exports = { CAUSE_COLOURS, LIFE, causeMappings, likelyCause };

// The states of probes as numbers, worst highest, so that tables sort by them and timelines colour them.
'use strict';

const { CONTAINER } = require('./selectors');

const PASSING = 0;
const inLoop = (selector) =>
  `(podprobe_state{${selector}, state="not_running"} and on (${CONTAINER})\n` +
  `    sum by (${CONTAINER}) (increase(podprobe_container_restarts_total{${selector}}[15m])) > 1.5)`;
const inState = (matchers) => (selector) => `podprobe_state{${selector}, ${matchers}}`;

// [rank, text, colour, PromQL of the probes in it, given a selector]
const STATES = [
  [7, 'restarting', 'dark-red', inState('state="acting", probe_type!="Readiness"')],
  [6, 'no traffic', 'red', inState('state="acting", probe_type="Readiness"')],
  [5, 'crash loop', 'dark-orange', inLoop],
  [4, 'not running', 'orange', inState('state="not_running"')],
  [3, 'stalled', 'purple', inState('state="stalled"')],
  [2, 'failing', 'yellow', inState('state="failing"')],
  [1, 'starting', 'blue', inState('state="initializing"')],
];

// What the texts mean, for descriptions.
const STATE_WORDS =
  '*restarting*: the failure threshold is reached and the kubelet is killing the container; *no traffic*: it is ' +
  'reached and the pod is out of service; *crash loop*: not running, and restarted at least twice in a quarter of an ' +
  'hour; *not running*: there is no container to probe (its image is missing, it is not made yet); *stalled*: the probe ' +
  'cannot be carried out, as with a missing command; *failing*: below its threshold; *starting*: no success yet.';

// PromQL: the number of the worst state of the selected probes, by these labels; those that pass are absent.
function stateRank(labels, selector) {
  const byRank = STATES.map(
    ([rank, , , probes]) => `max by (${labels}) (${rank} * ${probes(selector)})`,
  );
  return byRank.join(`\nor on (${labels}) `);
}

// PromQL: of a vector, what comes from exporters that can read the probes. Where they cannot, the states are
// away, and that is no passing.
const seen = (vector) =>
  `(${vector}\n    and on (cluster, instance) (podprobe_source_up{cluster=~"$cluster", source="probes"} == 1))`;

// Value mappings of those numbers.
function stateMappings() {
  const options = { [PASSING]: { text: 'passing', color: 'green', index: STATES.length } };
  STATES.forEach(([rank, text, color], index) => {
    options[rank] = { text, color, index };
  });
  return [{ type: 'value', options }];
}

module.exports = { STATE_WORDS, seen, stateRank, stateMappings };

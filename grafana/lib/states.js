// The states of probes as numbers, worst highest, so that tables sort by them and timelines colour them.
'use strict';

const PASSING = 0;
// [rank, text, colour, labels of podprobe_state]
const STATES = [
  [6, 'restarting', 'dark-red', 'state="acting", probe_type!="Readiness"'],
  [5, 'no traffic', 'red', 'state="acting", probe_type="Readiness"'],
  [4, 'not running', 'orange', 'state="not_running"'],
  [3, 'stalled', 'purple', 'state="stalled"'],
  [2, 'failing', 'yellow', 'state="failing"'],
  [1, 'starting', 'blue', 'state="initializing"'],
];

// What the texts mean, for descriptions.
const STATE_WORDS =
  '*restarting*: the failure threshold is reached and the kubelet is killing the container; *no traffic*: it is ' +
  'reached and the pod is out of service; *not running*: there is no container to probe (crash loop, image, ' +
  'not made yet); *stalled*: the probe cannot be carried out, as with a missing command; *failing*: below ' +
  'its threshold; *starting*: no success yet.';

// PromQL: the number of the worst state of the selected probes, by these labels; those that pass are absent.
function stateRank(labels, selector) {
  const terms = STATES.map(([rank, , , state]) => `${rank} * podprobe_state{${selector}, ${state}}`);
  return `max by (${labels}) (\n  ${terms.join('\n  or ')}\n)`;
}

// Value mappings of those numbers.
function stateMappings() {
  const options = { [PASSING]: { text: 'passing', color: 'green', index: STATES.length } };
  STATES.forEach(([rank, text, color], index) => {
    options[rank] = { text, color, index };
  });
  return [{ type: 'value', options }];
}

module.exports = { STATES, STATE_WORDS, stateRank, stateMappings };

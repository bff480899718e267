// The columns of a table of probes, one row each: what it is, since when, why, and what comes next.
'use strict';

const { LIFE, causeMappings, likelyCause } = require('./causes');
const { column, linkTo } = require('./links');
const { mainReason, reasonMappings } = require('./restarts');
const { CONTAINER, POD_PROBE, PROBE } = require('./selectors');
const { seen, stateMappings, stateRank } = require('./states');

const ACTIONS = [
  {
    type: 'value',
    options: { restart: { text: 'restart', index: 0 }, unready: { text: 'no traffic', index: 1 } },
  },
];

const age = (metric, selector) => `time() - max by (${PROBE}) (${metric}{${selector}})`;

// With `withPassing` also the probes that pass now and failed in the time range; of those the container is
// not known. `names`: the columns that tell rows apart, in order.
function probeColumns(selector, names, { withPassing }) {
  const failures = `increase(podprobe_failure_causes_total{${selector}, pod!="", cause!~"${LIFE}"}[$__range])`;
  const failed = `sum by (${POD_PROBE}) (${seen(failures)}) > 0`;
  const passing = `\nor 0 * (${failed}\n  unless on (${POD_PROBE}) podprobe_state{${selector}})`;
  const toPod = linkTo('pod', 'Pod', {
    cluster: column('Cluster'),
    namespace: column('Namespace'),
    workload: column('Workload'),
    pod: column('Pod'),
  });
  const identity = {
    cluster: { name: 'Cluster', label: 'cluster', width: 95 },
    namespace: { name: 'Namespace', label: 'namespace', width: 120 },
    workload: { name: 'Workload', label: 'workload', width: 130 },
    pod: { name: 'Pod', label: 'pod', minWidth: 210, links: [toPod] },
    container: {
      name: 'Container',
      label: 'container',
      width: names.includes('pod') ? 95 : undefined,
    },
    probe_type: { name: 'Probe', label: 'probe_type', width: 90 },
  };
  const hidden = Object.keys(identity).filter((name) => !names.includes(name));
  return [
    {
      name: 'State',
      expr: stateRank(PROBE, selector) + (withPassing ? passing : ''),
      mappings: stateMappings(),
      cell: 'color-background',
      width: 110,
      align: 'left',
    },
    ...names.map((name) => identity[name]),
    {
      name: 'Failing for',
      expr: age('podprobe_failing_since_timestamp_seconds', selector),
      unit: 's',
      decimals: 0,
      width: 100,
    },
    {
      name: 'Likely cause',
      label: 'cause',
      width: 200,
      mappings: causeMappings(),
    },
    {
      expr:
        `max by (${PROBE}, cause) (podprobe_state{${selector}} * on (${POD_PROBE}) group_left (cause)\n` +
        `  (${likelyCause(POD_PROBE, selector)}))` +
        (withPassing
          ? `\nor (${likelyCause(POD_PROBE, selector)})\n  unless on (${POD_PROBE}) podprobe_state{${selector}}`
          : ''),
    },
    {
      name: 'In a row',
      expr: `max by (${PROBE}) (podprobe_consecutive_failures{${selector}})`,
      unit: 'none',
      width: 80,
    },
    {
      name: 'of',
      expr: `max by (${PROBE}) (podprobe_spec_failure_threshold{${selector}})`,
      unit: 'none',
      width: 50,
    },
    { name: 'Next', label: 'action', width: 90, mappings: ACTIONS },
    {
      name: 'in',
      expr: `min by (${PROBE}, action) (podprobe_time_to_action_seconds{${selector}})`,
      unit: 's',
      decimals: 0,
      width: 60,
    },
    {
      name: 'Last success',
      expr: age('podprobe_last_success_timestamp_seconds', selector),
      unit: 's',
      decimals: 0,
      width: 110,
    },
    {
      name: 'Restarts',
      expr:
        `max by (${PROBE}, reason) (podprobe_state{${selector}} * on (${CONTAINER}) group_left (reason)\n` +
        `  ${mainReason(CONTAINER, selector)})`,
      unit: 'none',
      decimals: 0,
      width: 80,
    },
    { name: 'by', label: 'reason', width: 105, mappings: reasonMappings() },
    ...hidden.map((name) => ({ label: name })),
  ];
}

module.exports = { ACTIONS, probeColumns };

// The life of one pod's probes.
'use strict';

const { causeMappings, likelyCause } = require('./lib/causes');
const { dashboard, labelVariable } = require('./lib/frame');
const { failuresByCause, restartsByReason } = require('./lib/history');
const { row, series, stat, table, timeline } = require('./lib/panels');
const { probeColumns } = require('./lib/probe_columns');
const { ONE_POD, PROBE } = require('./lib/selectors');
const { STATE_WORDS, seen, stateMappings, stateRank } = require('./lib/states');
const { failingFor, nextAction, restarts, unready, worstState } = require('./lib/tiles');

const ROW = 'container, probe_type';

// Probes that did not pass at some time of the range, by container: all their life, passing in between. The
// counters tell that the pod was there.
const EVER_BAD = `max_over_time(podprobe_state{${ONE_POD}}[$__range] @ end())`;
const SEEN = seen(`podprobe_attempts_total{${ONE_POD}}`);
const LIFE_OF_BAD =
  `${stateRank(ROW, ONE_POD)}\n` +
  `or 0 * (count by (${ROW}) (${EVER_BAD})\n  and on (probe_type) ${SEEN})`;
// The other types of probes, of all containers together.
const LIFE_OF_GOOD = `0 * count by (probe_type) (${SEEN}\n  unless on (probe_type) ${EVER_BAD})`;

const perProbe = (metric) => `max by (${ROW}) (${metric}{${ONE_POD}})`;

const panels = [
  worstState(ONE_POD),
  failingFor(ONE_POD),
  stat({
    title: 'Likely cause',
    description:
      'What most of the failures in the time range were put down to, by what the exporter saw ' +
      'around them. Evidence, not proof: the panels of causes and evidence show more.',
    unit: 'string',
    expr: likelyCause('cluster, namespace, pod', ONE_POD),
    label: 'cause',
    mappings: causeMappings({ coloured: true }),
    thresholds: [[null, 'green']],
    noValue: 'no failures',
  }),
  nextAction(ONE_POD),
  restarts(ONE_POD),
  unready(ONE_POD),
  timeline({
    title: 'State of each probe',
    description:
      `${STATE_WORDS} A probe that never failed in the time range has one bar for all containers; a gap is time in which ` +
      'the exporter could not see.',
    unit: 'none',
    height: 7,
    mappings: stateMappings(),
    queries: [
      [LIFE_OF_BAD, '{{probe_type}} {{container}}'],
      [LIFE_OF_GOOD, '{{probe_type}}'],
    ],
  }),
  table({
    title: 'Probes that do not pass',
    description:
      '*In a row … of* is the run of failures and the threshold at which the kubelet acts; *next ' +
      '… in* what it does then. Empty while all probes pass.',
    height: 6,
    sort: [['State', true]],
    columns: probeColumns(ONE_POD, ['container', 'probe_type'], { withPassing: false }),
  }),
  row('Why'),
  failuresByCause(ONE_POD, { width: 8 }),
  series({
    title: 'Evidence',
    description:
      'What was measured of the container while its probe failed: throttled CFS periods, working ' +
      'set against the memory limit, time waiting for CPU, memory or I/O. Absent while nothing ' +
      'fails, and for what the kubelet does not measure.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    width: 8,
    queries: [
      [
        `max by (container, signal) (podprobe_evidence_ratio{${ONE_POD}})`,
        '{{signal}} {{container}}',
      ],
    ],
  }),
  restartsByReason(ONE_POD, { width: 8 }),
  row('How bad, and what comes next'),
  series({
    title: 'Success ratio',
    description:
      'Share of the steady attempts that succeeded, over five minutes and over an hour (dashed).',
    unit: 'percentunit',
    min: 0,
    max: 1,
    width: 8,
    queries: [
      [
        `max by (probe_type, window) (podprobe_success_ratio{${ONE_POD}})`,
        '{{probe_type}} {{window}}',
      ],
    ],
    dashed: ['/ 1h$/'],
  }),
  series({
    title: 'Failures in a row, of the threshold',
    description:
      'How far each run of failures has come: at the line the kubelet restarts the container or ' +
      'takes the pod out of service, and there the curve ends. The run of a liveness probe ' +
      'begins again with each container.',
    unit: 'percentunit',
    min: 0,
    max: 1.05,
    line: 1,
    width: 8,
    queries: [
      [
        `clamp_max(${perProbe('podprobe_consecutive_failures')}\n` +
          `  / ${perProbe('podprobe_spec_failure_threshold')}, 1)`,
        '{{probe_type}} {{container}}',
      ],
    ],
  }),
  series({
    title: 'Forecast: time until the kubelet acts',
    description:
      'Falls while a probe fails; at 0 the kubelet restarts the container or takes the pod out ' +
      'of service. Absent while the probe passes and after the kubelet has acted.',
    unit: 's',
    min: 0,
    width: 8,
    points: true,
    queries: [
      [
        `min by (container, probe_type, action) (podprobe_time_to_action_seconds{${ONE_POD}})`,
        '{{action}} by {{probe_type}} {{container}}',
      ],
    ],
  }),
  series({
    title: 'Duration against the timeout',
    description:
      'Of the successes in five minutes: how much of the timeout the slowest per cent used, once ' +
      'that is more than half, and the share that needed more than about half. At the line the ' +
      'answer comes just in time. The kubelet measures no failures.',
    unit: 'percentunit',
    min: 0,
    max: 1.05,
    line: 1,
    width: 8,
    queries: [
      [
        `1 - min by (probe_type) (podprobe_timeout_headroom_ratio{${ONE_POD}})`,
        '{{probe_type}} timeout used by the slowest 1 %',
      ],
      [
        `max by (probe_type) (podprobe_near_timeout_ratio{${ONE_POD}})`,
        '{{probe_type}} share of slow successes',
      ],
    ],
    dashed: ['/slow successes$/'],
  }),
  series({
    title: 'Startup budget used',
    description:
      'Time since the container’s start as a share of what its startup probe allows. At the line ' +
      'the kubelet kills it. Only while it starts.',
    unit: 'percentunit',
    min: 0,
    max: 1.05,
    line: 1,
    width: 8,
    queries: [
      [`max by (container) (podprobe_startup_budget_used_ratio{${ONE_POD}})`, '{{container}}'],
    ],
  }),
  series({
    title: 'Unready over time',
    description:
      'Share of the time that the pod was unready after its start, and (at the right) how often ' +
      'per minute it became so.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    width: 8,
    queries: [
      [`sum(rate(podprobe_unready_seconds_total{${ONE_POD}}[$__rate_interval]))`, 'unready'],
      [
        `60 * sum(rate(podprobe_unready_transitions_total{${ONE_POD}}[$__rate_interval]))`,
        'ready to unready per minute',
      ],
    ],
    dashed: ['/per minute$/'],
    right: '/per minute$/',
  }),
  row('Settings'),
  table({
    title: 'Settings of the probes that do not pass',
    description:
      'As they stand in the pod: what it asks, how often, how long it waits, after how many ' +
      'results it changes its mind. With `series.spec: all` the exporter serves them for all ' +
      'probes.',
    width: 14,
    height: 6,
    columns: [
      { name: 'Container', label: 'container' },
      { name: 'Probe', label: 'probe_type', width: 90 },
      { name: 'Asks by', label: 'handler', width: 100 },
      {
        expr: `max by (${PROBE}, handler) (podprobe_spec_info{${ONE_POD}})`,
      },
      {
        name: 'Every',
        expr: `max by (${PROBE}) (podprobe_spec_period_seconds{${ONE_POD}})`,
        unit: 's',
        width: 70,
      },
      {
        name: 'Timeout',
        expr: `max by (${PROBE}) (podprobe_spec_timeout_seconds{${ONE_POD}})`,
        unit: 's',
        width: 80,
      },
      {
        name: 'Failures to act',
        expr: `max by (${PROBE}) (podprobe_spec_failure_threshold{${ONE_POD}})`,
        unit: 'none',
        width: 120,
      },
      {
        name: 'Successes to pass',
        expr: `max by (${PROBE}) (podprobe_spec_success_threshold{${ONE_POD}})`,
        unit: 'none',
        width: 140,
      },
      { label: 'cluster' },
      { label: 'namespace' },
      { label: 'workload' },
      { label: 'pod' },
    ],
  }),
  table({
    title: 'Settings that break a rule',
    description:
      'Rules for sound probe settings that the workload of this pod breaks; exporter/METRICS.md ' +
      'says what each means.',
    width: 10,
    height: 6,
    columns: [
      { name: 'Container', label: 'container' },
      { name: 'Probe', label: 'probe_type', width: 90 },
      { name: 'Rule', label: 'rule', width: 230 },
      {
        expr:
          'group by (container, probe_type, rule) (podprobe_spec_finding{cluster=~"$cluster", namespace="$namespace"}\n' +
          `  and on (cluster, namespace, workload) podprobe_attempts_total{${ONE_POD}})`,
      },
    ],
  }),
];

module.exports = dashboard({
  name: 'pod',
  title: 'Podprobe / Pod',
  description: 'The life of one pod’s probes: state, causes, evidence, forecast, settings.',
  variables: [
    labelVariable('cluster'),
    labelVariable('namespace', { single: true }),
    labelVariable('workload'),
    labelVariable('pod', { single: true }),
  ],
  alertSelector: ', namespace=~"$namespace|"',
  nodes: {
    selector: 'cluster=~"$cluster"',
    filter: ` and on (cluster, instance) podprobe_attempts_total{${ONE_POD}}`,
  },
  panels,
});

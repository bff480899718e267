// A namespace and its workloads: which pods fail, and how the workloads have done.
'use strict';

const { failedColumn, steady } = require('./lib/failed');
const { dashboard, labelVariable } = require('./lib/frame');
const { failuresByCause, perMinute, restartsByReason } = require('./lib/history');
const { column, label, linkTo } = require('./lib/links');
const { row, series, table } = require('./lib/panels');
const { probeColumns } = require('./lib/probe_columns');
const { WORKLOAD, WORKLOADS } = require('./lib/selectors');
const { STATE_WORDS } = require('./lib/states');
const {
  failingFor,
  nextAction,
  probeSuccess,
  restarts,
  unready,
  worstState,
} = require('./lib/tiles');

const inRange = (counter) => `sum by (${WORKLOAD}) (increase(${counter}{${WORKLOADS}}[$__range]))`;

const steadyRate = (counter) =>
  'sum by (cluster, namespace, workload, probe_type) ' +
  `(rate(${counter}{${WORKLOADS}, phase="steady"}[$__rate_interval]))`;
const SUCCESS =
  `1 - ${steadyRate('podprobe_failures_total')}\n` +
  `  / (${steadyRate('podprobe_attempts_total')} > 0)`;

const toPod = linkTo('pod', 'Pod', {
  namespace: label('namespace'),
  workload: label('workload'),
  pod: label('pod'),
});

const panels = [
  worstState(WORKLOADS),
  failingFor(WORKLOADS),
  nextAction(WORKLOADS),
  probeSuccess(WORKLOADS),
  restarts(WORKLOADS),
  unready(WORKLOADS),
  table({
    title: 'Probes that do not pass, worst first',
    description:
      'A row for each probe that does not pass, and for those that pass now but failed in the time range. ' +
      `${STATE_WORDS} *In a row … of* is the run of failures and the threshold at which the kubelet acts. Click a pod.`,
    height: 12,
    sort: [
      ['State', true],
      ['Failing for', true],
    ],
    columns: probeColumns(
      WORKLOADS,
      ['cluster', 'namespace', 'workload', 'pod', 'container', 'probe_type'],
      { withPassing: true },
    ),
  }),
  row('When it began, and why'),
  series({
    title: 'Probe success, by workload',
    description:
      'Share of the steady probes that succeeded: one line for each workload and type that ' +
      'failed at all. Divided from counters, not averaged over pods.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [[`${SUCCESS} < 1`, '{{workload}} {{probe_type}}']],
    links: [
      linkTo('workload', 'Workload', {
        namespace: label('namespace'),
        workload: label('workload'),
      }),
    ],
  }),
  failuresByCause(WORKLOADS),
  series({
    title: 'Failures per minute, by phase',
    description:
      'steady failures are those of pods that should be serving; startup and terminating are how ' +
      'pods come and go in a rollout.',
    unit: 'short',
    min: 0,
    stacked: true,
    queries: [[perMinute('podprobe_failures_total', 'phase', WORKLOADS), '{{phase}}']],
    colours: { steady: 'red', startup: 'blue', terminating: 'light-blue' },
  }),
  restartsByReason(WORKLOADS),
  row('How the workloads have done'),
  table({
    title: 'Workloads in the time range',
    description:
      'All workloads with probes. Failed is the share of the steady attempts; unready and flaps ' +
      'come from the Ready condition, which the kubelet’s extra readiness runs cannot bend.',
    height: 10,
    sort: [
      ['Failed', true],
      ['Unready', true],
    ],
    columns: [
      failedColumn(WORKLOAD, WORKLOADS),
      { name: 'Cluster', label: 'cluster', width: 95 },
      { name: 'Namespace', label: 'namespace', width: 130 },
      {
        name: 'Workload',
        label: 'workload',
        links: [
          linkTo('workload', 'Workload', {
            cluster: column('Cluster'),
            namespace: column('Namespace'),
            workload: column('Workload'),
          }),
        ],
      },
      { name: 'Type', label: 'workload_type', width: 110 },
      {
        name: 'Attempts',
        expr: steady('podprobe_attempts_total', WORKLOAD, WORKLOADS),
        unit: 'short',
        decimals: 0,
        width: 100,
      },
      {
        name: 'Failures',
        expr: `${steady('podprobe_failures_total', WORKLOAD, WORKLOADS)} > 0`,
        unit: 'short',
        decimals: 0,
        width: 90,
      },
      {
        name: 'Unready',
        expr: `${inRange('podprobe_unready_seconds_total')} > 0`,
        unit: 's',
        decimals: 0,
        width: 100,
      },
      {
        name: 'Flaps',
        expr: `${inRange('podprobe_unready_transitions_total')} > 0`,
        unit: 'none',
        decimals: 0,
        width: 80,
      },
      {
        name: 'Restarts',
        expr: `${inRange('podprobe_container_restarts_total')} > 0`,
        unit: 'none',
        decimals: 0,
        width: 90,
      },
    ],
  }),
  series({
    title: 'Unready pods',
    description:
      'Share of the time that each pod was unready after its start, as a rate: 1 is all the ' +
      'time. Flapping pods go up and down.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [
      [
        `sum by (namespace, workload, pod) (rate(podprobe_unready_seconds_total{${WORKLOADS}}[$__rate_interval])) > 0`,
        '{{pod}}',
      ],
    ],
    links: [toPod],
  }),
  series({
    title: 'Ready to unready, times per minute',
    description: 'How often pods went from ready to unready, also between two scrapes: flapping.',
    unit: 'short',
    min: 0,
    queries: [
      [
        perMinute('podprobe_unready_transitions_total', 'namespace, workload, pod', WORKLOADS),
        '{{pod}}',
      ],
    ],
    links: [toPod],
  }),
  row('What fails next, and what to mend by day'),
  series({
    title: 'Successes close to their timeout',
    description:
      'Share of the successes of the last five minutes that needed more than about half of the ' +
      'timeout. These probes fail when the node gets busier.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    queries: [
      [
        `max by (namespace, workload, pod, probe_type) (podprobe_near_timeout_ratio{${WORKLOADS}}) > 0`,
        '{{pod}} {{probe_type}}',
      ],
    ],
    links: [toPod],
  }),
  table({
    title: 'Settings that break a rule',
    description:
      'The rules for sound probe settings that these workloads break; exporter/METRICS.md says ' +
      'what each means.',
    width: 12,
    height: 8,
    sort: [['Workload', false]],
    columns: [
      { name: 'Cluster', label: 'cluster', width: 95 },
      { name: 'Namespace', label: 'namespace', width: 130 },
      { name: 'Workload', label: 'workload' },
      { name: 'Container', label: 'container', width: 110 },
      { name: 'Probe', label: 'probe_type', width: 90 },
      { name: 'Rule', label: 'rule', width: 250 },
      {
        expr: `group by (${WORKLOAD}, container, probe_type, rule) (podprobe_spec_finding{${WORKLOADS}})`,
      },
      { label: 'workload_type' },
    ],
  }),
];

module.exports = dashboard({
  name: 'workload',
  title: 'Podprobe / Namespace and workload',
  description:
    'Which pods of a namespace or workload fail their probes, since when, why, and what happens ' +
    'next.',
  variables: ['cluster', 'namespace', 'workload', 'node'].map((name) => labelVariable(name)),
  alertSelector: ', namespace=~"$namespace|"',
  panels,
});

// The cluster at a glance: which workloads fail their probes, since when, why, and where to look next.
'use strict';

const { LIFE, causeMappings, likelyCause } = require('./lib/causes');
const { failedColumn, failedShare } = require('./lib/failed');
const { dashboard, labelVariable } = require('./lib/frame');
const { failuresByCause, restartsByReason } = require('./lib/history');
const { column, label, linkTo } = require('./lib/links');
const { bars, row, series, stat, table } = require('./lib/panels');
const { ACTIONS } = require('./lib/probe_columns');
const { mainReason, reasonMappings, restartsInRange } = require('./lib/restarts');
const { NAMESPACES, NODES, WORKLOAD } = require('./lib/selectors');
const { STATE_WORDS, seen, stateMappings, stateRank } = require('./lib/states');
const { probeSuccess } = require('./lib/tiles');

const RED_ABOVE_ZERO = [
  [null, 'green'],
  [1, 'red'],
];
const ORANGE_ABOVE_ZERO = [
  [null, 'green'],
  [1, 'orange'],
];

// Without a label pod (series.level: workload) there are no states, and so none that pass.
const failures = `increase(podprobe_failure_causes_total{${NAMESPACES}, pod!="", cause!~"${LIFE}"}[$__range])`;
const restarts = `increase(podprobe_container_restarts_total{${NAMESPACES}, pod!=""}[$__range])`;

const toWorkload = linkTo('workload', 'Workload', {
  cluster: column('Cluster'),
  namespace: column('Namespace'),
  workload: column('Workload'),
});
const toNamespace = linkTo('workload', 'Namespace', {
  cluster: column('Cluster'),
  namespace: column('Namespace'),
});
const toNode = linkTo('exporter', 'Exporter and kubelet', {
  cluster: column('Cluster'),
  node: column('Node'),
});

const panels = [
  stat({
    title: 'Workloads not passing',
    description:
      'Workloads with a probe that does not pass now, those that only start left out. The table ' +
      'below names them, worst first.',
    unit: 'short',
    expr: `count(count by (${WORKLOAD}) (podprobe_state{${NAMESPACES}, state!="initializing"})) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
  }),
  stat({
    title: 'Pods not passing',
    description: 'Pods with a probe that does not pass now, those that only start left out.',
    unit: 'short',
    expr: `count(count by (cluster, namespace, pod) (podprobe_state{${NAMESPACES}, state!="initializing"})) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
  }),
  probeSuccess(NAMESPACES),
  stat({
    title: 'Restarts by probes',
    description:
      'Containers that the kubelet restarted in the time range because a liveness or startup ' +
      'probe reached its threshold.',
    unit: 'short',
    decimals: 0,
    expr: `sum(increase(podprobe_container_restarts_total{${NAMESPACES}, reason=~"liveness|startup"}[$__range])) or vector(0)`,
    thresholds: ORANGE_ABOVE_ZERO,
  }),
  stat({
    title: 'Node incidents',
    description:
      'Nodes on which at least five workloads and three tenths of all fail together: look at the ' +
      'node, or at what its workloads share, before you look at a pod.',
    unit: 'short',
    expr: `sum(podprobe_node_incident{${NODES}}) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
    links: [linkTo('exporter', 'Exporter and kubelet', {})],
  }),
  stat({
    title: 'Blind nodes',
    description:
      'Nodes whose probes cannot be read now, or whose exporter was there in the time range and ' +
      'is gone (as is a node that was removed): silence from there is no health.',
    unit: 'short',
    expr:
      `count(podprobe_source_up{${NODES}, source="probes"} == 0\n` +
      `  or last_over_time(podprobe_source_up{${NODES}, source="probes"}[$__range])\n` +
      `    unless on (cluster, node) podprobe_source_up{${NODES}, source="probes"}) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
    links: [linkTo('exporter', 'Exporter and kubelet', {})],
  }),
  table({
    title: 'What fails, worst first',
    description:
      'A row for each workload with a probe that does not pass, that failed in the time range, or whose containers ' +
      `restarted. State is that of its worst probe. ${STATE_WORDS} *Likely cause* is evidence, not proof. Click a workload.`,
    height: 14,
    sort: [
      ['State', true],
      ['Failing for', true],
    ],
    columns: [
      {
        name: 'State',
        expr:
          `topk by (${WORKLOAD}) (1, ${stateRank(`${WORKLOAD}, probe_type`, NAMESPACES)})\n` +
          `or on (${WORKLOAD}) 0 * topk by (${WORKLOAD}) (1,\n` +
          `  sum by (${WORKLOAD}, probe_type) (${seen(failures)}) > 0)\n` +
          `or on (${WORKLOAD}) 0 * (sum by (${WORKLOAD}) (${seen(restarts)}) > 0)`,
        mappings: stateMappings(),
        cell: 'color-background',
        width: 110,
        align: 'left',
      },
      { name: 'Cluster', label: 'cluster', width: 95 },
      { name: 'Namespace', label: 'namespace', width: 130, links: [toNamespace] },
      { name: 'Workload', label: 'workload', links: [toWorkload] },
      { name: 'Probe', label: 'probe_type', width: 90 },
      {
        name: 'Pods',
        expr: `count by (${WORKLOAD}) (count by (${WORKLOAD}, pod) (podprobe_state{${NAMESPACES}}))`,
        unit: 'none',
        width: 60,
      },
      {
        name: 'Failing for',
        expr: `time() - min by (${WORKLOAD}) (podprobe_failing_since_timestamp_seconds{${NAMESPACES}})`,
        unit: 's',
        decimals: 0,
        width: 100,
      },
      {
        name: 'Failed',
        expr: `${failedShare(WORKLOAD, NAMESPACES)} > 0`,
        unit: 'percentunit',
        decimals: 1,
        width: 80,
      },
      {
        name: 'Likely cause',
        label: 'cause',
        width: 210,
        mappings: causeMappings(),
      },
      { expr: likelyCause(WORKLOAD, NAMESPACES) },
      {
        name: 'Restarts',
        expr: restartsInRange(WORKLOAD, NAMESPACES),
        unit: 'none',
        decimals: 0,
        width: 80,
      },
      { name: 'by', label: 'reason', width: 110, mappings: reasonMappings() },
      { expr: mainReason(WORKLOAD, NAMESPACES) },
      {
        name: 'Next',
        label: 'action',
        width: 90,
        mappings: ACTIONS,
      },
      {
        name: 'in',
        expr:
          `bottomk by (${WORKLOAD}) (1,\n` +
          `  min by (${WORKLOAD}, action) (podprobe_time_to_action_seconds{${NAMESPACES}}))`,
        unit: 's',
        decimals: 0,
        width: 60,
      },
      { label: 'workload_type' },
    ],
  }),
  row('When it began, and why'),
  series({
    title: 'Probes not passing, by state',
    description:
      'How many probes were in each state; acting means that the kubelet restarts or takes out ' +
      'of service. Those without a running container and those that start have the axis at the ' +
      'right: many at once are a rollout.',
    unit: 'short',
    min: 0,
    stacked: true,
    queries: [[`count by (state) (podprobe_state{${NAMESPACES}})`, '{{state}}']],
    colours: {
      acting: 'red',
      not_running: 'orange',
      stalled: 'purple',
      failing: 'yellow',
      initializing: 'blue',
    },
    right: '/^(not_running|initializing)$/',
  }),
  failuresByCause(NAMESPACES),
  row('Where'),
  table({
    title: 'Namespaces, worst first',
    description:
      'Each namespace with probes: the share of its steady probes that failed in the time range, ' +
      'and its restarts.',
    width: 12,
    height: 9,
    sort: [
      ['Failed', true],
      ['Not passing', true],
    ],
    columns: [
      failedColumn('cluster, namespace', NAMESPACES),
      { name: 'Cluster', label: 'cluster', width: 95 },
      { name: 'Namespace', label: 'namespace', links: [toNamespace] },
      {
        name: 'Not passing',
        expr: `count by (cluster, namespace) (podprobe_state{${NAMESPACES}, state!="initializing"})`,
        unit: 'none',
        width: 110,
      },
      {
        name: 'Restarts',
        expr: restartsInRange('cluster, namespace', NAMESPACES),
        unit: 'none',
        decimals: 0,
        width: 90,
      },
      {
        name: 'Unready',
        expr: `sum by (cluster, namespace) (increase(podprobe_unready_seconds_total{${NAMESPACES}}[$__range])) > 0`,
        unit: 's',
        decimals: 0,
        width: 100,
      },
    ],
  }),
  table({
    title: 'Nodes, worst first',
    description:
      'A node with an incident is an alert of its own: its pods fail together. Failing is the ' +
      'share of its workloads with a steady failure or a restart by a probe in the last two ' +
      'minutes; blind are its sources that cannot be read, restarted is how often its kubelet ' +
      'was.',
    width: 12,
    height: 9,
    sort: [
      ['Incident', true],
      ['Failing', true],
    ],
    columns: [
      {
        name: 'Incident',
        expr: `max by (cluster, node) (podprobe_node_incident{${NODES}})`,
        mappings: [
          {
            type: 'value',
            options: {
              0: { text: 'no', color: 'green', index: 0 },
              1: { text: 'yes', color: 'red', index: 1 },
            },
          },
        ],
        cell: 'color-background',
        width: 75,
        align: 'left',
      },
      { name: 'Cluster', label: 'cluster', width: 90 },
      { name: 'Node', label: 'node', links: [toNode] },
      {
        name: 'Failing',
        expr:
          `max by (cluster, node) (podprobe_node_failing_workloads{${NODES}})\n` +
          `/ max by (cluster, node) (podprobe_node_probed_workloads{${NODES}} > 0)`,
        unit: 'percentunit',
        decimals: 0,
        width: 70,
      },
      {
        name: 'Not passing',
        expr: `sum by (cluster, node) (podprobe_node_probes{${NODES}, state!="passing"})`,
        unit: 'none',
        width: 98,
      },
      {
        name: 'Probe p99',
        expr:
          'histogram_quantile(0.99, sum by (cluster, node, le) ' +
          `(increase(podprobe_node_probe_duration_seconds_bucket{${NODES}}[$__range]))) >= 0`,
        unit: 's',
        decimals: 2,
        width: 90,
      },
      {
        name: 'Blind',
        expr: `sum by (cluster, node) (podprobe_source_up{${NODES}} == bool 0)`,
        unit: 'none',
        width: 60,
        steps: [
          [null, 'text'],
          [1, 'red'],
        ],
        cell: 'color-text',
      },
      {
        name: 'Restarted',
        expr: `sum by (cluster, node) (increase(podprobe_kubelet_restarts_total{${NODES}}[$__range])) > 0`,
        unit: 'none',
        decimals: 0,
        width: 90,
      },
    ],
  }),
  row('What fails next, and what to mend by day'),
  table({
    title: 'Timeouts that are too tight',
    description:
      'Probes that pass, but close to their timeout: they fail when the node gets busier. ' +
      'Headroom is how far the slowest per cent stays from the timeout; 0 means just in time. ' +
      'Raise the timeout or make the answer cheaper.',
    width: 12,
    height: 9,
    sort: [
      ['Headroom', false],
      ['Close', true],
    ],
    columns: [
      {
        name: 'Headroom',
        expr: `min by (${WORKLOAD}, probe_type) (podprobe_timeout_headroom_ratio{${NAMESPACES}} < 0.2)`,
        unit: 'percentunit',
        decimals: 0,
        width: 100,
        steps: [
          [null, 'red'],
          [0.1, 'orange'],
        ],
        cell: 'color-text',
      },
      { name: 'Cluster', label: 'cluster', width: 95 },
      { name: 'Namespace', label: 'namespace', width: 120, links: [toNamespace] },
      { name: 'Workload', label: 'workload', links: [toWorkload] },
      { name: 'Probe', label: 'probe_type', width: 90 },
      {
        name: 'Close',
        expr: `max by (${WORKLOAD}, probe_type) (podprobe_near_timeout_ratio{${NAMESPACES}} > 0)`,
        unit: 'percentunit',
        decimals: 0,
        width: 80,
      },
    ].concat({ label: 'workload_type' }),
  }),
  table({
    title: 'Settings that break a rule',
    description:
      'How many workloads break each rule for sound probe settings; exporter/METRICS.md says ' +
      "what each means. The workload dashboard lists a namespace's.",
    width: 6,
    height: 9,
    sort: [['Workloads', true]],
    columns: [
      { name: 'Rule', label: 'rule' },
      {
        name: 'Workloads',
        expr: `count by (rule) (count by (${WORKLOAD}, rule) (podprobe_spec_finding{${NAMESPACES}}))`,
        unit: 'none',
        width: 100,
      },
    ],
  }),
  bars({
    title: 'Containers with a probe',
    description:
      'Share of the running containers that have a probe of each type: what nobody watches fails ' +
      'unseen.',
    unit: 'percentunit',
    width: 6,
    height: 9,
    max: 1,
    thresholds: [
      [null, 'orange'],
      [0.8, 'green'],
    ],
    queries: [
      [
        `sum by (probe_type) (podprobe_node_containers{${NODES}, probed="true"})\n` +
          `/ (sum by (probe_type) (podprobe_node_containers{${NODES}}) > 0)`,
        '{{probe_type}}',
      ],
    ],
  }),
  restartsByReason(NAMESPACES),
  series({
    title: 'Steady failures per minute, by namespace',
    description:
      'Failures of pods that should be serving, without those that start or terminate. The ten ' +
      'highest.',
    unit: 'short',
    min: 0,
    queries: [
      [
        'topk(10, 60 * sum by (cluster, namespace) ' +
          `(rate(podprobe_failures_total{${NAMESPACES}, phase="steady"}[$__rate_interval])) > 0)`,
        '{{namespace}} {{cluster}}',
      ],
    ],
    links: [linkTo('workload', 'Namespace', { namespace: label('namespace') })],
  }),
];

module.exports = dashboard({
  name: 'cluster',
  title: 'Podprobe / Cluster',
  description:
    'Which workloads fail their readiness, liveness and startup probes, since when, why, and ' +
    'what happens next. From podprobe-exporter, which runs beside each kubelet.',
  variables: [labelVariable('cluster'), labelVariable('namespace'), labelVariable('node')],
  panels,
});

// Does the exporter see, and how is the kubelet that it reads?
'use strict';

const { dashboard, labelVariable } = require('./lib/frame');
const { column, label, linkTo } = require('./lib/links');
const { bars, row, series, stat, table } = require('./lib/panels');
const { NODES } = require('./lib/selectors');

const NODE = 'cluster, node, instance';

const RED_ABOVE_ZERO = [
  [null, 'green'],
  [1, 'red'],
];
const UP_OR_DOWN = [
  {
    type: 'value',
    options: {
      0: { text: 'down', color: 'red', index: 0 },
      1: { text: 'up', color: 'green', index: 1 },
    },
  },
];
const GRAVITY = [
  {
    type: 'value',
    options: {
      3: { text: 'blind', color: 'dark-red', index: 0 },
      2: { text: 'loses data', color: 'red', index: 1 },
      1: { text: 'look at it', color: 'orange', index: 2 },
      0: { text: 'to know', color: 'blue', index: 3 },
    },
  },
];

// What is wrong with an exporter: gravity, what, what mends it (nothing: the reason says it, see REASONS), and the
// PromQL that has a series per case. A `$1` in `what` is the value of the label named last.
const WRONG = [
  [
    3,
    'probes cannot be read',
    'its page /sources, or `podprobe-exporter check`, says in words what to change',
    `podprobe_source_up{${NODES}, source="probes"} == 0`,
  ],
  [
    2,
    '$1 cannot be read',
    'its page /sources says what to change; without pods there are no owners, thresholds or causes',
    `podprobe_source_up{${NODES}, source!="probes"} == 0`,
    'source',
  ],
  [
    2,
    'series are left out',
    'raise limits.max_series, or set series.level: workload',
    `increase(podprobe_series_dropped_total{${NODES}}[$__range]) > 0`,
  ],
  [
    2,
    'a new configuration was not loaded',
    '`podprobe-exporter check-config` names the problem; the old one is in force',
    `podprobe_config_last_reload_successful{${NODES}} == 0`,
  ],
  [
    1,
    'lines of $1 could not be read',
    'send a recording (`podprobe-exporter record`) with a bug report',
    `increase(podprobe_source_parse_errors_total{${NODES}}[$__range]) > 0`,
    'source',
  ],
  [
    1,
    'readings of $1 failed',
    '',
    `increase(podprobe_source_errors_total{${NODES}}[$__range]) > 0`,
    'source',
  ],
  [
    1,
    "the kubelet's certificate is not verified",
    'give its CA with kubelet.tls_config.ca_file, and its name with server_name',
    `podprobe_kubelet_tls_verified{${NODES}} == 0`,
  ],
  [
    1,
    'the status in /pods stands still',
    'is the API server away? What comes from the status of these pods is left out',
    `podprobe_pods_status_stale{${NODES}} > 0`,
  ],
  [
    1,
    'pods of one owner share series',
    "a bug of Kubernetes 1.25 to 1.27 in the kubelet's label pod: upgrade",
    `podprobe_kubelet_pod_label_truncated{${NODES}} == 1`,
  ],
  [
    0,
    'this kubelet does not measure $1',
    "a cause of that kind cannot be found here; pressure needs cgroup v2 and the kubelet's PSI " +
      'metrics',
    `podprobe_evidence_missing{${NODES}} == 1`,
    'signal',
  ],
];

// What mends the reasons of podprobe_source_errors_total.
const REASONS = {
  dns: 'dns: the name in kubelet.url does not resolve',
  connect: 'connect: the kubelet was away, or a network policy is in the way',
  tls: "tls: the kubelet's certificate does not fit; give its CA (ca_file) and its name (server_name)",
  auth: 'auth: the kubelet knows no such token; is webhook authentication on, does the account exist?',
  forbidden: 'forbidden: allow get on nodes/metrics, for pods on nodes/pods too (RBAC)',
  timeout:
    'timeout: the kubelet took too long; look at the node, or raise the timeout of this source',
  status: 'status: another answer than 200; the log of the exporter has its words',
  truncated: 'truncated: the answer ended too soon; the kubelet went away while it spoke',
  size: 'size: the body is over its limit; raise limits in the configuration',
  parse: 'parse: not what a kubelet says; is kubelet.url right?',
};

function reasonMappings() {
  const options = {};
  Object.entries(REASONS).forEach(([reason, text], index) => {
    options[reason] = { text, index };
  });
  return [{ type: 'value', options }];
}

function wrong() {
  return WRONG.map(([gravity, what, mend, expr, from = '']) => {
    const named =
      `label_replace(label_replace(${expr}, "what", "${what}", "${from}", "(.*)"), ` +
      (mend ? `"mend", "${mend}", "", "")` : '"mend", "$1", "reason", "(.*)")');
    return `${gravity} + 0 * max by (${NODE}, what, mend) (${named})`;
  }).join('\nor ');
}

// A series of the process, of the exporters alone.
const own = (selector) =>
  `${selector} and on (cluster, job, instance) podprobe_build_info{${NODES}}`;
const sourceUp = (source) => `max by (${NODE}) (podprobe_source_up{${NODES}, source="${source}"})`;

const panels = [
  stat({
    title: 'Exporters',
    description: 'Exporters that are scraped now.',
    unit: 'short',
    expr: `count(podprobe_build_info{${NODES}}) or vector(0)`,
    thresholds: [
      [null, 'red'],
      [1, 'green'],
    ],
  }),
  stat({
    title: 'Gone',
    description:
      'Nodes whose exporter was scraped in the time range and is not any more: the node was ' +
      'removed, or its exporter is not well.',
    unit: 'short',
    expr:
      `count(count by (cluster, node) (last_over_time(podprobe_build_info{${NODES}}[$__range]))\n` +
      `  unless on (cluster, node) podprobe_build_info{${NODES}}) or vector(0)`,
    thresholds: [
      [null, 'green'],
      [1, 'orange'],
    ],
  }),
  stat({
    title: 'Cannot read probes',
    description: 'Exporters whose last reading of the probes failed: their silence is no health.',
    unit: 'short',
    expr: `count(podprobe_source_up{${NODES}, source="probes"} == 0) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
  }),
  stat({
    title: 'Other sources down',
    description:
      'Readings of pods, resource and cadvisor that fail now. What they would add is missing; ' +
      'the rest stands.',
    unit: 'short',
    expr: `count(podprobe_source_up{${NODES}, source!="probes"} == 0) or vector(0)`,
    thresholds: [
      [null, 'green'],
      [1, 'orange'],
    ],
  }),
  stat({
    title: 'Series left out',
    description:
      'Series of pods that exporters left out in the time range because their page had reached ' +
      'its limit.',
    unit: 'short',
    decimals: 0,
    expr: `sum(increase(podprobe_series_dropped_total{${NODES}}[$__range])) or vector(0)`,
    thresholds: RED_ABOVE_ZERO,
  }),
  stat({
    title: 'Kubelet restarts',
    description:
      'Restarts of kubelets that the exporters saw in the time range. Readiness failures right ' +
      'after one are its own.',
    unit: 'short',
    decimals: 0,
    expr: `sum(increase(podprobe_kubelet_restarts_total{${NODES}}[$__range])) or vector(0)`,
    thresholds: [
      [null, 'green'],
      [1, 'orange'],
    ],
  }),
  table({
    title: 'What is wrong, and what mends it',
    description:
      'Worst first. *blind*: nothing of that node is news; *loses data*: something is missing ' +
      'until it is mended; *look at it*: not urgent; *to know*: a limit of that kubelet.',
    height: 9,
    sort: [
      ['Gravity', true],
      ['Node', false],
    ],
    columns: [
      {
        name: 'Gravity',
        expr: wrong(),
        mappings: GRAVITY,
        cell: 'color-background',
        width: 110,
        align: 'left',
      },
      { name: 'Cluster', label: 'cluster', width: 110 },
      { name: 'Node', label: 'node', width: 160 },
      { name: 'What', label: 'what', width: 340 },
      { name: 'What mends it', label: 'mend', mappings: reasonMappings() },
      { label: 'instance' },
    ],
  }),
  table({
    title: 'Exporters and their sources',
    description:
      'A row for each exporter: whether it can read, how old its last good reading of the probes ' +
      'is, and what runs there.',
    height: 8,
    sort: [
      ['Probes', false],
      ['Node', false],
    ],
    columns: [
      {
        name: 'Probes',
        expr: sourceUp('probes'),
        mappings: UP_OR_DOWN,
        cell: 'color-background',
        width: 80,
        align: 'left',
      },
      { name: 'Cluster', label: 'cluster', width: 110 },
      {
        name: 'Node',
        label: 'node',
        links: [
          linkTo('exporter', 'Only this node', {
            cluster: column('Cluster'),
            node: column('Node'),
          }),
        ],
      },
      { name: 'Instance', label: 'instance', width: 130 },
      {
        name: 'Pods',
        expr: sourceUp('pods'),
        mappings: UP_OR_DOWN,
        cell: 'color-text',
        width: 70,
        align: 'left',
      },
      {
        name: 'Resource',
        expr: sourceUp('resource'),
        mappings: UP_OR_DOWN,
        cell: 'color-text',
        width: 90,
        align: 'left',
      },
      {
        name: 'cAdvisor',
        expr: sourceUp('cadvisor'),
        mappings: UP_OR_DOWN,
        cell: 'color-text',
        width: 90,
        align: 'left',
      },
      {
        name: 'Last good',
        expr: `time() - max by (${NODE}) (podprobe_source_last_success_timestamp_seconds{${NODES}, source="probes"})`,
        unit: 's',
        decimals: 0,
        width: 90,
        steps: [
          [null, 'text'],
          [30, 'orange'],
          [60, 'red'],
        ],
        cell: 'color-text',
      },
      { name: 'Version', label: 'version', width: 90 },
      { expr: `max by (${NODE}, version) (podprobe_build_info{${NODES}})` },
      {
        name: 'Exporter up',
        expr: `time() - max by (${NODE}) (${own('process_start_time_seconds')})`,
        unit: 's',
        decimals: 0,
        width: 110,
      },
      {
        name: 'Kubelet up',
        expr: `time() - max by (${NODE}) (podprobe_kubelet_start_time_seconds{${NODES}})`,
        unit: 's',
        decimals: 0,
        width: 110,
      },
      {
        name: 'Configuration since',
        expr: `time() - max by (${NODE}) (podprobe_config_last_reload_success_timestamp_seconds{${NODES}})`,
        unit: 's',
        decimals: 0,
        width: 150,
      },
    ],
  }),
  row('What is read from the kubelet'),
  series({
    title: 'Sources down',
    description: 'Readings that failed, by node and source: when silence began.',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [
      [`1 - min by (node, source) (podprobe_source_up{${NODES}}) > 0`, '{{node}} {{source}}'],
    ],
    links: [linkTo('exporter', 'Only this node', { node: label('node') })],
  }),
  series({
    title: 'Failed readings per minute, by reason',
    description:
      'forbidden is a missing permission, tls a certificate, auth a token, connect a kubelet ' +
      'that is away, truncated a body that ended too soon.',
    unit: 'short',
    min: 0,
    stacked: true,
    width: 8,
    queries: [
      [
        `60 * sum by (source, reason) (rate(podprobe_source_errors_total{${NODES}}[$__rate_interval])) > 0`,
        '{{source}}: {{reason}}',
      ],
    ],
  }),
  series({
    title: 'Lines that could not be read',
    description:
      'Lines per minute that were no samples, by source; each costs that line and nothing else. ' +
      'A kubelet whose format changed.',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [
      [
        `60 * sum by (source) (rate(podprobe_source_parse_errors_total{${NODES}}[$__rate_interval]))`,
        '{{source}}',
      ],
    ],
  }),
  series({
    title: 'Duration of a reading',
    description:
      'The slowest node of each source. A kubelet that answers slowly is often the first sign of ' +
      'a node in trouble.',
    unit: 's',
    min: 0,
    width: 8,
    queries: [[`max by (source) (podprobe_source_duration_seconds{${NODES}})`, '{{source}}']],
  }),
  series({
    title: 'Size of a reading',
    description:
      'The biggest body of each source: what reading the kubelet costs, and how far it is from a ' +
      'limit.',
    unit: 'bytes',
    min: 0,
    width: 8,
    queries: [[`max by (source) (podprobe_source_bytes{${NODES}})`, '{{source}}']],
  }),
  series({
    title: 'Samples of a reading',
    description:
      'The smallest page of each source; of the source pods, the pods. One that came back empty ' +
      'or half filled shows as a dip.',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [[`min by (source) (podprobe_source_samples{${NODES}})`, '{{source}}']],
  }),
  row('The kubelet and its node'),
  series({
    title: 'How long successful probes take',
    description:
      'Median and 99th percentile on these nodes, by type. All types slower at once: the node, ' +
      'not a pod. The kubelet measures no failures.',
    unit: 's',
    min: 0,
    width: 8,
    queries: [0.5, 0.99].map((quantile) => [
      `histogram_quantile(${quantile}, sum by (le, probe_type) (rate(podprobe_node_probe_duration_seconds_bucket{${NODES}}[$__rate_interval]))) >= 0`,
      `{{probe_type}} p${quantile * 100}`,
    ]),
    dashed: ['/ p50$/'],
  }),
  series({
    title: 'Probes, by state',
    description: 'All probes on these nodes, those that pass included.',
    unit: 'short',
    min: 0,
    stacked: true,
    width: 8,
    queries: [[`sum by (state) (podprobe_node_probes{${NODES}}) > 0`, '{{state}}']],
    colours: {
      passing: 'green',
      acting: 'red',
      not_running: 'orange',
      stalled: 'purple',
      failing: 'yellow',
      initializing: 'blue',
    },
  }),
  series({
    title: 'Workloads that fail, of all on the node',
    description:
      'A node with at least five failing workloads, and three tenths of all (the line), has an ' +
      'incident: many fail together. The ten highest.',
    unit: 'percentunit',
    min: 0,
    max: 1,
    line: 0.3,
    width: 8,
    queries: [
      [
        `topk(10, max by (cluster, node) (podprobe_node_failing_workloads{${NODES}})\n` +
          `  / (max by (cluster, node) (podprobe_node_probed_workloads{${NODES}}) > 0))`,
        '{{node}}',
      ],
    ],
  }),
  row('What the exporter costs'),
  series({
    title: 'CPU',
    description: 'CPU time of each exporter, in cores. The ten highest.',
    unit: 'none',
    min: 0,
    width: 6,
    queries: [
      [`topk(10, ${own('rate(process_cpu_seconds_total[$__rate_interval])')})`, '{{instance}}'],
    ],
  }),
  series({
    title: 'Memory',
    description:
      'Resident memory of each exporter. The ten highest: what the limit of the DaemonSet has to ' +
      'hold.',
    unit: 'bytes',
    min: 0,
    width: 6,
    queries: [[`topk(10, ${own('process_resident_memory_bytes')})`, '{{instance}}']],
  }),
  series({
    title: 'Series served',
    description: 'Series on each page: what the exporter costs its Prometheus. The ten highest.',
    unit: 'short',
    min: 0,
    width: 6,
    queries: [[`topk(10, podprobe_series{${NODES}})`, '{{instance}}']],
  }),
  bars({
    title: 'File descriptors used',
    description:
      'Share of the limit, the ten highest: near 1 means clients that hold connections open.',
    unit: 'percentunit',
    width: 6,
    max: 1,
    thresholds: [
      [null, 'green'],
      [0.8, 'red'],
    ],
    queries: [[`topk(10, ${own('process_open_fds / process_max_fds')})`, '{{node}}']],
  }),
];

module.exports = dashboard({
  name: 'exporter',
  title: 'Podprobe / Exporter and kubelet',
  description:
    'Whether each exporter can read its kubelet, what is wrong and what mends it, and what the ' +
    'exporter costs.',
  variables: ['cluster', 'node'].map((name) => labelVariable(name)),
  panels,
});

// What the dashboards share: variables, annotations, links, time.
'use strict';

const {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} = require('@grafana/grafana-foundation-sdk/dashboard');
const { UIDS, dashboardLinks } = require('./links');
const { NODES } = require('./selectors');

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

// The names that deploy/prometheus gives to its alerts.
const ALERT_NAMES = '.*Probe.*|Pod(Liveness|Readiness|RestartedBy|Startup|NeverBecame).+';

const LABELS = {
  cluster: ['Cluster', 'podprobe_source_up'],
  namespace: ['Namespace', 'podprobe_attempts_total{cluster=~"$cluster"}'],
  workload: ['Workload', 'podprobe_attempts_total{cluster=~"$cluster", namespace=~"$namespace"}'],
  pod: [
    'Pod',
    'podprobe_attempts_total{cluster=~"$cluster", namespace=~"$namespace", workload=~"$workload"}',
  ],
  node: ['Node', 'podprobe_source_up{cluster=~"$cluster"}'],
};

function datasourceVariable() {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .current({ text: 'default', value: 'default' });
}

// A variable over the values of a label: one value, or any number of them and All.
function labelVariable(name, { single = false } = {}) {
  const [title, selector] = LABELS[name];
  const query = `label_values(${selector}, ${name})`;
  const variable = new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
  if (single) return variable;
  return variable
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
}

function annotation(name, colour, enabled, expr, titleFormat, textFormat, tagKeys) {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(enabled)
    .iconColor(colour)
    .expr(expr)
    .titleFormat(titleFormat)
    .textFormat(textFormat)
    .tagKeys(tagKeys)
    .step('30s');
}

// Firing alerts, kubelet restarts, node incidents. Each has a switch at the top of the dashboard.
function annotations(alertSelector, { selector, filter }) {
  return [
    annotation(
      'Alerts',
      'red',
      true,
      `ALERTS{alertstate="firing", alertname=~"${ALERT_NAMES}", cluster=~"$cluster"${alertSelector}}`,
      '{{alertname}}',
      '{{severity}} {{node}} {{namespace}} {{workload}} {{pod}}',
      'alertname,severity',
    ),
    annotation(
      'Kubelet restarts',
      'purple',
      true,
      `increase(podprobe_kubelet_restarts_total{${selector}}[1m]) > 0${filter}`,
      'Kubelet restarted',
      '{{cluster}} {{node}}: readiness failures right after it are its own',
      'node',
    ),
    annotation(
      'Node incidents',
      'orange',
      false,
      `podprobe_node_incident{${selector}} == 1${filter}`,
      'Node incident',
      '{{cluster}} {{node}}: many workloads fail together',
      'node',
    ),
  ];
}

// A dashboard with its variables, annotations and panels. `name`: a key of UIDS; `alertSelector`: more
// matchers of the alerts to show; `nodes`: which nodes' incidents and kubelet restarts to show; `panels`:
// builders in reading order, rows among them.
function dashboard({
  name,
  title,
  description,
  variables,
  alertSelector = '',
  nodes = { selector: NODES, filter: '' },
  panels,
}) {
  const built = new DashboardBuilder(title)
    .uid(UIDS[name])
    .description(description)
    .tags(['podprobe', 'kubernetes'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .variables([datasourceVariable(), ...variables])
    .annotations(annotations(alertSelector, nodes))
    .link(dashboardLinks());
  panels.forEach(({ row, panel }, index) => {
    if (row) built.withRow(row.id(index + 1));
    else built.withPanel(panel.id(index + 1));
  });
  const model = built.build();
  // The switches of annotations stand at the top, where everybody sees them, not in a menu.
  for (const each of model.annotations.list) delete each.placement;
  return model;
}

module.exports = { DATASOURCE, labelVariable, dashboard };

// Ways from one dashboard to the next. All of them keep the time range, the data source and the cluster.
'use strict';

const { DashboardLinkBuilder } = require('@grafana/grafana-foundation-sdk/dashboard');

const UIDS = {
  cluster: 'podprobe-cluster',
  workload: 'podprobe-workload',
  pod: 'podprobe-pod',
  exporter: 'podprobe-exporter',
};

// A link to a dashboard, its variables given as { namespace: 'expression for Grafana' }.
function linkTo(dashboard, title, variables) {
  const given = Object.entries(variables).map(([name, value]) => `&var-${name}=${value}`);
  const cluster = 'cluster' in variables ? '' : '&${cluster:queryparam}';
  return {
    title,
    url: `/d/${UIDS[dashboard]}?\${__url_time_range}&\${datasource:queryparam}${cluster}${given.join('')}`,
  };
}

// The value of a column in the row that was clicked.
const column = (name) => `\${__data.fields["${name}"]}`;
// The value of a label of the series that was clicked.
const label = (name) => `\${__field.labels.${name}}`;

// The row of links at the top of each dashboard.
function dashboardLinks() {
  return new DashboardLinkBuilder('Podprobe')
    .type('dashboards')
    .tags(['podprobe'])
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true);
}

module.exports = { UIDS, linkTo, column, label, dashboardLinks };

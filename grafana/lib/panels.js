// The kinds of panels, each with the settings that all of its kind share. Sizes are of Grafana's grid, 24 wide.
'use strict';

const {
  RowBuilder,
  ThresholdsConfigBuilder,
} = require('@grafana/grafana-foundation-sdk/dashboard');
const { DataqueryBuilder } = require('@grafana/grafana-foundation-sdk/prometheus');
const common = require('@grafana/grafana-foundation-sdk/common');
const { PanelBuilder: BarGauge } = require('@grafana/grafana-foundation-sdk/bargauge');
const { PanelBuilder: Stat } = require('@grafana/grafana-foundation-sdk/stat');
const { PanelBuilder: StateTimeline } = require('@grafana/grafana-foundation-sdk/statetimeline');
const { PanelBuilder: Table } = require('@grafana/grafana-foundation-sdk/table');
const { PanelBuilder: TimeSeries } = require('@grafana/grafana-foundation-sdk/timeseries');
const { DATASOURCE } = require('./frame');

// Queries see no less than two scrapes of the longest interval that the exporter is made for, a minute.
const MIN_INTERVAL = '30s';

function row(title) {
  return { row: new RowBuilder(title) };
}

function query(refId, expr) {
  return new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr);
}

const refId = (index) => String.fromCharCode('A'.charCodeAt(0) + index);

// [[from, colour], …], the first from null: below all others.
function thresholds(steps) {
  return new ThresholdsConfigBuilder()
    .mode('absolute')
    .steps(steps.map(([value, color]) => ({ value, color })));
}

function described(builder, { title, description, unit, width, height }) {
  builder.title(title).description(description).datasource(DATASOURCE).span(width).height(height);
  if (unit) builder.unit(unit);
  return builder;
}

// One number or word: the value now. `label`: show this label of the one series instead of its value.
function stat(options) {
  const { expr, label, mappings, links, noValue = '0', decimals } = options;
  const target = query('A', expr).instant();
  const panel = described(new Stat(), { width: 4, height: 4, ...options })
    .withTarget(label ? target.format('table') : target)
    .reduceOptions(
      new common.ReduceDataOptionsBuilder()
        .calcs(['lastNotNull'])
        .values(false)
        .fields(label ? `/^${label}$/` : ''),
    )
    .colorMode('background_solid')
    .graphMode('none')
    .justifyMode('center')
    .textMode('value')
    .thresholds(thresholds(options.thresholds ?? [[null, 'text']]))
    .noValue(noValue);
  if (mappings) panel.mappings(mappings);
  if (links) panel.dataLinks(links.map(link));
  if (decimals !== undefined) panel.decimals(decimals);
  return { panel };
}

// Data links are { title, url }; the SDK wants builders.
const link = (value) => ({ build: () => value });

// Lines, or stacked areas, over time. `queries`: [[expr, legend], …]; `colours`: { legend: colour };
// `line`: a threshold drawn across; `points`: show single values too; `dashed`: patterns of names whose
// lines are dashed; `right`: a pattern of names that have an axis of their own at the right.
function series(options) {
  const {
    queries,
    stacked = false,
    colours = {},
    links,
    min,
    max,
    line,
    dashed = [],
    right,
  } = options;
  const panel = described(new TimeSeries(), { width: 12, height: 8, ...options })
    .interval(MIN_INTERVAL)
    .lineWidth(1)
    .fillOpacity(stacked ? 60 : 10)
    .showPoints(options.points ? 'always' : 'never')
    .pointSize(5)
    .spanNulls(false)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(options.legend ?? 'list')
        .placement('bottom')
        .showLegend(true)
        .calcs(options.legend === 'table' ? ['lastNotNull', 'max'] : []),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode('multi').sort('desc'));
  queries.forEach(([expr, legend], index) => {
    panel.withTarget(query(refId(index), expr).range().legendFormat(legend));
  });
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode('normal').group('A'));
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.axisSoftMax(max);
  if (links) panel.dataLinks(links.map(link));
  if (line) {
    panel
      .thresholds(
        thresholds([
          [null, 'transparent'],
          [line, 'red'],
        ]),
      )
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode('dashed'));
  }
  Object.entries(colours).forEach(([name, colour]) => {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]);
  });
  dashed.forEach((pattern) => {
    panel.overrideByRegexp(pattern, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.stacking', value: { mode: 'none' } },
    ]);
  });
  if (right) {
    panel.overrideByRegexp(right, [
      { id: 'custom.axisPlacement', value: 'right' },
      { id: 'unit', value: 'short' },
      { id: 'max', value: null },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.stacking', value: { mode: 'none' } },
    ]);
  }
  return { panel };
}

// The state of each series as a bar over time. `queries` as in series().
function timeline(options) {
  const panel = described(new StateTimeline(), { width: 24, height: 8, ...options })
    .interval(MIN_INTERVAL)
    .mappings(options.mappings)
    .mergeValues(true)
    .showValue('auto')
    .alignValue('left')
    .rowHeight(0.85)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode('list')
        .placement('bottom')
        .showLegend(true)
        .calcs([]),
    );
  options.queries.forEach(([expr, legend], index) => {
    panel.withTarget(query(refId(index), expr).range().legendFormat(legend));
  });
  return { panel };
}

function bars(options) {
  const panel = described(new BarGauge(), { width: 8, height: 8, ...options })
    .reduceOptions(
      new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''),
    )
    .displayMode('basic')
    .orientation('horizontal')
    .valueMode('color')
    .showUnfilled(true)
    .thresholds(thresholds(options.thresholds))
    .min(0);
  if (options.max !== undefined) panel.max(options.max);
  options.queries.forEach(([expr, legend], index) => {
    panel.withTarget(query(refId(index), expr).instant().legendFormat(legend));
  });
  return { panel };
}

// The settings of a table's column. The names are those of the field options.
function columnProperties({
  unit,
  minWidth,
  width,
  mappings,
  steps,
  links,
  decimals,
  cell,
  align,
}) {
  const properties = [];
  const set = (id, value) => value !== undefined && properties.push({ id, value });
  set('unit', unit);
  set('decimals', decimals);
  set('custom.width', width);
  set('custom.minWidth', minWidth);
  set('mappings', mappings);
  set('custom.align', align);
  set('links', links);
  if (steps) {
    set('thresholds', {
      mode: 'absolute',
      steps: steps.map(([value, color]) => ({ value, color })),
    });
  }
  if (cell)
    set('custom.cellOptions', {
      type: cell,
      ...(cell === 'color-background' && { mode: 'basic' }),
    });
  return properties;
}

// A table with one row for each set of labels that all its queries share. `columns` are in their order:
// { label } is a label, { expr } a query's value; each with its `name` and the settings above. A query
// of a column without a name gives its labels only.
function table(options) {
  const { columns, sort = [] } = options;
  const panel = described(new Table(), { width: 24, height: 10, ...options });
  const excludeByName = { Time: true };
  const renameByName = {};
  const indexByName = {};
  const queries = columns.filter(({ expr }) => expr);
  columns.forEach((column, index) => {
    let field = column.label;
    if (column.expr) {
      const id = refId(queries.indexOf(column));
      panel.withTarget(query(id, column.expr).instant().format('table'));
      // Grafana leaves the letter out where only one query has an answer; the first is the one that always has.
      field = queries.length > 1 ? `Value #${id}` : 'Value';
      if (id === 'A') renameByName.Value = column.name;
    }
    if (!column.name) {
      excludeByName[field] = true;
      return;
    }
    renameByName[field] = column.name;
    indexByName[field] = index;
    const properties = columnProperties(column);
    if (properties.length) panel.overrideByName(column.name, properties);
  });
  if (queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  panel.withTransformation({
    id: 'organize',
    options: { excludeByName, indexByName, renameByName },
  });
  panel.sortBy(
    sort.map(([name, descending]) =>
      new common.TableSortByFieldStateBuilder().displayName(name).desc(descending),
    ),
  );
  panel.filterable(true);
  return { panel };
}

module.exports = { bars, row, series, stat, table, timeline };

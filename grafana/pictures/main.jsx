// Draws one dashboard with Grafana's panel components, from a Prometheus, on Grafana's grid.
//
// In the address: dashboard=UID, prometheus=URL, from=, to= (Unix seconds), and var-NAME=VALUE.
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  createTheme,
  dateTime,
  displayNameOverrideProcessor,
  EventBusSrv,
  FieldConfigOptionsRegistry,
  getDisplayProcessor,
  getFieldDisplayName,
  getFieldDisplayValues,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  ThemeContext,
  transformDataFrame,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import {
  BarGauge,
  BigValue,
  GlobalStyles,
  PanelChrome,
  PanelContextProvider,
  TimeSeries,
  VizLegend,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { lastValueFrom } from 'rxjs';
import { panelFrames } from './prometheus.js';

const WIDTH = 1600;
const CELL_HEIGHT = 30;
const GAP = 8;

const parameters = new URLSearchParams(location.search);
const theme = createTheme({ colors: { mode: 'dark' } });
const range = { from: Number(parameters.get('from')), to: Number(parameters.get('to')) };
const seconds = range.to - range.from;
const timeRange = {
  from: dateTime(range.from * 1000),
  to: dateTime(range.to * 1000),
  raw: { from: 'now-1h', to: 'now' },
};
const VARIABLES = { __range: `${seconds}s`, __rate_interval: '120s' };

function fill(expression) {
  return expression.replace(/\$([a-z_]\w*)/g, (_, name) => {
    const value = VARIABLES[name] ?? parameters.get(`var-${name}`) ?? '$__all';
    return value === '$__all' ? '.*' : value;
  });
}

function registerStandards() {
  const item = (id, process, path = id) => ({
    id,
    path,
    name: id,
    editor: () => null,
    override: () => null,
    process,
    shouldApply: () => true,
  });
  const standard = () => [
    item('unit', unitOverrideProcessor),
    item('min', numberOverrideProcessor),
    item('max', numberOverrideProcessor),
    item('decimals', numberOverrideProcessor),
    item('displayName', displayNameOverrideProcessor),
    item('color', identityOverrideProcessor),
    item('thresholds', thresholdsOverrideProcessor),
    item('mappings', valueMappingsOverrideProcessor),
    item('noValue', stringOverrideProcessor),
    item('links', identityOverrideProcessor),
  ];
  standardFieldConfigEditorRegistry.setInit(standard);
  standardTransformersRegistry.setInit(() =>
    [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map(
      (transformation) => ({
        id: transformation.id,
        name: transformation.id,
        transformation: () => Promise.resolve(transformation),
        editor: () => null,
      }),
    ),
  );
}

// The options of a kind of panel, which its plugin would register: all that the dashboard names.
function registryFor(fieldConfig) {
  const custom = new Set([
    ...Object.keys(fieldConfig.defaults.custom ?? {}),
    ...fieldConfig.overrides.flatMap(({ properties }) =>
      properties
        .filter(({ id }) => id.startsWith('custom.'))
        .map(({ id }) => id.slice('custom.'.length)),
    ),
  ]);
  const registry = new FieldConfigOptionsRegistry();
  standardFieldConfigEditorRegistry.list().forEach((each) => registry.register(each));
  custom.forEach((name) =>
    registry.register({
      id: `custom.${name}`,
      path: name,
      name,
      isCustom: true,
      editor: () => null,
      override: () => null,
      process: identityOverrideProcessor,
      shouldApply: () => true,
    }),
  );
  return registry;
}

// What the panel's plugin sets where the dashboard says nothing.
function withDefaults(panel) {
  const mode = panel.type === 'timeseries' ? 'palette-classic' : 'thresholds';
  return { ...panel.fieldConfig, defaults: { color: { mode }, ...panel.fieldConfig.defaults } };
}

async function load(panel) {
  let frames = await panelFrames(parameters.get('prometheus'), panel, fill, range);
  const transformations = (panel.transformations ?? []).map(({ id, options }) => ({ id, options }));
  frames = await lastValueFrom(transformDataFrame(transformations, frames, { interpolate: fill }));
  const fieldConfig = withDefaults(panel);
  frames = applyFieldOverrides({
    data: frames,
    fieldConfig,
    fieldConfigRegistry: registryFor(fieldConfig),
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(frames);
  return frames;
}

function displayValues(panel, frames) {
  return getFieldDisplayValues({
    data: frames,
    reduceOptions: panel.options.reduceOptions,
    fieldConfig: withDefaults(panel),
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
}

function Stat({ panel, frames, width, height }) {
  const { display } = displayValues(panel, frames)[0];
  const { colorMode, graphMode, justifyMode, textMode } = panel.options;
  return (
    <BigValue
      {...{ theme, width, height, colorMode, graphMode, justifyMode, textMode }}
      value={display}
    />
  );
}

function Bars({ panel, frames, width, height }) {
  const values = displayValues(panel, frames);
  const each = Math.min(60, height / values.length);
  return values.map(({ display, field }) => (
    <BarGauge
      key={display.title}
      {...{ theme, width, field, value: display }}
      height={each}
      itemSpacing={8}
      orientation="horizontal"
      displayMode={panel.options.displayMode}
      valueDisplayMode={panel.options.valueMode}
      showUnfilled
    />
  ));
}

function Lines({ panel, frames, width, height }) {
  return (
    <TimeSeries
      {...{ frames, timeRange, width, height }}
      timeZone={['utc']}
      legend={panel.options.legend}
      options={panel.options}
    />
  );
}

function Rows({ panel, frames, width, height }) {
  return (
    <TableNG
      data={frames[0]}
      {...{ width, height }}
      sortBy={panel.options.sortBy}
      cellHeight={panel.options.cellHeight}
      timeRange={timeRange}
      structureRev={1}
    />
  );
}

// Not Grafana's: it does not export its state timeline. Bars from the same frames, mappings and colours.
function Timeline({ panel, frames, width, height }) {
  const rows = frames.map((frame) => ({
    name: getFieldDisplayName(frame.fields[1], frame, frames),
    values: frame.fields[1].values,
    display: getDisplayProcessor({ field: frame.fields[1], theme }),
  }));
  const nameWidth = 150;
  const rowHeight = Math.min(46, (height - 46) / rows.length);
  const legend = new Map();
  const bars = rows.map(({ name, values, display }) => {
    const parts = [];
    values.forEach((value, index) => {
      const last = parts.at(-1);
      if (last && last.value === value) last.length += 1;
      else parts.push({ value, index, length: 1 });
    });
    const step = (width - nameWidth) / values.length;
    return (
      <div key={name} style={{ position: 'relative', height: rowHeight }}>
        <div
          style={{
            width: nameWidth - 8,
            textAlign: 'right',
            lineHeight: `${rowHeight}px`,
            fontSize: 12,
          }}
        >
          {name}
        </div>
        {parts.map(({ value, index, length }) => {
          if (value === null) return null;
          const { text, color } = display(value);
          legend.set(value, { text, color });
          return (
            <div
              key={index}
              style={{
                position: 'absolute',
                left: nameWidth + index * step,
                width: length * step - 1,
                top: 3,
                height: rowHeight - 6,
                lineHeight: `${rowHeight - 6}px`,
                background: color,
                color: theme.colors.getContrastText(color),
                fontSize: 12,
                paddingLeft: 4,
                overflow: 'hidden',
                whiteSpace: 'nowrap',
              }}
            >
              {length * step > 70 ? text : ''}
            </div>
          );
        })}
      </div>
    );
  });
  const ticks = [];
  for (let at = Math.ceil(range.from / 120) * 120; at < range.to; at += 120) ticks.push(at);
  const items = [...legend]
    .sort(([a], [b]) => b - a)
    .map(([, { text, color }]) => ({ label: text, color, yAxis: 1 }));
  return (
    <>
      {bars}
      <div
        style={{
          position: 'relative',
          height: 18,
          fontSize: 12,
          color: theme.colors.text.secondary,
        }}
      >
        {ticks.map((at) => (
          <span
            key={at}
            style={{
              position: 'absolute',
              left: nameWidth + ((at - range.from) / seconds) * (width - nameWidth) - 15,
            }}
          >
            {new Date(at * 1000).toISOString().slice(11, 16)}
          </span>
        ))}
      </div>
      <VizLegend placement="bottom" items={items} displayMode="list" />
    </>
  );
}

const KINDS = {
  stat: Stat,
  bargauge: Bars,
  timeseries: Lines,
  table: Rows,
  'state-timeline': Timeline,
};

function NoData({ panel }) {
  const text = panel.fieldConfig.defaults.noValue || 'No data';
  return (
    <div style={{ paddingTop: 20, textAlign: 'center', color: theme.colors.text.secondary }}>
      {text}
    </div>
  );
}

function Panel({ panel, frames }) {
  const cell = WIDTH / 24;
  const { x, y, w, h } = panel.gridPos;
  const width = w * cell - GAP;
  const height = h * CELL_HEIGHT + (h - 1) * GAP;
  const place = {
    position: 'absolute',
    left: x * cell + GAP / 2,
    top: y * (CELL_HEIGHT + GAP),
    width,
    height,
  };
  if (panel.type === 'row') {
    return (
      <div style={{ ...place, fontSize: 16, fontWeight: 500, lineHeight: '30px' }}>
        ⌄ {panel.title}
      </div>
    );
  }
  const Kind = KINDS[panel.type];
  const empty = panel.type !== 'stat' && !frames.some((frame) => frame.length);
  return (
    <div style={place}>
      <PanelChrome title={panel.title} description={panel.description} {...{ width, height }}>
        {(innerWidth, innerHeight) =>
          empty ? (
            <NoData panel={panel} />
          ) : (
            <Kind panel={panel} frames={frames} width={innerWidth} height={innerHeight} />
          )
        }
      </PanelChrome>
    </div>
  );
}

// Title, variables and switches: drawn plainly, they are Grafana's and not a panel's.
function Head({ dashboard }) {
  const box = {
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: 2,
    padding: '4px 8px',
  };
  const said = (value) => (value === null || value === '$__all' ? 'All' : value);
  return (
    <div
      style={{ padding: '10px 4px', display: 'flex', gap: 16, alignItems: 'center', fontSize: 13 }}
    >
      <b style={{ fontSize: 18 }}>{dashboard.title}</b>
      {dashboard.templating.list
        .filter(({ type }) => type === 'query')
        .map(({ name, label }) => (
          <span key={name}>
            {label} <span style={box}>{said(parameters.get(`var-${name}`))}</span>
          </span>
        ))}
    </div>
  );
}

function Dashboard() {
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    (async () => {
      const dashboard = await (
        await fetch(`/dashboards/${parameters.get('dashboard')}.json`)
      ).json();
      const frames = await Promise.all(
        dashboard.panels.map((panel) => (panel.type === 'row' ? [] : load(panel))),
      );
      setLoaded({ dashboard, frames });
    })().catch((error) => {
      document.title = `failed: ${error.message}`;
    });
  }, []);
  useEffect(() => {
    if (loaded) setTimeout(() => (document.title = 'drawn'), 1500);
  }, [loaded]);
  if (!loaded) return null;
  const bottom = Math.max(...loaded.dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return (
    <div
      style={{
        position: 'absolute',
        left: 0,
        top: 0,
        width: WIDTH,
        background: theme.colors.background.canvas,
        color: theme.colors.text.primary,
      }}
    >
      <Head dashboard={loaded.dashboard} />
      <div style={{ position: 'relative', height: bottom * (CELL_HEIGHT + GAP) + GAP }}>
        {loaded.dashboard.panels.map((panel, index) => (
          <Panel key={panel.id} panel={panel} frames={loaded.frames[index]} />
        ))}
      </div>
    </div>
  );
}

registerStandards();
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <PanelContextProvider
      value={{ eventBus: new EventBusSrv(), eventsScope: '', canAddAnnotations: () => false }}
    >
      <Dashboard />
    </PanelContextProvider>
  </ThemeContext.Provider>,
);

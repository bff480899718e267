// Prometheus' answers as Grafana's data frames, in the shapes that its Prometheus data source makes.
import { FieldType, toDataFrame } from '@grafana/data';

const STEP_SECONDS = 15;

async function get(base, path, parameters) {
  const response = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const answer = await response.json();
  if (answer.status !== 'success') throw new Error(`${parameters.query}: ${answer.error}`);
  return answer.data.result;
}

export function legendOf(pattern, labels) {
  return pattern.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '').trim();
}

function timeFields(times, values, labels, name) {
  return [
    {
      name: 'Time',
      type: FieldType.time,
      values: times,
      config: { interval: STEP_SECONDS * 1000 },
    },
    { name: 'Value', type: FieldType.number, values, labels, config: { displayNameFromDS: name } },
  ];
}

// One frame per series, one value per step, null where there is none.
async function rangeFrames(base, target, expr, range) {
  const { from, to } = range;
  const result = await get(base, 'query_range', {
    query: expr,
    start: from,
    end: to,
    step: STEP_SECONDS,
  });
  const times = [];
  for (let at = from; at <= to; at += STEP_SECONDS) times.push(at * 1000);
  return result.map(({ metric, values }) => {
    const at = new Map(
      values.map(([time, value]) => [Math.round((time - from) / STEP_SECONDS), Number(value)]),
    );
    const all = times.map((_, index) => at.get(index) ?? null);
    return toDataFrame({
      refId: target.refId,
      fields: timeFields(times, all, metric, legendOf(target.legendFormat ?? '', metric)),
    });
  });
}

async function instantFrames(base, target, expr, range, name) {
  const result = await get(base, 'query', { query: expr, time: range.to });
  if (target.format !== 'table') {
    return result.map(({ metric, value }) =>
      toDataFrame({
        refId: target.refId,
        fields: timeFields(
          [value[0] * 1000],
          [Number(value[1])],
          metric,
          legendOf(target.legendFormat ?? '', metric),
        ),
      }),
    );
  }
  if (!result.length) return [];
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return [
    toDataFrame({
      refId: target.refId,
      fields: [
        {
          name: 'Time',
          type: FieldType.time,
          values: result.map(({ value }) => value[0] * 1000),
          config: {},
        },
        ...labels.map((label) => ({
          name: label,
          type: FieldType.string,
          values: result.map(({ metric }) => metric[label] ?? ''),
          config: {},
        })),
        {
          name,
          type: FieldType.number,
          values: result.map(({ value }) => Number(value[1])),
          config: {},
        },
      ],
    }),
  ];
}

// The frames of all targets of a panel. `fill` replaces the variables in an expression.
export async function panelFrames(base, panel, fill, range) {
  const answers = await Promise.all(
    panel.targets.map((target) =>
      target.range
        ? rangeFrames(base, target, fill(target.expr), range)
        : instantFrames(base, target, fill(target.expr), range, `Value #${target.refId}`),
    ),
  );
  const frames = answers.flat();
  // As Grafana does: the letter is left out where one query alone has an answer.
  const isTable = panel.targets.some(({ format }) => format === 'table');
  if (isTable && frames.length === 1) frames[0].fields.at(-1).name = 'Value';
  return frames;
}

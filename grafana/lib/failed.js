// The share of attempts that failed, and its column.
'use strict';

const steady = (counter, labels, selector) =>
  `sum by (${labels}) (increase(${counter}{${selector}, phase="steady"}[$__range]))`;

// PromQL: of the steady attempts in the time range the share that failed, by these labels.
const failedShare = (labels, selector) =>
  `${steady('podprobe_failures_total', labels, selector)}\n` +
  `/ (${steady('podprobe_attempts_total', labels, selector)} > 0)`;

// The column by which tables of what has been begin, worst first.
const failedColumn = (labels, selector) => ({
  name: 'Failed',
  expr: failedShare(labels, selector),
  unit: 'percentunit',
  decimals: 2,
  width: 90,
  steps: [
    [null, 'green'],
    [0.001, 'orange'],
    [0.01, 'red'],
  ],
  cell: 'color-background',
});

module.exports = { failedColumn, failedShare, steady };

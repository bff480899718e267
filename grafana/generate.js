#!/usr/bin/env node
// Writes the dashboards' JSON into the folder given, by default grafana/dashboards.
//
//     npm ci --prefix .build/grafana   (with grafana/package.json and its lock file there)
//     NODE_PATH=.build/grafana/node_modules node grafana/generate.js [FOLDER]
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const folder = process.argv[2] ?? path.join(__dirname, 'dashboards');
for (const name of ['cluster', 'workload', 'pod', 'exporter']) {
  const dashboard = require(`./${name}`);
  const text = `${JSON.stringify(dashboard, null, 2)}\n`;
  fs.writeFileSync(path.join(folder, `${dashboard.uid}.json`), text);
}

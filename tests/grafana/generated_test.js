#!/usr/bin/env node
// The dashboards that grafana/generate.js makes are those in grafana/dashboards, byte for byte, and
// grafana/kustomization.yaml names them all.
'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const GRAFANA = path.join(__dirname, '..', '..', 'grafana');
const SKIPPED = 77;

try {
  require.resolve('@grafana/grafana-foundation-sdk/dashboard');
} catch {
  console.error(
    'SKIPPED: @grafana/grafana-foundation-sdk is not installed; tests/run.sh does that with npm.',
  );
  process.exit(SKIPPED);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'podprobe-dashboards-'));
try {
  execFileSync(process.execPath, [path.join(GRAFANA, 'generate.js'), folder], { stdio: 'inherit' });
  const committed = path.join(GRAFANA, 'dashboards');
  const names = fs.readdirSync(folder).sort();
  assert.strictEqual(names.length, 4);
  assert.deepStrictEqual(
    fs.readdirSync(committed).filter((name) => name.endsWith('.json')).sort(),
    names
  );
  for (const name of names) {
    assert.ok(
      fs.readFileSync(path.join(folder, name)).equals(fs.readFileSync(path.join(committed, name))),
      `grafana/dashboards/${name} is not what grafana/generate.js makes: run it, and commit what it writes`,
    );
  }
  const kustomization = fs.readFileSync(path.join(GRAFANA, 'kustomization.yaml'), 'utf8');
  const listed = [...kustomization.matchAll(/files: \[dashboards\/(.+)\]/g)]
    .map(([, name]) => name)
    .sort();
  assert.deepStrictEqual(listed, names);
} finally {
  fs.rmSync(folder, { recursive: true });
}

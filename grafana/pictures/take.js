// Takes the pictures: take.js PROMETHEUS NOW DASHBOARDS PICTURES [UID …]
//
// PROMETHEUS: address of a Prometheus that holds the recordings; NOW: the end of the time range (Unix
// seconds); DASHBOARDS: folder of their JSON; PICTURES: where the PNGs go.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const RANGE_SECONDS = 780; // the whole of run A
// The first page waits until the libraries are bundled.
const PATIENCE_MS = 600000;
const SHOTS = {
  'podprobe-cluster': {},
  'podprobe-workload': { namespace: 'team-a' },
  'podprobe-pod': { namespace: 'shop', workload: 'crash', pod: 'crash' },
  'podprobe-exporter': {},
};

const [prometheus, now, dashboards, pictures, ...wanted] = process.argv.slice(2);

function serveDashboards(server) {
  server.middlewares.use('/dashboards', (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(readFileSync(join(dashboards, request.url)));
  });
}

const server = await createServer({
  root: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
  server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
  plugins: [{ name: 'dashboards', configureServer: serveDashboards }],
});
await server.listen();
const base = `http://127.0.0.1:${server.httpServer.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1600, height: 2600 } });
  page.on('pageerror', (error) => console.error(error.message));
  if (process.env.VERBOSE) page.on('console', (message) => console.error(message.text()));
  for (const [uid, variables] of Object.entries(SHOTS)) {
    if (wanted.length && !wanted.includes(uid)) continue;
    const query = new URLSearchParams({
      dashboard: uid,
      prometheus,
      to: now,
      from: Number(now) - RANGE_SECONDS,
    });
    Object.entries(variables).forEach(([name, value]) => query.set(`var-${name}`, value));
    await page.goto(`${base}/?${query}`, { timeout: PATIENCE_MS });
    await page.waitForFunction('/^(drawn|failed)/.test(document.title)', null, {
      timeout: PATIENCE_MS,
    });
    const title = await page.title();
    if (title !== 'drawn') throw new Error(`${uid}: ${title}`);
    const path = join(pictures, `${uid}.png`);
    const height = await page
      .locator('#root > div')
      .last()
      .evaluate((element) => element.offsetHeight);
    await page.screenshot({ path, clip: { x: 0, y: 0, width: 1600, height } });
    console.log(path);
  }
} finally {
  await browser.close();
  await server.close();
}

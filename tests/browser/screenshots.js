"use strict";
// Takes the README's pictures: the pages of a demo that has run for an hour, so that there is
// something to see, or of an exporter that runs already.
//   node tests/browser/screenshots.js [--minutes=60 | --url=http://127.0.0.1:9714]
// tests/run.sh installs what it needs. PODPROBE_EXPORTER names the program.
const { spawn } = require("node:child_process");
const { mkdirSync, statSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { parseArgs } = require("node:util");

const ROOT = join(__dirname, "..", "..");
const { chromium } = createRequire(join(ROOT, ".build", "browser", "x.js"))("playwright-core");
const { values } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, url: { type: "string" } },
});

const DESKTOP = { width: 1180, height: 760 };
const PHONE = { width: 390, height: 780 };
// What a picture shows: the list once it has evidence to show, or the pod with the most to tell.
const PICTURES = [
  { name: "status", ...DESKTOP, colorScheme: "light" },
  { name: "status-dark", ...DESKTOP, colorScheme: "dark" },
  { name: "status-phone", ...PHONE, colorScheme: "light" },
  { name: "pod", ...DESKTOP, height: 1200, colorScheme: "light", pod: true },
];

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const startDemo = async () => {
  const program =
    process.env.PODPROBE_EXPORTER || join(ROOT, ".build/release/exporter/podprobe-exporter");
  const demo = spawn(program, [
    "demo",
    "--node-name=worker-1",
    "--web.listen-address=127.0.0.1:0",
    "--web.health-listen-address=",
  ]);
  let log = "";
  demo.stderr.on("data", (chunk) => (log += chunk));
  demo.on("error", (error) => (log += error));
  for (let i = 0; i < 100; i++) {
    const found = /listening on (http:\/\/[0-9.:]+)/.exec(log);
    if (found) return { demo, url: found[1] };
    await sleep(0.1);
  }
  demo.kill();
  throw new Error(`${program} demo does not listen: ${log}`);
};

const podWithMostEvents = async (url) => {
  const { data } = await (await fetch(url + "/api/v1/pods")).json();
  const count = (each) => each.events?.length ?? 0;
  const pod = data.items.sort((left, right) => count(right) - count(left))[0];
  return `/pod?${new URLSearchParams({ namespace: pod.namespace, pod: pod.pod })}`;
};

const main = async () => {
  const { demo, url } = values.url ? { url: values.url } : await startDemo();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    if (demo) await sleep(Number(values.minutes) * 60);
    const folder = join(__dirname, "screenshots");
    mkdirSync(folder, { recursive: true });
    for (const { name, width, height, colorScheme, pod } of PICTURES) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      await page.goto(url + (pod ? await podWithMostEvents(url) : "/"));
      if (!pod) await page.waitForSelector("table.probes .meter", { timeout: 300_000 }).catch(() => {});
      const path = join(folder, name + ".png");
      await page.screenshot({ path, fullPage: width === DESKTOP.width && !pod });
      console.log(`${path}: ${statSync(path).size} bytes`);
      await context.close();
    }
  } finally {
    await browser.close();
    demo?.kill();
  }
};

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

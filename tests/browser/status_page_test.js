"use strict";
// The pages for people in Debian's Chromium, driven by Playwright.
const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { existsSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { after, before, test } = require("node:test");

const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
let chromium;
try {
  ({ chromium } = require("playwright-core"));
} catch {
  console.log("playwright-core is not installed: tests/run.sh does that");
}
if (!chromium || !existsSync(CHROMIUM)) {
  console.log("SKIPPED: no browser to test with");
  process.exit(77); // what ctest takes for: skipped
}
const { FakeKubelet } = require("./fake_kubelet.js");

const HOSTILE = "<img src=x onerror=\"document.title='run'\">&amp;'";

let kubelet, exporter, folder, url, browser;
const problems = [];

const until = async (what, condition, seconds = 20) => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

// A page whose every console line, failed request and foreign address is a problem.
const open = async (path, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => problems.push(`${path}: ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`${path}: ${error}`));
  page.on("dialog", (dialog) => problems.push(`${path}: dialog ${dialog.message()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) problems.push(`${path}: asks ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${path}: ${response.status()} ${response.url()}`);
  });
  await page.goto(url + path);
  return page;
};

const addPod = (namespace, name, container) =>
  kubelet.pods.push({ namespace, name, container, isFailing: false, failed: 0, successful: 10 });

// The columns of the list.
const POD = "td:nth-child(2)";
const SINCE = "td:nth-child(4)";
const WHY = "td:nth-child(5)";
const HOUR = "td:nth-child(6)";
const NEXT = "td:nth-child(7)";
const podNames = (page) => page.locator(`table.probes ${POD} a`).allTextContents();

before(async () => {
  kubelet = await new FakeKubelet().start();
  for (let i = 0; i < 60; i++) {
    addPod(i % 2 ? "shop" : "ops", `web-${i}`, "app");
  }
  addPod("shop", "hostile", HOSTILE);
  addPod(HOSTILE, HOSTILE, "app");
  folder = mkdtempSync(join(tmpdir(), "podprobe-browser-"));
  const config = join(folder, "podprobe.yml");
  writeFileSync(
    config,
    `kubelet: {url: "${kubelet.url}"}
sources:
  probes: {interval: 1s, timeout: 1s}
  pods: {interval: 1s, timeout: 1s}
  cadvisor: {enabled: false}
  resource: {enabled: false}
`,
  );
  exporter = spawn(process.env.PODPROBE_EXPORTER, [
    `--config.file=${config}`,
    "--node-name=worker-1",
    "--web.listen-address=127.0.0.1:0",
    "--web.health-listen-address=",
  ]);
  let log = "";
  exporter.stderr.on("data", (chunk) => (log += chunk));
  url = await until("an address", () => /listening on (http:\/\/[0-9.:]+)/.exec(log)?.[1]).catch((error) => {
    throw new Error(`${error.message}\n${log}`);
  });
  await until("a page", async () => (await fetch(url + "/metrics")).status === 200);
  // Failures come after the first sight, which is a baseline.
  fail("web-1");
  fail("web-2");
  fail(HOSTILE);
  fail("hostile");
  await until("four rows", async () =>
    /^4 probes not passing/m.test(await (await fetch(url)).text()));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  exporter?.kill();
  kubelet?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

// A browser tells of requests that fail; here they are meant to.
const forgetAborted = () => {
  for (let i = problems.length - 1; i >= 0; i--) {
    if (problems[i].includes("net::ERR_FAILED")) problems.splice(i, 1);
  }
};

const setFailing = (name, isFailing) => {
  kubelet.pods.find((pod) => pod.name === name).isFailing = isFailing;
};
const fail = (name) => setFailing(name, true);

test("what does not pass stands there, with its state, age and what comes next", async () => {
  const page = await open("/");
  assert.deepEqual((await podNames(page)).sort(), [HOSTILE, "hostile", "web-1", "web-2"].sort());
  const row = page.locator("tr", { hasText: "web-1" });
  assert.equal(await row.locator(".state").textContent(), "failing");
  assert.match(await row.locator(`${SINCE} time.age`).textContent(), /^\d+ s|\d+ min$/);
  assert.match(await row.locator(`${SINCE} time.clock`).textContent(), /\d\d:\d\d/);
  // A failure has no cause before /pods was read after it.
  await row.locator(WHY, { hasText: /nothing seen on this node explains it \d+ failure/ }).waitFor();
  assert.equal(await row.locator(`${HOUR} svg path.failed`).count(), 1);
  assert.match(await row.locator(`${HOUR} svg title`).textContent(), /^Last hour: failures in \d+ of \d+ min$/);
  const next = row.locator(NEXT);
  assert.match(await next.textContent(), /^unready in \d+ (h|min)/);
  assert.equal(await page.locator(".tiles .failing b").textContent(), "4");
  assert.equal(await page.locator("h1").textContent(), "4 of 62 pods have a probe that does not pass");
  assert.equal(await page.locator(".verdict").textContent(), "4 are failing");
  assert.equal(await page.title(), "(4) Probes · worker-1 · podprobe");
});

test("filters stand in the URL and are kept by a reload", async () => {
  const page = await open("/");
  await page.getByLabel("Search").fill("web-2");
  await page.waitForURL(/\?q=web-2$/);
  await until("one row", async () => (await podNames(page)).join() === "web-2");
  await page.reload();
  assert.deepEqual(await podNames(page), ["web-2"]);
  assert.equal(await page.getByLabel("Search").inputValue(), "web-2");
  await page.getByLabel("State").selectOption("all");
  await page.waitForURL(/q=web-2&state=all$/);
  await until("web-2 and its like", async () => (await podNames(page)).length === 11);
  await page.getByLabel("Namespace").selectOption("shop");
  await until("those of shop", async () => (await podNames(page)).length === 5);
});

test("a pod that starts to fail comes by itself, and nothing moves", async () => {
  const page = await open("/?state=all&sort=name");
  await page.evaluate(() => {
    window.isSamePage = true;
    window.scrollTo(0, 700);
  });
  const link = page.locator("a", { hasText: /^web-30$/ });
  await link.focus({ preventScroll: true });
  const top = () => link.evaluate((each) => Math.round(each.getBoundingClientRect().top));
  const before = await top();
  fail("web-30");
  const row = page.locator("tr", { hasText: "web-30" });
  await until("web-30 failing", async () => (await row.locator(".state").textContent()) === "failing");
  assert.equal(await page.evaluate(() => window.isSamePage), true);
  assert.ok(Math.abs((await top()) - before) <= 1, `${before} to ${await top()}`);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "web-30");
  setFailing("web-30", false);
  await until("web-30 passing", async () => (await row.locator(".state").textContent()) === "passing");
});

test("a countdown ticks between two answers", async () => {
  const page = await open("/");
  await page.route("**/*", (route) => route.abort());
  const time = page.locator("time.countdown").first();
  await time.evaluate((each) => (each.dataset.at = String(Date.now() / 1000 + 30)));
  for (const left of ["29", "28", "27"]) {
    await until(`${left} s left`, async () => (await time.textContent()) === `in ${left} s`);
  }
  forgetAborted();
});

test("a click on a column sorts by it", async () => {
  const page = await open("/");
  await page.getByRole("link", { name: "Pod", exact: true }).click();
  await page.waitForURL(/\?sort=name$/);
  assert.deepEqual(await podNames(page), [HOSTILE, "web-2", "hostile", "web-1"]);
  assert.equal(await page.getByLabel("Sort").inputValue(), "name");
});

test("a pod's page has its last failures and what to type next", async () => {
  const page = await open("/pod?namespace=shop&pod=web-1");
  const events = page.locator("table.events tbody tr");
  assert.equal(await events.count(), 1);
  assert.match(await events.textContent(), /Readiness of app failed \d+ times in .*steady/);
  assert.equal(
    await page.locator("code", { hasText: "describe" }).textContent(),
    "kubectl -n shop describe pod web-1",
  );
});

test("a page weighs less than 100 kB with all that belongs to it", async () => {
  let bytes = 0;
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("response", async (response) => (bytes += (await response.body()).length));
  await page.goto(url + "/?state=all", { waitUntil: "networkidle" });
  assert.equal((await podNames(page)).length, 50);
  console.log(`50 rows, with style and script: ${bytes} bytes`);
  assert.ok(bytes < 100_000, String(bytes));
  await context.close();
});

test("a keyboard is enough", async () => {
  const page = await open("/");
  await page.keyboard.press("/");
  await page.keyboard.type("web-1");
  await until("one row", async () => (await podNames(page)).join() === "web-1");
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.textContent === "web-1")) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/pod\?namespace=shop&pod=web-1$/);
  assert.equal(await page.locator("h1").textContent(), "web-1");
  assert.match(
    await page.locator("h2:text-is('In Prometheus') + ul code").first().textContent(),
    /^podprobe_success_ratio\{namespace="shop",pod="web-1"\}$/,
  );
  await page.goBack();
  assert.equal(await page.getByLabel("Search").inputValue(), "web-1");
  await page.getByLabel("Search").press("Escape");
  await until("all rows", async () => (await podNames(page)).length === 4);
});

test("a phone's width is enough, and so are those between", async () => {
  for (const path of ["/", "/?state=all", "/sources", "/pod?namespace=shop&pod=web-1"]) {
    const page = await open(path, { viewport: { width: 360, height: 700 } });
    for (const width of [360, 600, 800, 950, 1100, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      const shown = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(shown <= width, `${path}: ${shown} of ${width}`);
    }
    await page.context().close();
  }
});

test("without JavaScript it is a table and a form", async () => {
  const page = await open("/", { javaScriptEnabled: false });
  assert.equal((await podNames(page)).length, 4);
  await page.getByLabel("Search").fill("web-1");
  await page.getByRole("button", { name: "Show" }).click();
  assert.deepEqual(await podNames(page), ["web-1"]);
  assert.match(page.url(), /\?q=web-1&/);
});

test("hostile names are text", async () => {
  for (const path of ["/?state=all&q=img", `/pod?namespace=${encodeURIComponent(HOSTILE)}&pod=${encodeURIComponent(HOSTILE)}`, "/pod?namespace=shop&pod=hostile"]) {
    const page = await open(path);
    await page.waitForTimeout(3500); // at least one update by the script
    assert.equal(await page.locator("img").count(), 0);
    assert.ok((await page.locator("main").textContent()).includes(HOSTILE), path);
    assert.ok(!(await page.title()).startsWith("run"));
  }
});

test("dark is dark", async () => {
  const page = await open("/", { colorScheme: "dark" });
  const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(back, "rgb(20, 24, 27)");
});

test("an exporter that went away is told, and what was shown stays", async () => {
  const page = await open("/");
  await page.route("**/*", (route) => route.abort());
  const link = page.locator("#link");
  await until("a line about it", async () => (await link.textContent()).startsWith("No answer for"), 30);
  assert.equal((await podNames(page)).length, 4);
  forgetAborted();
});

test("no page had a problem", () => assert.deepEqual(problems, []));

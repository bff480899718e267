// Every object that the ways of installing give, against the schemas of Kubernetes and Prometheus
// Operator: values by their JSON schemas, unknown fields by their TypeScript types.
//
// Standard input: a JSON list of objects. schema_test.py writes it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const build = path.join(here, "../../.build/deploy");
const modules = path.join(build, "node_modules");
const packages = ["kubernetes-models", "@kubernetes-models/prometheus-operator"];

function skip(why) {
  console.error(`SKIPPED, nothing was tested: ${why}`);
  process.exit(77);
}

for (const name of [...packages, "typescript"]) {
  if (!fs.existsSync(path.join(modules, name))) {
    skip(`npm's ${name} is not in .build/deploy (tests/run.sh installs it)`);
  }
}

// The module with an object's class, such as …/kubernetes-models/apps/v1/DaemonSet.
function moduleOf(object) {
  for (const name of packages) {
    const file = path.join(modules, name, object.apiVersion, object.kind);
    if (fs.existsSync(`${file}.js`)) return file;
  }
  throw new Error(`no schema for ${object.apiVersion} ${object.kind}`);
}

async function valueProblem(object) {
  const loaded = await import(pathToFileURL(`${moduleOf(object)}.js`));
  try {
    new loaded[object.kind](object).validate();
    return "";
  } catch (error) {
    return error.message;
  }
}

// What tsc says of objects, one line for each unknown or missing field.
function typeProblems(objects) {
  const folder = fs.mkdtempSync(path.join(build, "types-"));
  try {
    const text = objects.map((object, i) =>
      `import type { I${object.kind} as T${i} } from ${JSON.stringify(moduleOf(object))};\n` +
      `export const o${i}: T${i} = ${JSON.stringify(object, null, 1)};\n`);
    fs.writeFileSync(path.join(folder, "objects.ts"), text.join(""));
    execFileSync(process.execPath, [
      path.join(modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
      "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler",
      path.join(folder, "objects.ts"),
    ], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    return "";
  } catch (error) {
    if (error.stdout === undefined) throw error;
    return error.stdout;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function changed(object, change) {
  const copy = structuredClone(object);
  change(copy);
  return copy;
}

const all = JSON.parse(fs.readFileSync(0, "utf8"));
const objects = [...new Map(all.map((object) => [JSON.stringify(object), object])).values()];
assert.ok(objects.length > 10, `only ${objects.length} objects`);

for (const object of objects) {
  assert.equal(await valueProblem(object), "", `${object.kind} ${object.metadata.name}`);
}
const problems = typeProblems(objects);
assert.equal(problems, "", problems);

// The check of the checks: each of the two finds what it is for.
const daemonSet = objects.find((object) => object.kind === "DaemonSet");
const monitor = objects.find((object) => object.kind === "PodMonitor");
assert.notEqual(await valueProblem(changed(daemonSet, (copy) => {
  copy.spec.template.spec.containers[0].ports[0].containerPort = "many";
})), "");
assert.notEqual(await valueProblem(changed(monitor, (copy) => { delete copy.spec.selector; })), "");
const said = typeProblems([
  changed(daemonSet, (copy) => { copy.spec.template.spec.containers[0].resourcez = {}; }),
  changed(monitor, (copy) => { copy.spec.podMetricsEndpoints[0].honourLabels = true; }),
]);
assert.match(said, /resourcez/);
assert.match(said, /honourLabels/);

const kinds = [...new Set(objects.map((object) => object.kind))].sort();
console.log(`${objects.length} objects are valid: ${kinds.join(", ")}`);

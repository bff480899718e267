"use strict";
// A kubelet with the pods that a test gives it: /metrics/probes and /pods over HTTP.
const http = require("node:http");

const escapeLabel = (text) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

class FakeKubelet {
  #server = http.createServer((request, response) => {
    const page = { "/metrics/probes": () => this.#probes(), "/pods": () => this.#pods() }[request.url];
    if (!page) return response.writeHead(404).end();
    response.writeHead(200).end(page());
  });
  #startSeconds = Math.floor(Date.now() / 1000) - 600;
  // { namespace, name, container, isFailing, failed, successful }; each look at the page finds one
  // more result of its readiness probe.
  pods = [];

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections?.();
    this.#server.close();
  }

  #probes() {
    const lines = [`process_start_time_seconds ${this.#startSeconds}`];
    for (const pod of this.pods) {
      pod[pod.isFailing ? "failed" : "successful"] += 1;
      const labels = `container="${escapeLabel(pod.container)}",namespace="${escapeLabel(pod.namespace)}",pod="${escapeLabel(pod.name)}",pod_uid="${this.#uid(pod)}",probe_type="Readiness"`;
      for (const result of ["failed", "successful"]) {
        if (pod[result] > 0) lines.push(`prober_probe_total{${labels},result="${result}"} ${pod[result]}`);
      }
    }
    return lines.join("\n") + "\n";
  }

  #uid(pod) {
    return `00000000-0000-4000-8000-${String(this.pods.indexOf(pod)).padStart(12, "0")}`;
  }

  #pods() {
    const started = new Date(this.#startSeconds * 1000).toISOString().replace(/\.\d+/, "");
    const items = this.pods.map((pod) => ({
      metadata: {
        name: pod.name,
        namespace: pod.namespace,
        uid: this.#uid(pod),
        creationTimestamp: started,
        ownerReferences: [{ kind: "StatefulSet", name: pod.name, controller: true }],
      },
      spec: {
        containers: [
          {
            name: pod.container,
            readinessProbe: {
              httpGet: { path: "/", port: 80 },
              periodSeconds: 10,
              timeoutSeconds: 1,
              failureThreshold: 1000,
              successThreshold: 1,
            },
          },
        ],
      },
      status: {
        phase: "Running",
        startTime: started,
        conditions: [{ type: "Ready", status: "True", lastTransitionTime: started }],
        containerStatuses: [
          {
            name: pod.container,
            containerID: "containerd://" + this.#uid(pod),
            ready: true,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: started } },
          },
        ],
      },
    }));
    return JSON.stringify({ kind: "PodList", apiVersion: "v1", items });
  }
}

module.exports = { FakeKubelet };

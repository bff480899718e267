"""What the small kubelet of a random recording serves: its four pages."""

import json
import re

from random_pods import CFS_PERIODS, CFS_THROTTLED, WORKING_SET

BOUNDS = (0.005, 0.05, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIMPLE = "prober_probe_total|prober_.*_sum|process_|container_start"
WANTED = SIMPLE + "|container_"
UNUSED_LINES = "# a comment\nother_family_total{a=\"b\"} 3\n"


class Pages:
    def is_filling_up(self):
        return self.now < self.kubelet_start + 60

    def probes_page(self):
        lines = []
        for pod in self.pods:
            if not pod.in_probes:
                continue
            for container in pod.containers:
                for probe in container.probes.values():
                    for result, count in probe.counts.items():
                        labels = [
                            ("container", container.name),
                            ("namespace", pod.namespace),
                            ("pod", self.label_of(pod)),
                            ("pod_uid", pod.uid),
                            ("probe_type", probe.kind),
                            ("result", result),
                        ]
                        lines.append(self.sample("prober_probe_total", labels, count))
        for key, histogram in self.durations.items():
            labels = list(zip(("namespace", "pod", "container", "probe_type"), key))
            name = "prober_probe_duration_seconds"
            for bound, value in zip(BOUNDS + ("+Inf",), histogram):
                lines.append(self.sample(name + "_bucket", labels + [("le", str(bound))], value))
            lines.append(self.sample(name + "_count", labels, histogram[-2]))
            lines.append(self.sample(name + "_sum", labels, histogram[-1]))
        lines.append("process_start_time_seconds %r\n" % self.kubelet_start)
        return self.spoiled(lines)

    def sample(self, name, labels, value):
        if self.rng.random() < 0.1:
            self.rng.shuffle(labels)
        inner = ",".join('%s="%s"' % label for label in labels)
        return "%s{%s} %s\n" % (name, inner, value)

    def spoiled(self, lines):
        """Reordered, with comments, and sometimes with bad lines in place of good ones."""
        if self.rng.random() < 0.3:
            self.rng.shuffle(lines)
        for index in range(len(lines)):
            # Not in the parts of a histogram: what half of it means, the contract does not say.
            is_wanted = re.match(WANTED if "badlines" in self.kinds else SIMPLE, lines[index])
            if is_wanted and self.rng.random() < self.bad_lines * 0.2:
                line = lines[index].rstrip("\n")
                lines[index] = self.rng.choice((line[:-1] + "x\n", line.replace("}", "") + '"\n', line + " 1 2\n"))
                if "{" not in line:
                    lines[index] = "process_start_time_seconds\n"
        return UNUSED_LINES + "".join(lines)

    def resource_page(self):
        if self.rng.random() < 0.02:
            return "resource_scrape_error 1\n"
        lines = ["resource_scrape_error 0\n"]
        for pod in self.pods:
            for name in self.extra_containers(pod):
                labels = [("container", name), ("namespace", pod.namespace), ("pod", pod.name)]
                lines.append(self.sample("container_start_time_seconds", labels, pod.created))
            for container in pod.containers:
                if container.is_running:
                    labels = [("container", container.name), ("namespace", pod.namespace), ("pod", pod.name)]
                    start = container.exact_start + self.kubelet_skew
                    lines.append(self.sample("container_start_time_seconds", labels, start))
                    working_set = self.rng.choice((10 << 20, 63 << 20))
                    lines.append(
                        self.sample("container_memory_working_set_bytes", labels, working_set)[:-1]
                        + " %d\n" % (self.now * 1000 - 500)
                    )
        return self.spoiled(lines)

    def cadvisor_page(self):
        """Rows of slices, pods, sandboxes and containers; only those of containers are any good."""
        lines = []
        for slice_id in ("/", "/kubepods"):
            lines += self.rows(slice_id, ("", "", "", ""), self.now * 1000, {WORKING_SET: 1 << 30})
        for pod in self.pods:
            running = [container for container in pod.containers if container.is_running]
            path = "/kubepods/pod%s" % pod.uid
            for container, image in (("", ""), ("", "pause"), ("POD", "pause")):
                labels = (container, pod.namespace, pod.name, image)
                if running and self.rng.random() < 0.7:
                    values = {WORKING_SET: 1 << 20, CFS_PERIODS: 7, CFS_THROTTLED: 7}
                    lines += self.rows(path + image, labels, self.now * 1000, values)
            for name in self.extra_containers(pod):
                labels = (name, pod.namespace, pod.name, "image")
                row_id = path + "/" + name
                lines += self.rows(row_id, labels, None, {"container_start_time_seconds": pod.created})
            for container in running:
                labels = (container.name, pod.namespace, pod.name, "image")
                stamp, values = container.measure(self)
                row_id = path + "/" + container.id[-12:]
                lines += self.rows(row_id, labels, stamp, values)
                fixed = {
                    "container_spec_memory_limit_bytes": container.limit,
                    "container_start_time_seconds": container.started_at + self.kubelet_skew,
                }
                lines += self.rows(row_id, labels, None, fixed)
        return self.spoiled(lines)

    def rows(self, row_id, labels, stamp, values):
        container, namespace, pod, image = labels
        pairs = [
            ("container", container),
            ("id", row_id),
            ("image", image),
            ("name", row_id[-4:]),
            ("namespace", namespace),
            ("pod", pod),
        ]
        lines = []
        for name, value in values.items():
            line = self.sample(name, list(pairs), repr(value))
            lines.append(line if stamp is None else line[:-1] + " %d\n" % stamp)
        return lines

    def pods_page(self):
        if self.lags and self.last_list is not None and self.rng.random() < 0.4:
            return self.last_list
        listed = [pod for pod in self.pods if pod.in_pods and pod.listed_from <= self.now]
        if self.is_filling_up():
            listed = [pod for pod in listed if self.rng.random() < 0.6]
        self.rng.shuffle(listed)
        items = [self.twist_record(pod, pod.record(self.now < self.frozen_until)) for pod in listed]
        document = {"kind": "PodList", "apiVersion": "v1", "items": items}
        self.last_list = json.dumps(document)
        return self.last_list

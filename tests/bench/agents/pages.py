"""Pages of a kubelet, grown from a recorded one to any number of pods.

A recorded reading is cut into what belongs to no pod and what belongs to each. A grown
page has the former once and of the latter as many as asked for, taken in turn, with
names, uids and container ids of their own. Counters of /metrics/probes go on as they
went between the recording's last two readings; /pods lists the pods in another order each
time, as a kubelet does.
"""

import functools
import gzip
import hashlib
import json
import os
import random
import re

POD_LABEL = re.compile(r'[{,]pod="([^"]*)"')
NAMESPACE_LABEL = re.compile(r'[{,]namespace="([^"]*)"')
CONTAINER_LABEL = re.compile(r'[{,]container="([^"]*)"')
PROBE_TYPE_LABEL = re.compile(r'probe_type="([^"]*)"')
IDENTITY = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
METRIC_PAGES = ("probes", "cadvisor", "resource")
# Of the recording: its container `app` passes readiness and liveness.
HEALTHY_POD = ("scale-0", "svc-00-7f9c6d5b8d-x2xkq-worker-1")
PATHS = (*(f"metrics/{name}" for name in METRIC_PAGES), "pods")


def read_page(folder, name):
    path = os.path.join(folder, name)
    if os.path.exists(path + ".gz"):
        with gzip.open(path + ".gz", "rt", encoding="utf-8") as file:
            return file.read()
    with open(path, encoding="utf-8") as file:
        return file.read()


class Reading:
    """One recorded reading by pod."""

    def __init__(self, folder):
        self.pages = {name: self._cut(read_page(folder, f"metrics-{name}.prom")) for name in METRIC_PAGES}
        items = json.loads(read_page(folder, "pods.json"))["items"]
        self.pods = {(pod["metadata"]["namespace"], pod["metadata"]["name"]): pod for pod in items}

    @staticmethod
    def _cut(text):
        """A list of families: (header, lines of no pod, lines by pod)."""
        families = []
        for line in text.splitlines():
            if line.startswith("# HELP"):
                families.append((line, [], {}))
            elif line.startswith("#"):
                families[-1] = (families[-1][0] + "\n" + line, *families[-1][1:])
            else:
                pod = POD_LABEL.search(line)
                if pod is None or not pod.group(1):
                    families[-1][1].append(line)
                else:
                    key = (NAMESPACE_LABEL.search(line).group(1), pod.group(1))
                    families[-1][2].setdefault(key, []).append(line)
        return families


def renamed(text, name, copy):
    """The pod's text as that of its copy number `copy`; 0 is the pod itself."""
    if copy == 0:
        return text
    text = IDENTITY.sub(
        lambda found: _identity_like(found.group(0), copy), text
    )
    return text.replace(name, f"{name}-{copy}")


@functools.lru_cache(maxsize=None)
def _identity_like(identity, copy):
    digits = iter(hashlib.sha256(f"{identity}/{copy}".encode()).hexdigest())
    return "".join(char if char == "-" else next(digits) for char in identity)


class Growth:
    """What the pages of one grown kubelet look like at its versions.

    `pods`: how many. `interval_seconds`: between two versions. `churn`: the share of the
    pods that are replaced by new ones each minute. `probes`: of each pod so many, of one
    healthy pod of the recording; None: all the recorded pods with what they have.
    """

    def __init__(self, before_folder, last_folder, *, pods=None, interval_seconds=1.0, churn=0.0, probes=None):
        self._last = Reading(last_folder)
        self._seconds_between = float(os.path.basename(last_folder)) - float(os.path.basename(before_folder))
        self._before = {}
        for line in read_page(before_folder, "metrics-probes.prom").splitlines():
            series, _, value = line.rpartition(" ")
            if not line.startswith("#"):
                self._before[series] = float(value)
        self._interval_seconds = interval_seconds
        self._churn = churn
        if probes is not None:
            self._last = uniform(self._last, HEALTHY_POD, probes)
        self._templates = sorted(self._last.pods)
        self.pod_count = len(self._templates) if pods is None else pods

    def _copies(self, version):
        """(template, copy) of every pod alive at the version."""
        copies = []
        for place in range(self.pod_count):
            template = self._templates[place % len(self._templates)]
            age = self._churn * version * self._interval_seconds / 60
            generation = int(age + (place * 0.6180339887) % 1)
            copies.append((template, place // len(self._templates) + generation * 100_000))
        return copies

    def _went_on(self, line, version):
        """The line of /metrics/probes, later."""
        series, _, value = line.rpartition(" ")
        value = float(value)
        step = max(0.0, value - self._before.get(series, value)) / self._seconds_between
        value += step * version * self._interval_seconds
        return f"{series} {value:.9g}" if "_sum{" in series else f"{series} {int(value)}"

    def _metric_page(self, name, version):
        copies = self._copies(version)
        lines = []
        for header, of_none, by_pod in self._last.pages[name]:
            lines.append(header)
            lines.extend(of_none)
            if name == "probes":
                texts = {
                    key: "\n".join(self._went_on(line, version) for line in pod_lines)
                    for key, pod_lines in by_pod.items()
                }
            else:
                texts = {key: "\n".join(pod_lines) for key, pod_lines in by_pod.items()}
            lines.extend(
                renamed(texts[template], template[1], copy)
                for template, copy in copies if template in texts
            )
        return "\n".join(lines) + "\n"

    def _pods_page(self, version):
        texts = {
            key: json.dumps(pod, separators=(",", ":")) for key, pod in self._last.pods.items()
        }
        items = [renamed(texts[template], template[1], copy) for template, copy in self._copies(version)]
        random.Random(version).shuffle(items)
        items = ",".join(items)
        return f'{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{items}]}}\n'

    def page(self, path, version):
        """The text at the kubelet's path: metrics/probes, metrics/cadvisor, metrics/resource, pods."""
        if path == "pods":
            return self._pods_page(version)
        return self._metric_page(path.removeprefix("metrics/"), version)

    def write(self, folder, versions, with_gzip):
        """FOLDER/0, FOLDER/1, …: the versions. What does not change is a link to the first."""
        for version in range(versions):
            root = os.path.join(folder, str(version))
            os.makedirs(os.path.join(root, "metrics"))
            for path in PATHS:
                is_packed = with_gzip and path != "pods"  # the kubelet never packs /pods
                names = (path, path + ".gz") if is_packed else (path,)
                is_another = path in ("metrics/probes", "pods") or self._churn
                if version > 0 and not is_another:
                    for name in names:
                        os.link(os.path.join(folder, "0", name), os.path.join(root, name))
                    continue
                text = self.page(path, version).encode()
                with open(os.path.join(root, path), "wb") as file:
                    file.write(text)
                if is_packed:
                    with gzip.open(os.path.join(root, path + ".gz"), "wb", compresslevel=6) as file:
                        file.write(text)


def uniform(reading, pod_key, probes):
    """The reading with one pod only, of so many probes: readiness and liveness of app, app-2, …

    `pod_key`: the (namespace, name) of a pod whose container `app` has both.
    """
    wanted = [
        (f"app-{number // 2 + 1}" if number > 1 else "app", ("Readiness", "Liveness")[number % 2])
        for number in range(probes)
    ]
    containers = list(dict.fromkeys(container for container, _ in wanted))
    for name, families in reading.pages.items():
        for _, _, by_pod in families:
            lines = by_pod.pop(pod_key, [])
            by_pod.clear()
            kept = []
            for line in lines:
                container = CONTAINER_LABEL.search(line)
                if container is None or not container.group(1):
                    kept.append(line)
                elif container.group(1) == "app":
                    probe_type = PROBE_TYPE_LABEL.search(line)
                    kept.extend(
                        _as_container(line, of) for of in containers
                        if probe_type is None or (of, probe_type.group(1)) in wanted
                    )
            if kept:
                by_pod[pod_key] = kept
    pod = reading.pods[pod_key]
    for place, of_place in ((pod["spec"], "containers"), (pod["status"], "containerStatuses")):
        app = next(one for one in place[of_place] if one["name"] == "app")
        place[of_place] = [
            json.loads(_as_container(json.dumps(app), of)) | {"name": of} for of in containers
        ]
    for container in pod["spec"]["containers"]:
        container.pop("startupProbe", None)
        for key, probe_type in (("readinessProbe", "Readiness"), ("livenessProbe", "Liveness")):
            if (container["name"], probe_type) not in wanted:
                container.pop(key, None)
    reading.pods = {pod_key: pod}
    return reading


def _as_container(text, container):
    if container == "app":
        return text
    copy = int(container.removeprefix("app-"))
    text = IDENTITY.sub(lambda found: _identity_like(found.group(0), f"container {copy}"), text)
    return text.replace('container="app"', f'container="{container}"')

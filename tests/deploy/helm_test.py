#!/usr/bin/env python3
"""The chart, under the real helm: it gives what deploy/kubernetes gives, and refuses wrong values."""

import copy
import subprocess
import tempfile
import unittest

import policy_test
import rendered
import tools
from rendered import COMPONENTS, container, of_kind, one, pod_template

CONFIG = "series: {spec: all}\n"
# Labels that only a chart has.
HELM_LABELS = {"helm.sh/chart", "app.kubernetes.io/managed-by"}


def without_helm(found):
    """As it would be without what charts add by convention."""
    found = copy.deepcopy(found)
    labels = found["metadata"]["labels"]
    for label in HELM_LABELS:
        labels.pop(label, None)
    return found


def by_kind(objects):
    """{kind: object} of what the exporter itself consists of; rules and dashboards have a test of
    their own, and a Namespace is not a chart's to make."""
    objects = [found for found in objects
               if found["kind"] not in ("Namespace", "PrometheusRule", "Pod")
               and "grafana_dashboard" not in found["metadata"].get("labels", {})]
    kinds = {found["kind"]: found for found in objects}
    assert len(kinds) == len(objects), "one object of each kind"
    return kinds


class Equality(unittest.TestCase):
    maxDiff = None

    def test_defaults_give_the_base(self):
        status, objects, said = rendered.helm_template()
        self.assertEqual(status, 0, said)
        self.assertEqual({kind: without_helm(found) for kind, found in by_kind(objects).items()},
                         by_kind(rendered.kustomize(rendered.KUBERNETES)))

    def test_each_value_gives_its_component(self):
        """But for what is made of files: kustomize names a ConfigMap by the hash of its content,
        the chart puts that hash into an annotation."""
        for name in COMPONENTS:
            with self.subTest(name):
                ours = by_kind(rendered.with_components(
                    name, config=CONFIG if name == "config" else None))
                status, objects, said = rendered.helm_template(
                    *(f"--set={value}" for value in policy_test.VALUES[name]))
                self.assertEqual(status, 0, said)
                theirs = {kind: without_helm(found) for kind, found in by_kind(objects).items()}
                self.assertEqual(set(ours), set(theirs))
                for kind, found in ours.items():
                    if kind in ("ConfigMap", "Secret"):
                        continue
                    other = theirs[kind]
                    if kind == "DaemonSet":
                        self.align(found, other)
                    if kind in ("PodMonitor", "NetworkPolicy"):
                        # Of components, that are no part of the base and its labels.
                        found, other = found["spec"], other["spec"]
                    self.assertEqual(found, other)

    def align(self, ours, theirs):
        # Lists that Kubernetes keys by name, so that their order is no difference.
        for template in (ours["spec"]["template"], theirs["spec"]["template"]):
            spec = template["spec"]
            for keyed in (spec["volumes"], spec["containers"][0]["env"],
                          spec["containers"][0]["volumeMounts"]):
                keyed.sort(key=lambda entry: entry["name"])
        annotations = theirs["spec"]["template"]["metadata"]["annotations"]
        for key in [key for key in annotations if key.startswith("checksum/")]:
            del annotations[key]
        for volume in ours["spec"]["template"]["spec"]["volumes"]:
            for source, key in (("configMap", "name"), ("secret", "secretName")):
                if volume.get(source, {}).get(key, "").startswith(("podprobe-exporter-config-",
                                                                   "podprobe-exporter-web-")):
                    volume[source][key] = volume[source][key].rpartition("-")[0]


class Chart(unittest.TestCase):
    def test_lint(self):
        values = [file for file in sorted((rendered.CHART / "ci").glob("*.yaml"))]
        self.assertGreater(len(values), 0)
        for file in values:
            done = subprocess.run([tools.helm(), "lint", "--strict", str(rendered.CHART),
                                   "--values", str(file)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_wrong_values_are_refused(self):
        for value, words in (
            ("imagee.tag=1", "additional properties 'imagee' not allowed"),
            ("image.tag=latest", "/image/tag"),
            ("image.digest=abc", "/image/digest"),
            ("kubelet.insecureSkipVerify=perhaps", "/kubelet/insecureSkipVerify"),
            ("pods.from=etcd", "/pods/from"),
            ("podMonitor.interval=soon", "/podMonitor/interval"),
            ("resources.memory=1Gi", "/resources"),
            ("webTls.secretName=", "/webTls/secretName"),
            ("extraArgs={log}", "/extraArgs/0"),
        ):
            status, _, said = rendered.helm_template("--set", value)
            self.assertNotEqual(status, 0, value)
            self.assertIn(words, said, value)

    def test_another_name_is_meant_by_all(self):
        status, objects, said = rendered.helm_template(namespace="monitoring", release="probes")
        self.assertEqual(status, 0, said)
        for found in objects:
            self.assertTrue(found["metadata"]["name"].startswith("probes-podprobe-exporter"),
                            found["metadata"]["name"])
            if found["kind"] not in policy_test.CLUSTER_WIDE:
                self.assertEqual(found["metadata"]["namespace"], "monitoring")
        self.assertEqual(one(objects, "ClusterRoleBinding")["subjects"],
                         [{"kind": "ServiceAccount", "name": "probes-podprobe-exporter",
                           "namespace": "monitoring"}])
        selector = one(objects, "Service")["spec"]["selector"]
        self.assertTrue(policy_test.is_selected(selector,
                                                pod_template(objects)["metadata"]["labels"]))

    def test_a_service_account_of_the_user_s_is_used(self):
        _, objects, _ = rendered.helm_template(
            "--set=serviceAccount.create=false,serviceAccount.name=mine")
        self.assertEqual(of_kind(objects, "ServiceAccount"), [])
        self.assertEqual(one(objects, "ClusterRoleBinding")["subjects"][0]["name"], "mine")
        self.assertEqual(pod_template(objects)["spec"]["serviceAccountName"], "mine")

    def test_a_digest_wins_over_the_tag(self):
        digest = "sha256:" + "0" * 64
        _, objects, _ = rendered.helm_template(f"--set=image.digest={digest},image.tag=1.2.3")
        self.assertEqual(container(objects)["image"],
                         f"ghcr.io/podprobe/podprobe-exporter@{digest}")

    def test_a_changed_file_rolls_the_pods(self):
        templates = [pod_template(rendered.helm_template("--set", value)[1])
                     for value in ("config.series.level=pod", "config.series.level=workload",
                                   "webConfig.basic_auth_users.a=x",
                                   "webConfig.basic_auth_users.a=y")]
        for one_of_them, other in ((0, 1), (2, 3)):
            self.assertNotEqual(templates[one_of_them]["metadata"]["annotations"],
                                templates[other]["metadata"]["annotations"])

    def test_the_notes_say_what_is_amiss(self):
        """`helm template` prints no notes; an install that only pretends does, on its own."""
        for arguments, words, is_there in (
            ([], "Nothing scrapes it yet", True),
            (["--set=podMonitor.enabled=true"], "Nothing scrapes it yet", False),
            ([], "NOT verified", False),
            (["--set=kubelet.insecureSkipVerify=true"], "NOT verified", True),
            (["--set=rbac.create=false"], "answers 403", True),
        ):
            said = self.notes(*arguments)
            self.assertIn("podprobe-exporter check", said)
            self.assertEqual(words in said, is_there, said)

    def notes(self, *arguments):
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                [tools.helm(), "install", "podprobe-exporter", str(rendered.CHART),
                 "--namespace=podprobe", "--dry-run=client", *arguments],
                capture_output=True, text=True, env={"HOME": home, "KUBECONFIG": "/dev/null"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.partition("NOTES:")[2]

    def test_what_is_packed_has_the_rules_and_dashboards_in_it(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([tools.helm(), "package", str(rendered.CHART), "--destination", folder],
                           capture_output=True, check=True)
            packed = f"{folder}/podprobe-exporter-{policy_test.project_version()}.tgz"
            done = subprocess.run(
                [tools.helm(), "template", "podprobe-exporter", packed,
                 "--set=prometheusRule.enabled=true,dashboards.enabled=true"],
                capture_output=True, text=True, check=True)
        self.assertIn("kind: PrometheusRule", done.stdout)
        self.assertIn('grafana_dashboard: "1"', done.stdout)


if __name__ == "__main__":
    # Ends the program here, as skipped, where there is none.
    tools.kubectl()
    tools.helm()
    unittest.main()

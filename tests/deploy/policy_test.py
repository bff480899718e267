#!/usr/bin/env python3
"""What every way of installing must keep to: least rights, no access to the host, names that fit."""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import rendered
import tools
import yaml
from rendered import COMPONENTS, container, of_kind, one, pod_template

EXPORTER = os.environ["PODPROBE_EXPORTER"]
NAMESPACE = "podprobe"
TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# What is in every cluster, or what the documentation tells the user to make.
MADE_ELSEWHERE = {("ConfigMap", "kube-root-ca.crt"), ("Secret", "podprobe-exporter-tls")}
CLUSTER_WIDE = {"Namespace", "ClusterRole", "ClusterRoleBinding"}

# Chart values that give what a component gives.
VALUES = {
    "prometheus-operator": ["podMonitor.enabled=true", "prometheusRule.enabled=true"],
    "dashboards": ["dashboards.enabled=true"],
    "network-policy": ["networkPolicy.enabled=true"],
    "web-tls": ["webTls.enabled=true"],
    "pods-from-apiserver": ["pods.from=apiserver"],
    "kubelet-insecure-tls": ["kubelet.insecureSkipVerify=true"],
    "config": ["config.series.spec=all"],
}


def help_text():
    return subprocess.run([EXPORTER, "--help"], capture_output=True, text=True, check=True).stdout


def project_version():
    text = (tools.ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"VERSION (\d+\.\d+\.\d+)", text)[1]


def everything():
    """All that can be installed, by name: each overlay, each component alone, all together, and
    the chart likewise."""
    sets = {f"overlay {name or '(root)'}": rendered.kustomize(folder)
            for name, folder in rendered.overlays().items()}
    for component in COMPONENTS:
        config = "series: {spec: all}\n" if component == "config" else None
        sets[f"component {component}"] = rendered.with_components(component, config=config)
    sets["all components"] = rendered.with_components(*COMPONENTS, config="series: {spec: all}\n")
    if not tools.has_helm():
        print("There is no helm: the chart is NOT tested.", file=sys.stderr)
        return sets
    charts = {"chart": [], "chart with all": sum(VALUES.values(), [])}
    charts.update({f"chart for {name}": values for name, values in VALUES.items()})
    for name, values in charts.items():
        status, sets[name], said = rendered.helm_template(*(f"--set={value}" for value in values))
        assert status == 0, said
    return sets


def is_selected(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def rules_of(objects):
    """The rules of all roles as (group, resource, verb)."""
    return {(group, resource, verb)
            for role in of_kind(objects, "ClusterRole") + of_kind(objects, "Role")
            for rule in role["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]}


def for_each_set(test):
    """Runs a test of `objects` for each way of installing, and names the one that fails."""

    def run(self):
        for name, objects in self.sets.items():
            with self.subTest(name):
                test(self, objects)

    return run


class Policy(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.sets = everything()
        cls.help = help_text()

    def pod_specs(self, objects):
        yield pod_template(objects)["spec"]
        for pod in of_kind(objects, "Pod"):
            yield pod["spec"]

    @for_each_set
    def test_the_rights_are_the_least(self, objects):
        metrics = ("", "nodes/metrics", "get")
        is_from_apiserver = any(
            variable["name"] == "PODPROBE_SOURCES_PODS_FROM" and variable["value"] == "apiserver"
            for variable in container(objects)["env"])
        pods = ("", "pods", "list") if is_from_apiserver else ("", "nodes/pods", "get")
        self.assertEqual(rules_of(objects), {metrics, pods})
        self.assertEqual([role["kind"] for role in objects if "Role" in role["kind"]],
                         ["ClusterRole", "ClusterRoleBinding"])

    @for_each_set
    def test_the_rights_reach_the_pods(self, objects):
        account = one(objects, "ServiceAccount")
        binding = one(objects, "ClusterRoleBinding")
        self.assertEqual(binding["subjects"],
                         [{"kind": "ServiceAccount", "name": account["metadata"]["name"],
                           "namespace": account["metadata"]["namespace"]}])
        self.assertEqual(binding["roleRef"],
                         {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                          "name": one(objects, "ClusterRole")["metadata"]["name"]})
        daemonset = one(objects, "DaemonSet")
        self.assertEqual(daemonset["metadata"]["namespace"], account["metadata"]["namespace"])
        for spec in self.pod_specs(objects):
            self.assertEqual(spec["serviceAccountName"], account["metadata"]["name"])

    @for_each_set
    def test_nothing_of_the_host_is_touched(self, objects):
        for spec in self.pod_specs(objects):
            for key in ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace",
                        "initContainers", "ephemeralContainers"):
                self.assertNotIn(key, spec)
            for volume in spec["volumes"]:
                kind = set(volume) - {"name"}
                self.assertLessEqual(kind, {"projected", "configMap", "secret"}, volume)
            for port in spec["containers"][0].get("ports", []):
                self.assertNotIn("hostPort", port)
            for mount in spec["containers"][0]["volumeMounts"]:
                self.assertTrue(mount["readOnly"], mount)

    @for_each_set
    def test_the_container_can_do_nothing_special(self, objects):
        for spec in self.pod_specs(objects):
            pod = spec["securityContext"]
            self.assertIs(pod["runAsNonRoot"], True)
            self.assertIsInstance(pod["runAsUser"], int)
            self.assertGreater(pod["runAsUser"], 0)
            self.assertGreater(pod["runAsGroup"], 0)
            self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertEqual(spec["containers"][0]["securityContext"], {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            })

    @for_each_set
    def test_resources_are_asked_for_and_memory_is_limited(self, objects):
        for spec in self.pod_specs(objects):
            resources = spec["containers"][0]["resources"]
            self.assertEqual(resources["requests"]["memory"], resources["limits"]["memory"])
            self.assertIn("cpu", resources["requests"])
            # A throttled exporter would blame the pods for its own lateness.
            self.assertNotIn("cpu", resources["limits"])

    def test_the_chart_is_this_version(self):
        chart = yaml.safe_load((rendered.CHART / "Chart.yaml").read_text(encoding="utf-8"))
        self.assertEqual(chart["appVersion"], project_version())
        self.assertEqual(chart["version"], project_version())

    @for_each_set
    def test_the_image_is_this_version(self, objects):
        for spec in self.pod_specs(objects):
            self.assertEqual(spec["containers"][0]["image"],
                             f"ghcr.io/podprobe/podprobe-exporter:{project_version()}")
        labels = pod_template(objects)["metadata"]["labels"]
        self.assertEqual(labels["app.kubernetes.io/version"], project_version())

    @for_each_set
    def test_the_image_runs_as_the_user_of_the_pod(self, objects):
        dockerfile = tools.DEPLOY / "docker" / "Dockerfile"
        if not dockerfile.exists():
            self.skipTest("there is no deploy/docker/Dockerfile")
        text = dockerfile.read_text(encoding="utf-8")
        user = re.findall(r"(?m)^USER (\d+)(?::(\d+))?$", text)[-1]
        entrypoint = re.findall(r"(?m)^ENTRYPOINT (.*)$", text)[-1]
        self.assertRegex(entrypoint, r'^\["(/usr/bin/)?podprobe-exporter"\]$')
        pod = pod_template(objects)["spec"]["securityContext"]
        self.assertEqual(int(user[0]), pod["runAsUser"])
        if user[1]:
            self.assertEqual(int(user[1]), pod["runAsGroup"])

    @for_each_set
    def test_every_node_gets_one_and_never_two(self, objects):
        daemonset = one(objects, "DaemonSet")["spec"]
        self.assertEqual(daemonset["template"]["spec"]["tolerations"], [{"operator": "Exists"}])
        self.assertEqual(daemonset["template"]["spec"]["nodeSelector"],
                         {"kubernetes.io/os": "linux"})
        self.assertEqual(daemonset["updateStrategy"]["type"], "RollingUpdate")
        self.assertEqual(daemonset["updateStrategy"]["rollingUpdate"],
                         {"maxUnavailable": "10%", "maxSurge": 0})

    @for_each_set
    def test_the_kubelet_is_found_at_the_node_s_address(self, objects):
        for spec in self.pod_specs(objects):
            env = {variable["name"]: variable for variable in spec["containers"][0]["env"]}
            self.assertEqual(env["NODE_IP"]["valueFrom"],
                             {"fieldRef": {"fieldPath": "status.hostIP"}})
            self.assertEqual(env["NODE_NAME"]["valueFrom"],
                             {"fieldRef": {"fieldPath": "spec.nodeName"}})

    @for_each_set
    def test_the_token_lies_where_the_exporter_looks_and_is_short_lived(self, objects):
        self.assertIs(one(objects, "ServiceAccount")["automountServiceAccountToken"], False)
        for spec in self.pod_specs(objects):
            self.assertIs(spec["automountServiceAccountToken"], False)
            mounts = {mount["mountPath"]: mount["name"]
                      for mount in spec["containers"][0]["volumeMounts"]}
            volume = next(volume for volume in spec["volumes"]
                          if volume["name"] == mounts[TOKEN_FOLDER])
            self.assertEqual(volume["projected"]["sources"], [
                {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
                {"configMap": {"name": "kube-root-ca.crt",
                               "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            ])
        self.assertIn("/ca.crt", (tools.ROOT / "exporter" / "kubelet" / "target.cc").read_text())
        self.assertIn(TOKEN_FOLDER, (tools.ROOT / "exporter" / "kubelet" / "target.h").read_text())

    @for_each_set
    def test_arguments_and_variables_are_those_of_the_program(self, objects):
        """Every flag and variable is in --help; the ports are the defaults there."""
        self.assertRegex(self.help, r"--web\.listen-address ADDRESS=:9714 ")
        self.assertRegex(self.help, r"--web\.health-listen-address ADDRESS=:9715\n")
        for spec in self.pod_specs(objects):
            command, *flags = spec["containers"][0]["args"]
            self.assertRegex(self.help, rf"(?m)^  {command} ")
            for flag in flags:
                self.assertRegex(self.help, rf"(?m)^  {re.escape(flag.partition('=')[0])} ")
            for variable in spec["containers"][0]["env"]:
                if variable["name"] != "NODE_IP":
                    self.assertIn(f"(Env:{variable['name']})", self.help)
        self.assertEqual({port["name"]: port["containerPort"]
                          for port in container(objects)["ports"]},
                         {"metrics": 9714, "health": 9715})

    @for_each_set
    def test_probes_ask_the_health_port_with_time_to_answer(self, objects):
        ports = {port["name"] for port in container(objects)["ports"]}
        for probe, path in (("livenessProbe", "/-/healthy"), ("readinessProbe", "/-/ready")):
            settings = container(objects)[probe]
            self.assertEqual(settings["httpGet"], {"path": path, "port": "health"})
            self.assertIn(settings["httpGet"]["port"], ports)
            # Our own findings: timeout_not_below_period and threshold_one.
            self.assertLess(settings["timeoutSeconds"], settings["periodSeconds"])
            self.assertGreater(settings["failureThreshold"], 1)

    @for_each_set
    def test_selectors_match_the_pods_and_nothing_else(self, objects):
        labels = pod_template(objects)["metadata"]["labels"]
        selectors = [one(objects, "DaemonSet")["spec"]["selector"]["matchLabels"]]
        selectors += [service["spec"]["selector"] for service in of_kind(objects, "Service")]
        selectors += [monitor["spec"]["selector"]["matchLabels"]
                      for monitor in of_kind(objects, "PodMonitor")]
        selectors += [policy["spec"]["podSelector"]["matchLabels"]
                      for policy in of_kind(objects, "NetworkPolicy")]
        for selector in selectors:
            self.assertEqual(set(selector),
                             {"app.kubernetes.io/name", "app.kubernetes.io/instance"})
            self.assertTrue(is_selected(selector, labels), selector)
            for pod in of_kind(objects, "Pod"):
                self.assertFalse(is_selected(selector, pod["metadata"]["labels"]))

    @for_each_set
    def test_ports_are_there_by_name_and_number(self, objects):
        ports = {port["name"]: port["containerPort"] for port in container(objects)["ports"]}
        service = one(objects, "Service")["spec"]
        self.assertEqual(service["clusterIP"], "None")
        for port in service["ports"]:
            self.assertEqual(port["port"], ports[port["targetPort"]])
        for monitor in of_kind(objects, "PodMonitor"):
            for endpoint in monitor["spec"]["podMetricsEndpoints"]:
                self.assertIn(endpoint["port"], ports)
        for policy in of_kind(objects, "NetworkPolicy"):
            for rule in policy["spec"]["ingress"]:
                self.assertEqual([port["port"] for port in rule["ports"]], [ports["metrics"]])

    @for_each_set
    def test_whatever_is_named_is_there(self, objects):
        there = {(found["kind"], found["metadata"]["name"]) for found in objects}
        for spec in self.pod_specs(objects):
            named = set()
            for volume in spec["volumes"]:
                sources = volume.get("projected", {}).get("sources", [volume])
                for source in sources:
                    if "configMap" in source:
                        named.add(("ConfigMap", source["configMap"]["name"]))
                    if "secret" in source:
                        named.add(("Secret", source["secret"]["secretName"]))
            self.assertLessEqual(named, there | MADE_ELSEWHERE)
            volumes = {volume["name"] for volume in spec["volumes"]}
            mounts = spec["containers"][0]["volumeMounts"]
            self.assertEqual({mount["name"] for mount in mounts}, volumes)
            self.assertEqual(len({mount["mountPath"] for mount in mounts}), len(mounts))

    @for_each_set
    def test_all_is_in_one_namespace(self, objects):
        for found in objects:
            self.assertEqual(
                found["metadata"].get("namespace"),
                None if found["kind"] in CLUSTER_WIDE else NAMESPACE, found["metadata"]["name"])

    def test_another_namespace_is_meant_by_all(self):
        """The trap: a binding whose subject stays behind in the old namespace is a 403."""
        sets = {
            "new": rendered.with_components(*COMPONENTS, namespace="probes", config="{}\n"),
            "existing": rendered.with_components(*COMPONENTS, "existing-namespace",
                                                 namespace="probes", config="{}\n"),
        }
        self.assertEqual(one(sets["new"], "Namespace")["metadata"]["name"], "probes")
        self.assertEqual(of_kind(sets["existing"], "Namespace"), [])
        for name, objects in sets.items():
            with self.subTest(name):
                for found in objects:
                    if found["kind"] not in CLUSTER_WIDE:
                        self.assertEqual(found["metadata"]["namespace"], "probes")
                self.assertEqual(one(objects, "ClusterRoleBinding")["subjects"][0]["namespace"],
                                 "probes")

    def test_the_namespace_holds_pods_to_the_strictest_standard(self):
        objects = self.sets["overlay (root)"]
        self.assertEqual(
            one(objects, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
            "restricted")

    @for_each_set
    def test_tls_is_served_and_scraped_or_neither(self, objects):
        is_served = any(flag.startswith("--web.config.file=")
                        for flag in container(objects)["args"])
        for monitor in of_kind(objects, "PodMonitor"):
            for endpoint in monitor["spec"]["podMetricsEndpoints"]:
                self.assertEqual(endpoint.get("scheme"), "https" if is_served else None)
                self.assertEqual("tlsConfig" in endpoint, is_served)

    @for_each_set
    def test_configuration_files_are_valid(self, objects):
        for found in of_kind(objects, "ConfigMap"):
            if "podprobe.yml" in found["data"]:
                done = subprocess.run([EXPORTER, "check-config", "/dev/stdin"], text=True,
                                      input=found["data"]["podprobe.yml"], capture_output=True)
                self.assertEqual(done.returncode, 0, done.stderr)

    @for_each_set
    def test_web_configuration_names_the_mounted_files(self, objects):
        for secret in of_kind(objects, "Secret"):
            text = (secret.get("stringData") or
                    {"web.yml": base64.b64decode(secret["data"]["web.yml"]).decode()})["web.yml"]
            tls = yaml.safe_load(text)["tls_server_config"]
            mounts = {mount["mountPath"]: mount["name"]
                      for mount in container(objects)["volumeMounts"]}
            for file, key in ((tls["cert_file"], "tls.crt"), (tls["key_file"], "tls.key")):
                path = pathlib.PurePath(file)
                self.assertEqual(path.name, key)
                self.assertEqual(mounts[str(path.parent)], "web-tls")

    @for_each_set
    def test_kubectl_apply_has_room_to_remember_it(self, objects):
        """Without --server-side it writes each object into an annotation of that object."""
        for found in objects:
            self.assertLess(len(json.dumps(found)), 262144, found["metadata"]["name"])

    @for_each_set
    def test_an_egress_rule_reaches_what_is_asked(self, objects):
        wanted = {10250}
        if ("", "pods", "list") in rules_of(objects):
            wanted |= {443, 6443}
        for policy in of_kind(objects, "NetworkPolicy"):
            self.assertEqual({port["port"] for rule in policy["spec"]["egress"]
                              for port in rule["ports"]}, wanted)
            self.assertEqual(policy["spec"]["policyTypes"], ["Ingress", "Egress"])


class Files(unittest.TestCase):
    """Rules and dashboards are the files of their folders."""

    @classmethod
    def setUpClass(cls):
        cls.sets = {"kustomize": rendered.with_components("prometheus-operator", "dashboards")}
        if tools.has_helm():
            cls.sets["chart"] = rendered.helm_template(
                "--set=prometheusRule.enabled=true,dashboards.enabled=true")[1]

    def test_rules(self):
        files = sorted((tools.DEPLOY / "prometheus").glob("*.rules.yml"))
        groups = [group for file in files
                  for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
        self.assertGreater(len(groups), 0)
        by_name = {group["name"]: group for group in groups}
        self.assertEqual(len(by_name), len(groups))
        for name, objects in self.sets.items():
            with self.subTest(name):
                found = [group for rule in of_kind(objects, "PrometheusRule")
                         for group in rule["spec"]["groups"]]
                self.assertEqual(len(found), len(groups))
                self.assertEqual({group["name"]: group for group in found}, by_name)

    def test_dashboards(self):
        files = {file.name: file.read_text(encoding="utf-8")
                 for file in (tools.ROOT / "grafana" / "dashboards").glob("*.json")}
        self.assertGreater(len(files), 0)
        for name, objects in self.sets.items():
            with self.subTest(name):
                maps = [found for found in of_kind(objects, "ConfigMap")
                        if found["metadata"]["labels"].get("grafana_dashboard") == "1"]
                found = {file: text for dashboard in maps for file, text in dashboard["data"].items()}
                self.assertEqual(set(found), set(files))
                for file, text in files.items():
                    self.assertEqual(found[file].rstrip("\n"), text.rstrip("\n"), file)


if __name__ == "__main__":
    # Ends the program here, as skipped, where there is none.
    tools.kubectl()
    unittest.main()

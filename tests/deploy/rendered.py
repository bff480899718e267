"""The objects that deploy/kubernetes and the chart give, as kubectl and helm render them."""

import os
import subprocess
import tempfile

import yaml

import tools

KUBERNETES = tools.DEPLOY / "kubernetes"
CHART = tools.DEPLOY / "helm" / "podprobe-exporter"

# In the order in which kustomizations list them.
COMPONENTS = (
    "prometheus-operator",
    "dashboards",
    "network-policy",
    "web-tls",
    "pods-from-apiserver",
    "kubelet-insecure-tls",
    "config",
)


def _objects(text):
    return [found for found in yaml.safe_load_all(text) if found is not None]


def kustomize(folder):
    done = subprocess.run([tools.kubectl(), "kustomize", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, f"kubectl kustomize {folder}: {done.stderr}"
    assert done.stderr == "", f"kubectl kustomize {folder} warns: {done.stderr}"
    return _objects(done.stdout)


def overlays():
    """The kustomizations that a user may apply as they stand, by name."""
    folders = {"": KUBERNETES}
    folders.update({path.parent.name: path.parent
                    for path in sorted(KUBERNETES.glob("overlays/*/kustomization.yaml"))})
    return folders


def with_components(*components, namespace=None, config=None):
    """What a user's own kustomization of these components gives, `config` being a podprobe.yml."""
    with tempfile.TemporaryDirectory(dir=tools.ROOT / ".build") as folder:
        to_kubernetes = os.path.relpath(KUBERNETES, folder)
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [f"{to_kubernetes}/base"],
            "components": [f"{to_kubernetes}/components/{name}" for name in components],
        }
        if namespace:
            kustomization["namespace"] = namespace
        if config is not None:
            with open(f"{folder}/podprobe.yml", "w", encoding="utf-8") as file:
                file.write(config)
            kustomization["configMapGenerator"] = [
                {"name": "podprobe-exporter-config", "namespace": "podprobe",
                 "files": ["podprobe.yml"]}]
        with open(f"{folder}/kustomization.yaml", "w", encoding="utf-8") as file:
            yaml.safe_dump(kustomization, file)
        return kustomize(folder)


def helm_template(*arguments, namespace="podprobe", release="podprobe-exporter"):
    """Returns the exit status, the objects and what helm says."""
    done = subprocess.run(
        [tools.helm(), "template", release, str(CHART), "--namespace", namespace, *arguments],
        capture_output=True, text=True)
    return done.returncode, _objects(done.stdout) if done.returncode == 0 else [], done.stderr


def of_kind(objects, kind):
    return [found for found in objects if found["kind"] == kind]


def one(objects, kind):
    found = of_kind(objects, kind)
    assert len(found) == 1, f"{len(found)} objects of kind {kind}"
    return found[0]


def pod_template(objects):
    return one(objects, "DaemonSet")["spec"]["template"]


def container(objects):
    containers = pod_template(objects)["spec"]["containers"]
    assert len(containers) == 1, "one container"
    return containers[0]

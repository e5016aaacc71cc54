"""What a room may load, each looked at in an interpreter of its own: the first screen is painted before the rest."""

import importlib.util
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORM = ["sqlmodel", "sqlalchemy"]
AFTER_THE_FIRST_PAINT = [*ORM, "httpx", "keyring", "alembic", "fastapi"]

# Imports one module after the other and names the first that brings in what is forbidden.
PROBE = """
import importlib, json, sys
modules, forbidden = json.loads(sys.argv[1])
for module in modules:
    importlib.import_module(module)
    loaded = [name for name in forbidden if name in sys.modules]
    if loaded:
        sys.exit(f"importing {module} loads {', '.join(loaded)}")
"""


def modules_of(name: str) -> list[str]:
    """The module and all below it; scripts that are meant to be run are left out."""
    spec = importlib.util.find_spec(name)
    assert spec, f"there is no module {name}"
    below = pkgutil.walk_packages(spec.submodule_search_locations or [], f"{name}.")
    return [name, *(module.name for module in below if not module.name.endswith("__main__"))]


def assert_not_loaded(modules: list[str], forbidden: list[str]) -> None:
    words = json.dumps([modules, forbidden])
    probe = subprocess.run([sys.executable, "-c", PROBE, words], capture_output=True, text=True, timeout=60)
    assert probe.returncode == 0, probe.stderr


@pytest.mark.parametrize("room", ["models", "sync", "office", "tui.cli"])
def test_textual_is_not_loaded_below_the_screens(room: str) -> None:
    assert_not_loaded(modules_of(room), ["textual"])


@pytest.mark.parametrize("room", ["models", "sync", "office", "tui"])
def test_every_room_has_modules_to_look_at(room: str) -> None:
    assert len(modules_of(room)) > 1


@pytest.mark.parametrize("module", ["db", "errors", "feed", "windows", "fields", "filters"])
def test_what_paints_the_first_screen_knows_no_orm(module: str) -> None:
    assert_not_loaded([f"models.{module}"], ORM)


def test_the_application_loads_the_slow_ones_after_its_first_paint() -> None:
    assert_not_loaded(["tui.app"], AFTER_THE_FIRST_PAINT)


def test_the_first_screens_read_neither_fields_nor_filters_before_they_are_painted() -> None:
    screens = ["tui.workbench", "tui.screens.portfolio", "tui.screens.tasks", "tui.screens.detail"]
    assert_not_loaded(screens, [*AFTER_THE_FIRST_PAINT, "models.fields", "models.filters.syntax"])


def test_the_documentation_names_every_file_of_models_and_which_know_no_orm() -> None:
    rows = re.findall(
        r"^\| (`.*`) \|.*\| (yes|no) \|$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE
    )
    told = [
        (name.removesuffix(".py").rstrip("/"), orm)
        for names, orm in rows
        for name in re.findall("`(.*?)`", names)
    ]
    found = {path.stem for path in (ROOT / "models").iterdir()} - {"__init__", "__pycache__"}
    assert sorted(name for name, _ in told) == sorted(found)
    assert_not_loaded([f"models.{name}" for name, orm in told if orm == "no"], ORM)


def test_the_probe_does_find_what_is_loaded() -> None:
    with pytest.raises(AssertionError, match=r"importing http\.client loads email"):
        assert_not_loaded(["json", "http.client"], ["email"])


def test_the_checksum_counts_every_kind_whoever_is_loaded_first() -> None:
    code = "from models.sums import _SHOWN; from models.kinds import KINDS; assert _SHOWN.count('FROM') > len(KINDS)"
    probe = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert probe.returncode == 0, probe.stderr

"""The pictures of the documentation: all that are named are there, small, and made by one command."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHOTS = ROOT / "docs/screenshots"


def made():
    spec = importlib.util.spec_from_file_location("make_screenshots", SHOTS / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_picture_that_is_shown_is_made_and_every_one_made_is_shown():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        name for page in pages for name in re.findall(r"screenshots/(\w+)\.svg", page.read_text("utf-8"))
    }
    assert shown == {shot.name for shot in made().SHOTS} == {file.stem for file in SHOTS.glob("*.svg")}


def test_they_are_small_and_ask_no_other_machine_for_anything():
    for file in SHOTS.glob("*.svg"):
        text = file.read_text("utf-8")
        assert len(text) < 100_000 and "@font-face" not in text and "/tmp/" not in text, file.name


def test_what_nobody_sees_is_left_out():
    svg = (
        '<clipPath id="terminal-12-line-0">\n <rect/>\n </clipPath><g clip-path="url(#terminal-12-line-0)"/>'
    )
    assert made().small(svg) == "<g/>"

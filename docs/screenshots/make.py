"""Makes the pictures of the documentation from the demo's company, always of the same day: python3 go.py screenshots"""

import asyncio
import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import time_machine

from models.store import open_store
from tui.demo.company import build
from tui.starting import make
from tui.workbench import Workbench

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("UTC"))


class Shot(NamedTuple):
    """What is pressed for a picture, names of keys with blanks between, at a project's tasks or at the portfolio."""

    name: str
    keys: str
    project: str = ""
    size: tuple[int, int] = (130, 34)


SHOTS = [
    Shot("today", "g h j"),
    Shot("portfolio", "z r j", size=(150, 32)),
    Shot("tasks", "j j", "Gary"),
    Shot("board", "g b", "Gary"),
    Shot("clients", "g c j"),
    Shot("palette", ": t h e m e", "Gary", (100, 24)),
    Shot("settings", "g ,", size=(130, 24)),
]


async def shoot(home: Path, shot: Shot) -> str:
    app = make(home, project=shot.project)
    async with app.run_test(size=shot.size) as pilot:
        while not app.desk.loaded:
            await pilot.pause(0.05)
        for key in shot.keys.split():
            await pilot.press(key)
            await _settled(app, pilot)
        svg = app.export_screenshot(title="Milepost")
    return small(svg.replace(str(home), "~/milepost"))


async def _settled(app: Workbench, pilot) -> None:  # type: ignore[no-untyped-def]
    for _ in range(6):
        await pilot.pause(0.05)
        await app.workers.wait_for_complete()
    if not app.shell.going:
        app.shell.footer.hush()
    await pilot.pause()


def small(svg: str) -> str:
    """Without what nobody sees: addresses of web fonts, a clip for every line, names made of a checksum."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="[^"]*-line-\d+">.*?</clipPath>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#[^"]*-line-\d+\)"', "", svg)
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOON, tick=True):
        store = open_store(folder)
        build(store)
        store.close()
        for shot in SHOTS:
            if not names or shot.name in names:
                svg = asyncio.run(shoot(Path(folder), shot))
                (HERE / f"{shot.name}.svg").write_text(svg + "\n", encoding="utf-8")
                print(f"{shot.name}.svg  {len(svg) // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])

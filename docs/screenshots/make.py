"""Makes the pictures of the documentation from the demo's company: .venv/bin/python docs/screenshots/make.py"""

import asyncio
import re
import tempfile
from pathlib import Path

from models.store import open_store
from tui.demo.company import build
from tui.workbench import Workbench, make

HERE = Path(__file__).parent
SIZE = (140, 42)
VIEWS = {"portfolio": "", "tasks": "Gary", "clients": ""}  # the view, and the project it shows


async def shoot(home: Path, view: str, project: str) -> str:
    """One view as SVG, without the addresses of the web fonts that Textual names."""
    app = make(home, project=project)
    async with app.run_test(size=SIZE) as pilot:
        while not app.desk.loaded:
            await pilot.pause(0.05)
        await app.shell.go(view)
        await pilot.press("j", "j")
        await _settled(app, pilot)
        svg = app.export_screenshot(title="Milepost")
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)


async def _settled(app: Workbench, pilot) -> None:  # type: ignore[no-untyped-def]
    for _ in range(20):
        await pilot.pause(0.05)
    app.shell.footer.hush()
    await pilot.pause()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        build(store)
        store.close()
        for view, project in VIEWS.items():
            (HERE / f"{view}.svg").write_text(
                asyncio.run(shoot(Path(folder), view, project)), encoding="utf-8"
            )


if __name__ == "__main__":
    main()

"""Plans that Microsoft Project saved as .mpp, by way of MPXJ (extra `mpp`) and Java: into XML, then as any other.

MPXJ runs in a process of its own: a Java machine is never part of the application. It converts what the file holds,
start and finish included, and schedules nothing.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from office.foreign import Plan
from office.mspdi import AS_XML, UnreadablePlan
from office.mspdi import read as read_xml

MOST_SECONDS = 600
_CONVERTER = Path(__file__).with_name("mpp_convert.py")


def read(path: Path) -> Plan:
    """The plan in the .mpp file at `path`. Raises UnreadablePlan with the remedy."""
    if find_spec("mpxj") is None:
        raise UnreadablePlan(
            f"{path.name}: .mpp files need MPXJ and Java. Install both (pip install 'milepost[mpp]'), or do without: "
            + AS_XML
        )
    with _converted(path) as xml:
        plan = read_xml(xml)
    same = plan.name == xml.stem
    return replace(plan, source=path.name, name=path.stem if same else plan.name)


@contextmanager
def _converted(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="milepost-") as folder:
        xml = Path(folder) / f"{path.stem}.xml"
        try:
            # -P: nothing beside the converter may stand in for a module of MPXJ's
            done = subprocess.run(
                [sys.executable, "-P", str(_CONVERTER), str(path), str(xml)],
                capture_output=True, text=True, errors="replace", timeout=MOST_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UnreadablePlan(
                f"{path.name} took longer than {MOST_SECONDS // 60} minutes to convert. {AS_XML}"
            ) from error
        if done.returncode:
            raise UnreadablePlan(f"{path.name} could not be converted: {_reason(done.stderr)} {AS_XML}")
        yield xml


def _reason(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    return lines[-1].strip().rstrip(".") + "." if lines else "MPXJ gave no reason."

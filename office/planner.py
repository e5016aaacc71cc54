"""The planner's process of the application: that of `models.planner`, which can be asked about plan files as well.

python -m office.planner HOME
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from models import planner
from models.schedule.engine import Schedule
from models.store import open_store

if TYPE_CHECKING:
    from office.differing import Moved


class Planner(planner.Planner):
    """What can be asked for."""

    def moved_in(self, path: str) -> "list[Moved]":
        """What `office.differing.moved` says of a plan in an XML file of Microsoft Project's."""
        from office import differing, mspdi  # whoever imports nothing needs neither
        from office.scheduling import as_inputs

        plan = mspdi.read(Path(path))
        return differing.moved(plan, Schedule(as_inputs(plan)))


if __name__ == "__main__":
    planner.serve(Planner(open_store(sys.argv[1])))

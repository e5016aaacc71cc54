"""Baselines of the store as a plan has them: by task, by assignment, by resource."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from office.foreign import Assignment, BaselineValues
from office.held import Held, Row, moment
from office.words import counted

MOST = 10  # other programs have the baselines 0 to 10


class Baselines:
    """Values by task, and by task and member; the first of more than eleven baselines is 0, the newest are 1 to 10."""

    def __init__(self, has: Held) -> None:
        self._number = _numbers(has.baselines)
        self._beyond = len(has.baselines) - len(self._number)
        self._gone = 0
        self.of_task: dict[str, list[BaselineValues]] = {}
        self._work: dict[tuple[str, str | None], list[BaselineValues]] = {}
        here = {row["id"] for row in has.tasks}
        for row in sorted(has.baseline_rows, key=lambda row: self._number.get(row["baseline_id"], -1)):
            if row["baseline_id"] in self._number:
                self._take(row, row["task_id"] in here)

    def _take(self, row: Row, here: bool) -> None:
        number = self._number[row["baseline_id"]]
        own = BaselineValues(
            number, moment(row["start"]), moment(row["finish"]), row["duration_minutes"], row["work_minutes"]
        )
        if not here:
            self._gone += 1
            return
        if own != BaselineValues(number):
            self.of_task.setdefault(row["task_id"], []).append(own)
        for part in json.loads(row["assignments"] or "[]"):
            self._work.setdefault((row["task_id"], part.get("member_id")), []).append(_work(number, part))

    def take_work(self, task: str, member: str | None) -> tuple[BaselineValues, ...]:
        """What the baselines have of an assignment; each value is given once."""
        found: dict[int, BaselineValues] = {}
        rest = []
        for values in self._work.get((task, member), ()):
            if values.number in found:
                rest.append(values)
            else:
                found[values.number] = values
        self._work[task, member] = rest
        return tuple(found.values())

    def left_out(self) -> Iterator[str]:
        """To be asked when all assignments have taken theirs."""
        if self._beyond:
            yield f"{counted(self._beyond, 'baseline')} beyond the first and the newest ten"
        if self._gone:
            yield f"baseline values of {counted(self._gone, 'deleted task')}"
        if lost := sum(map(len, self._work.values())):
            yield f"{counted(lost, 'baseline value')} of people who are not on the task any more"


def of_resource(assignments: Sequence[Assignment]) -> tuple[BaselineValues, ...]:
    """What the baselines have of one resource: the sum of its work."""
    work: dict[int, int] = {}
    for values in (b for a in assignments for b in a.baselines):
        if values.work_minutes is not None:
            work[values.number] = work.get(values.number, 0) + values.work_minutes
    return tuple(BaselineValues(number, work_minutes=work[number]) for number in sorted(work))


def _numbers(baselines: Sequence[Row]) -> dict[str, int]:
    own = {row["id"]: int(row["number"]) for row in baselines}
    if len(set(own.values())) == len(own) and max(own.values(), default=0) <= MOST:
        return own
    first, newest = baselines[0], baselines[1:][-MOST:]
    return {first["id"]: 0} | {row["id"]: number for number, row in enumerate(newest, 1)}


def _work(number: int, part: Mapping[str, Any]) -> BaselineValues:
    return BaselineValues(
        number, moment(part.get("start")), moment(part.get("finish")), work_minutes=part.get("work_minutes")
    )

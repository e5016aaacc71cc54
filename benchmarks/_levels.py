"""The floor of a schedule: early and late dates of a layered plan on one calendar, a layer at a time, with numpy."""

import numpy as np

from office.foreign import Plan

Layer = tuple[
    slice, "np.ndarray", "np.ndarray"
]  # its tasks; where the links of each begin; their predecessors


class Levels:
    """Made once; `run` is what is measured. Positions are working minutes from the start of the plan."""

    def __init__(self, plan: Plan, width: int) -> None:
        tasks = [task for task in plan.tasks if not task.summary]
        self.durations = np.array([task.duration_minutes for task in tasks])
        links = sorted((link.successor_uid - 1, link.predecessor_uid - 1) for link in plan.links)
        self.layers = [
            self._layer(links, at, min(at + width, len(tasks))) for at in range(width, len(tasks), width)
        ]
        days = [(day + week * 7) * 1440 for week in range(3000) for day in range(5)]
        self.starts = np.array([day + half for day in days for half in (480, 780)])
        self.worked = np.arange(len(self.starts)) * 240

    def _layer(self, links: list[tuple[int, int]], first: int, last: int) -> Layer:
        found = [link for link in links if first <= link[0] < last]
        successors = np.array([after for after, _ in found])
        return (
            slice(first, last),
            np.searchsorted(successors, np.arange(first, last)),
            np.array([b for _, b in found]),
        )

    def run(self) -> int:
        """The finish of the plan, in minutes from the Monday that it begins in."""
        early = np.zeros_like(self.durations)
        for at, offsets, before in self.layers:
            early[at] = np.maximum.reduceat(early[before] + self.durations[before], offsets)
        finish = (early + self.durations).max()
        late = np.full_like(early, finish)
        for at, offsets, before in reversed(self.layers):
            starts = np.repeat(late[at] - self.durations[at], np.diff(np.append(offsets, len(before))))
            np.minimum.at(late, before, starts)
        slack = late - self.durations - early
        for positions, side in (
            (early, "right"),
            (early + self.durations, "left"),
            (late - self.durations, "right"),
        ):
            self._instants(positions, side)
        return int(self._instants(late, "left").max() + slack.min())

    def _instants(self, positions: "np.ndarray", side: str) -> "np.ndarray":
        interval = np.searchsorted(self.worked, positions, side) - 1
        return self.starts[interval] + positions - self.worked[interval]

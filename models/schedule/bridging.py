"""A plan without some of its tasks, and the links that keep its chains where those stood."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.schedule.inputs import Key, Link, Plan, Task

Event = tuple[Key, str]  # the start (S) or the finish (F) of a task


def with_below(tasks: Iterable[Task], keys: Iterable[Key]) -> set[Key]:
    """The tasks and all below them."""
    children: dict[Key | None, list[Key]] = {}
    for task in tasks:
        children.setdefault(task.parent, []).append(task.key)
    found, queue = set(keys), list(keys)
    for key in queue:
        fresh = [child for child in children.get(key, ()) if child not in found]
        found.update(fresh)
        queue += fresh
    return found


def without(plan: Plan, gone: set[Key], linked: Iterable[Link] = ()) -> Plan:
    """The plan when those tasks are gone, and their links with them; with what is `linked` instead."""
    links = [link for link in plan.links if link.predecessor not in gone and link.successor not in gone]
    tasks = tuple(task for task in plan.tasks if task.key not in gone)
    return replace(plan, tasks=tasks, links=(*links, *linked))


def bridges(plan: Plan, gone: set[Key]) -> list[Link]:
    """A link from each task before those that go to each one after them that waited for it through them, unless there
    is one. Of the way stay its lags, added up where they are counted alike; the work on it goes."""
    after = _after(plan, gone)
    there = {(link.predecessor, link.successor, link.type) for link in plan.links}
    found: dict[tuple[Key, Key, str], Link] = {}
    known = {task.key for task in plan.tasks}
    for link in plan.links:
        if link.successor in gone and link.predecessor in known - gone:
            for new in _ways(link, after, gone):
                ends = (new.predecessor, new.successor, new.type)
                if new.successor in known and ends not in there:
                    found.setdefault(ends, new)
    return list(found.values())


def _after(plan: Plan, gone: set[Key]) -> dict[Event, list[tuple[Event, Link | None]]]:
    """What waits for a start or a finish of a task that goes: by links, within its work, within its summary."""
    found: dict[Event, list[tuple[Event, Link | None]]] = {}
    summaries = {task.parent for task in plan.tasks}
    for task in plan.tasks:
        if task.key in gone and task.key not in summaries:
            found.setdefault((task.key, "S"), []).append(((task.key, "F"), None))
        if task.key in gone and task.parent in gone:
            found.setdefault((task.parent, "S"), []).append(((task.key, "S"), None))
            found.setdefault((task.key, "F"), []).append(((task.parent, "F"), None))
    for link in plan.links:
        if link.predecessor in gone:
            found.setdefault((link.predecessor, link.type[0]), []).append(
                ((link.successor, link.type[1]), link)
            )
    return found


def _ways(first: Link, after: dict[Event, list[tuple[Event, Link | None]]], gone: set[Key]) -> Iterator[Link]:
    """Links from where `first` begins to wherever the ways through what goes come out, the shortest way first."""
    queue: list[tuple[Event, Link]] = [((first.successor, first.type[1]), first)]
    seen = {queue[0][0]}
    for event, way in queue:
        for (key, end), link in after.get(event, ()):
            on = _joined(way, link) if link else way
            if key not in gone:
                yield replace(on, successor=key, type=first.type[0] + end)
            elif (key, end) not in seen:
                seen.add((key, end))
                queue.append(((key, end), on))


def _joined(way: Link, link: Link) -> Link:
    """The way with the lag of one more link; a percentage of work that goes is none."""
    if not link.lag or "percent" in link.unit or (way.lag and way.unit != link.unit):
        return way
    return replace(way, lag=way.lag + link.lag, unit=link.unit)

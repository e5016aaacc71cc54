"""What cannot hold, as objects: the tasks, what would be needed, and what a person may choose to do."""

from dataclasses import dataclass

from models.schedule.inputs import Key, Link

KINDS = ("circle", "loop", "calendar", "link", "constraint", "deadline", "finish", "range")


@dataclass(frozen=True, slots=True)
class Problem:
    """`required` is the instant that is asked for; `offers` what a person may choose, the mildest first."""

    kind: str
    tasks: tuple[Key, ...]
    message: str
    required: int | None = None
    links: tuple[Link, ...] = ()
    offers: tuple[str, ...] = ()

"""Strongly connected parts of a graph: where everything waits for everything."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N")


def strongly_connected(after: Mapping[N, Sequence[N]]) -> list[list[N]]:
    """Tarjan's algorithm (1972) with a stack of its own, since a plan may be deeper than Python's."""
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    open_: dict[N, None] = {}
    parts: list[list[N]] = []
    for root in after:
        if root in number:
            continue
        walk: list[tuple[N, Iterator[N]]] = [(root, iter(after[root]))]
        number[root] = low[root] = len(number)
        open_[root] = None
        while walk:
            node, rest = walk[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    open_[other] = None
                    walk.append((other, iter(after[other])))
                    break
                if other in open_:
                    low[node] = min(low[node], number[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == number[node]:
                    part: list[N] = []
                    while not part or part[-1] != node:
                        part.append(open_.popitem()[0])
                    parts.append(part)
    return parts

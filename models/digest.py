"""The checksum of a space, which laptop and server compute alike; pure.

It is the sum, modulo 2^48, of 48 bits of BLAKE2b for each value that a record of it has on the server, and for each
record and its kind. So a write costs the old and the new digest of the values that it changes, and no more.
"""

from collections.abc import Mapping
from hashlib import blake2b

import orjson

from models.fields import Scalar
from models.seen import LIBRARY

MASK = 2**48 - 1

Values = Mapping[str, Scalar]


def space_of(values: Values) -> str:
    return str(values.get("space") or LIBRARY)


def step(kind: str, rec: str, before: Values | None, values: Values) -> int:
    """What the sum gains, or loses, when `values` are written into the record; None: there was none. An absent value
    is NULL, which counts for nothing."""
    gained = 0
    if before is None:
        before, gained = {}, _of(rec, "", kind)
    for name, value in values.items():
        if value != (was := before.get(name)):
            if value is not None:
                gained += _of(rec, name, value)
            if was is not None:
                gained -= _of(rec, name, was)
    return gained


def _of(rec: str, name: str, value: str | int | float) -> int:
    if value.__class__ is not str:
        value = float(value) + 0.0  # what one side holds as a whole number may be an integer on the other one
    return int.from_bytes(blake2b(orjson.dumps((rec, name, value)), digest_size=6).digest())

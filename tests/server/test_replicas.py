"""A push is taken only from who knows what the replica wrote last."""

import orjson

from models.outbox import Outgoing
from models.record import new_id
from sync import asking
from tests.server.laptop import Laptop, client, do, edit


def pushed(laptop: Laptop, newest: str | None, *batch: Outgoing) -> tuple[int, str]:
    """Status, and the newest operation that the server names."""
    request = asking.push(laptop.replica, 1, laptop.epoch, batch, 0, newest)
    reply = laptop.http.post(request.path, content=request.body)
    return reply.status_code, str(orjson.loads(reply.content).get("newest"))


def test_who_does_not_know_the_newest_is_told_it_and_nothing_is_written(ines: Laptop) -> None:
    first, second, third = (do("Add", client()) for _ in range(3))
    assert pushed(ines, "", first) == (200, "None")
    assert pushed(ines, first.id, second) == (200, "None")
    for newest in ("", first.id, new_id()):
        assert pushed(ines, newest, third) == (412, second.id)
    assert ines.last().id == second.id
    assert pushed(ines, second.id, third) == (200, "None")


def test_an_answer_that_got_lost_is_asked_for_again(ines: Laptop) -> None:
    first, second, third = (do("Add", client()) for _ in range(3))
    pushed(ines, "", first, second)
    assert pushed(ines, "", first, second, third) == (200, "None")


def test_what_was_refused_is_no_newest(ines: Laptop) -> None:
    first, refused, second = (
        do("Add", client()),
        do("Edit", edit("client", new_id(), 1, city="x")),
        do("Add", client()),
    )
    pushed(ines, "", first)
    assert pushed(ines, first.id, refused) == (200, "None")
    assert pushed(ines, first.id, second) == (200, "None")


def test_a_replica_is_one_members(ines: Laptop, tomas: Laptop) -> None:
    first = do("Add", client())
    pushed(ines, "", first)
    tomas.replica = ines.replica
    for newest in ("", first.id, None):
        assert pushed(tomas, newest, do("Add", client())) == (412, "")

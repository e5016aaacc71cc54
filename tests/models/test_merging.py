"""Two records made one."""

from typing import Any

import pytest

from models import merging, record
from models.errors import Invalid, Refused
from models.merging import duplicates, merge
from models.naming import company, person
from models.record import create, edit
from models.store import Store


@pytest.fixture
def store(desk: Any) -> Store:
    found: Store = desk.store
    return found


def made(store: Store, kind: str, **values: Any) -> str:
    return str(store.transact("Add", lambda session: create(session, kind, **values).id).result)


def value(store: Store, kind: str, id: str, *fields: str) -> tuple[Any, ...]:
    conn = store.read()
    try:
        return tuple(conn.execute(f"SELECT {', '.join(fields)} FROM {kind} WHERE id=?", (id,)).fetchone())
    finally:
        conn.close()


def pairs(store: Store) -> list[tuple[str, str, str]]:
    conn = store.read()
    try:
        return [(pair.keep, pair.other, pair.why) for pair in duplicates(conn)]
    finally:
        conn.close()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Moreau,  Inès", "ines MOREAU"),
        ("Jörg Müller", "Jorg Muller"),
        ("Großmann", "Grossmann"),
        ("李 雷", "李  雷"),
    ],
)
def test_names_of_a_person_that_are_one(one: str, other: str) -> None:
    assert person(one) == person(other)


def test_names_of_a_company_that_are_one_and_that_are_not() -> None:
    assert company("Harlan Fab S.A.S.") == company("HARLAN FAB GmbH & Co. KG") == "harlan fab"
    assert company("AG") == "ag"
    assert company("Harlan Nord") != company("Harlan")
    assert person("…") == ""


def test_a_shared_address_or_name_at_a_client_is_proposed_once(store: Store) -> None:
    harlan, nord = made(store, "client", name="Harlan"), made(store, "client", name="Nord")
    first = made(store, "contact", name="Ines Moreau", client_id=harlan, email="Ines@h.example")
    second = made(store, "contact", name="Moreau, Inès", client_id=harlan, email="ines@h.example")
    made(store, "contact", name="Ines Moreau", client_id=nord)
    made(store, "contact", name="Ines Moreau")
    assert pairs(store) == [(first, second, "same mail address")]
    twin = made(store, "client", name="HARLAN GmbH")
    assert (harlan, twin, "same name") in pairs(store)


def test_what_is_empty_is_filled_and_what_differs_is_told(store: Store) -> None:
    keep = made(store, "contact", name="Ines", phone="+33 1", notes="decides")
    other = made(
        store, "contact", name="I. Moreau", phone="+33 2", mobile="+33 6", notes="likes tea", decides=1
    )
    changes = store.transact("Merge", merge, "contact", keep, other)
    assert changes.result == ["Name", "Phone"]
    fields = ("name", "phone", "mobile", "notes", "decides")
    assert value(store, "contact", keep, *fields) == ("Ines", "+33 1", "+33 6", "decides\nlikes tea", 1)
    assert value(store, "contact", other, "deleted_at")[0]


def test_what_belongs_to_a_client_goes_along_and_one_undo_brings_all_back(store: Store) -> None:
    keep, other = made(store, "client", name="Harlan"), made(store, "client", name="Harlan Fab", city="Leeds")
    contact = made(store, "contact", name="Ines", client_id=other)
    project = made(store, "project", name="Line 2", client_id=other)
    store.transact("Merge", merge, "client", keep, other)
    assert value(store, "client", keep, "name", "city") == ("Harlan", "Leeds")
    assert value(store, "contact", contact, "client_id", "deleted_at") == (keep, None)
    assert value(store, "project", project, "client_id") == (keep,)
    store.undo()
    assert value(store, "client", keep, "city") == (None,)
    assert value(store, "client", other, "deleted_at") == (None,)
    assert (
        value(store, "contact", contact, "client_id")
        == value(store, "project", project, "client_id")
        == (other,)
    )


def test_what_cannot_be_merged_is_refused(store: Store) -> None:
    one, two = made(store, "contact", name="Ines"), made(store, "contact", name="Ines")
    store.transact("Hide", edit, "contact", two, visibility="private")
    for kind, keep, other, why in (
        ("contact", one, one, "twice"),
        ("contact", one, two, "visibility"),
        ("member", made(store, "member", name="A"), made(store, "member", name="B"), "cannot be merged"),
    ):
        with pytest.raises(Refused, match=why):
            store.transact("Merge", merge, kind, keep, other)


def test_what_merging_would_do_is_told_before(desk: Any) -> None:
    harlan = desk.client()
    ada = desk.do(record.create, "contact", name="Ada Price", client_id=harlan, role="lead", notes="a").id
    twin = desk.do(
        record.create, "contact", name="Ada  Price", client_id=harlan, role="owner", phone="1", notes="b"
    ).id
    desk.do(record.create, "interaction", name="Called", client_id=harlan, contact_id=twin)
    told = merging.preview(desk.conn, "contact", ada, twin)
    assert told.filled == [("Phone", "1")] and told.joined == ["Notes"] and told.moved == 1
    assert told.differing == [("Name", "Ada Price", "Ada  Price"), ("Role", "lead", "owner")]
    labels = desk.do(merging.merge, "contact", ada, twin)
    assert labels == ["Name", "Role"]
    assert desk.one("SELECT count(*) FROM interaction WHERE contact_id=?", ada) == 1


@pytest.mark.parametrize("newer", ["motto", "inspection"])
def test_what_a_newer_program_wrote_into_it_is_not_left_behind(desk: Any, store: Store, newer: str) -> None:
    keep, other = (made(store, "client", name=name) for name in ("Harlan Fab", "Harlan Fab GmbH"))
    desk.sync()
    told = ("client", other, {"motto": "slow"}), ("inspection", "fat", {"client_id": other, "name": "FAT"})
    desk.hear(told[newer == "inspection"])
    with pytest.raises(Refused, match="Update this one first"):
        store.transact("Merge", merge, "client", keep, other)
    store.transact("Merge", merge, "client", other, keep)  # nothing is lost the other way


def test_a_value_of_a_newer_program_hinders_no_edit_of_another_field(desk: Any, store: Store) -> None:
    ada = made(store, "contact", name="Ada")
    desk.sync()
    desk.hear(("contact", ada, {"channel": "video"}))
    store.transact("Edit", edit, "contact", ada, phone="11")
    assert value(store, "contact", ada, "phone", "channel") == ("11", "video")
    with pytest.raises(Invalid, match="channel"):
        store.transact("Edit", edit, "contact", ada, channel="smoke")

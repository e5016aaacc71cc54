"""Signing in and inviting: whose account a code opens, and who may make it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from models.errors import Refused
from server.accounts import CODE_LIFE, letter
from server.log import Pushed
from server.schema import TABLES
from tests.server.laptop import Laptop, client, do, edit, new, share, told
from tests.server.running import Served


def _login(server: Served, code: str) -> httpx.Response:
    return httpx.post(f"{server.url}/v1/login", json={"code": code, "device": "laptop"})


def test_a_new_member_gets_a_record_that_everybody_pulls(ines: Laptop, tomas: Laptop) -> None:
    assert ines.record(tomas.member)["name"] == "Tomas"
    joined = ines.last()
    assert (joined.replica, joined.author, joined.label) == ("server", tomas.member, "Tomas joined")
    assert tomas.account == {**tomas.account, "name": "Tomas", "letter": "B"}


def test_a_second_device_is_of_the_same_member_with_a_letter_of_its_own(server: Served, ines: Laptop) -> None:
    head = ines.pull().head
    second = server.laptop("INES")
    assert (second.member, second.account["letter"]) == (ines.member, "B")
    assert second.account["name"] == "Ines" and second.pull().head == head


def _invite(laptop: Laptop, name: str) -> httpx.Response:
    return laptop.http.post("/v1/invite", json={"name": name})


@pytest.mark.parametrize("renamed", ["Ines", "Inès M."])
def test_nobody_makes_a_code_for_a_colleague(ines: Laptop, tomas: Laptop, renamed: str) -> None:
    tomas.push(do("Rename", edit("member", ines.member, 1, name=renamed)))
    reply = _invite(tomas, renamed.upper())
    assert reply.status_code == 403 and "signed in" in reply.json()["detail"]


def test_nobody_signs_in_as_a_colleague(server: Served, tomas: Laptop) -> None:
    code = _invite(tomas, "Odile").json()["code"]
    odile = server.laptop("Odile")
    replies = [_login(server, code) for _ in range(2)]  # not burnt: told the same twice
    assert [r.status_code for r in replies] == [403, 403] and "signed in before" in replies[1].json()[
        "detail"
    ]
    assert [u.devices for u in server.backend.accounts.users() if u.id == odile.member] == [1]


def test_who_has_signed_in_is_called_as_then_whatever_colleagues_write(
    server: Served, ines: Laptop, tomas: Laptop
) -> None:
    """Tomas, who wants to be Ines, says to whoever runs the server that his laptop is lost."""
    names = {tomas: "T. B.", ines: "Tomas"}
    tomas.push(*(do("Rename", edit("member", whose.member, 2, name=name)) for whose, name in names.items()))
    second = server.laptop("Tomas")
    assert (second.member, second.account["name"]) == (tomas.member, "Tomas")
    with pytest.raises(Refused, match="signed in as “Tomas”"):
        server.code("t. b.")


def test_a_code_for_somebody_new_opens_no_account_that_is_called_so_since(
    server: Served, ines: Laptop, tomas: Laptop
) -> None:
    code = server.code("Mara")
    tomas.push(do("Rename", edit("member", ines.member, 1, name="Mara")))
    reply = _login(server, code)
    assert reply.status_code == 403 and "signed in as “Ines”" in reply.json()["detail"]
    tomas.push(do("Import", new("member", "mara", name="Mara", type="work")))
    assert Laptop(server.url, code).member == "mara"


def test_the_code_for_a_second_device_comes_from_the_first(server: Served, ines: Laptop) -> None:
    code = _invite(ines, "ines").json()["code"]
    assert Laptop(server.url, code).member == ines.member


def test_an_invite_for_a_member_of_an_imported_plan_makes_no_second_one(server: Served, ines: Laptop) -> None:
    ines.push(do("Import", new("member", "from-the-plan", name="Mara Stein", type="work")))
    code = _invite(ines, "mara stein").json()["code"]
    assert Laptop(server.url, code).member == "from-the-plan"


def test_what_is_shared_before_the_first_sign_in_is_opened_by_who_manages_it(
    server: Served, ines: Laptop, tomas: Laptop, cell: str
) -> None:
    ines.push(do("Import", new("member", "odile", name="Odile", type="work")))
    early = _invite(tomas, "Odile").json()["code"]
    for member in ("odile", tomas.member):
        assert share(ines, member, "editor") == (200, "")
    for reply in (_invite(tomas, "Odile"), _login(server, early)):
        assert reply.status_code == 403 and "from who manages all of it" in reply.json()["detail"]
    pair = ":".join(("pair", *sorted((ines.member, "odile"))))
    assert ines.push_one(do("Note", new("client", "note", name="Welcome", space=pair))).ver
    assert told(Laptop(server.url, _invite(ines, "Odile").json()["code"])).keys() == {"workspace", cell, pair}


def test_what_is_shared_before_the_first_sign_in_is_opened_by_whoever_runs_the_server(
    server: Served, ines: Laptop, cell: str
) -> None:
    ines.push(do("Import", new("member", "odile", name="Odile", type="work")))
    share(ines, "odile", "reader")
    assert cell in told(server.laptop("Odile"))


def test_letters_go_on_after_z() -> None:
    assert [letter(n) for n in (0, 1, 25, 26, 27, 701, 702)] == ["A", "B", "Z", "AA", "AB", "ZZ", "AAA"]


def test_a_code_signs_in_once(server: Served) -> None:
    code = server.code("Ines")
    assert _login(server, code.lower().replace("-", " ")).status_code == 200
    again = _login(server, code)
    assert again.status_code == 403 and "was used, or voided" in again.json()["detail"]


def test_an_old_code_has_expired(server: Served) -> None:
    code = server.code("Ines")
    server.pass_time(CODE_LIFE)
    assert "expired" in _login(server, code).json()["detail"]


def test_codes_cannot_be_guessed_for_long(server: Served) -> None:
    wrong = [_login(server, f"AAAA-AAA{n}").status_code for n in range(12)]
    assert wrong == [403] * 10 + [429] * 2
    server.pass_time(61_000)
    assert _login(server, server.code("Ines")).status_code == 200


def test_codes_cannot_be_guessed_by_asking_at_once(server: Served) -> None:
    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(lambda n: _login(server, f"AAAA-AA{n}").status_code, range(10, 42)))
    assert (told.count(403), told.count(429)) == (10, 22)


def test_right_codes_are_not_counted(server: Served) -> None:
    assert [_login(server, server.code(f"Ines {n}")).status_code for n in range(12)] == [200] * 12


def test_a_wrong_code_waits_for_no_writer(
    server: Served, ines: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushing, push = threading.Event(), server.backend.log.push

    def held(*words: Any) -> Pushed:
        pushing.set()
        return push(*words)

    monkeypatch.setattr(server.backend.log, "push", held)
    with ThreadPoolExecutor() as threads, server.backend.database.writing():
        pushed = threads.submit(ines.push_one, do("Add", client()))
        assert pushing.wait(20)
        assert _login(server, "AAAA-AAAA").status_code == 403
    assert pushed.result().ver


def test_an_invite_brings_in_a_colleague(server: Served, ines: Laptop) -> None:
    invite = _invite(ines, "Tomas").json()
    assert invite["expires"].endswith("Z") and len(invite["code"]) == 9
    assert Laptop(server.url, invite["code"]).account["name"] == "Tomas"


def test_whoami_says_who(ines: Laptop) -> None:
    told = ines.http.get("/v1/whoami").json()
    assert told == {name: ines.account[name] for name in ("workspace", "member", "name", "letter")}


def test_a_token_is_of_no_use_after_logout(ines: Laptop, tomas: Laptop) -> None:
    assert ines.http.post("/v1/logout").status_code == 200
    assert ines.http.get("/v1/pull?since=0").status_code == 401
    assert tomas.pull().head


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic aW5lczp4"])
def test_without_a_valid_token_nothing_is_said(server: Served, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    for path in ("/v1/pull?since=0", "/v1/events", "/v1/whoami"):
        assert httpx.get(server.url + path, headers=headers).status_code == 401
    assert httpx.post(f"{server.url}/v1/push", content=b"{}", headers=headers).status_code == 401


def test_tokens_and_codes_do_not_lie_in_the_database(server: Served, ines: Laptop) -> None:
    code = server.code("Tomas")
    with server.backend.database.reading() as conn:
        tables = [
            conn.execute(f"SELECT * FROM {table}").fetchall() for table in re.findall(r"TABLE (\w+)", TABLES)
        ]
    dump = repr(tables)
    assert ines.member in dump
    assert ines.account["token"] not in dump and code not in dump and code.replace("-", "") not in dump

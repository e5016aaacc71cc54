"""Signing in and out of a real server, and inviting a colleague."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from models.errors import Held, NoCredentials, Offline, Refused
from models.record import create
from models.store import Store
from sync import account, worker
from tests.server.running import Served
from tests.sync.conftest import Profile


@pytest.fixture
def ines(profile: Profile, server: Served, tokens: Path) -> Store:
    store = profile("ines")
    account.login(store, server.url, server.code("Ines"))
    return store


def names(store: Store) -> list[str]:
    with store.write() as conn:
        return [row[0] for row in conn.execute("SELECT name FROM client ORDER BY name")]


def test_a_sign_in_binds_the_profile(ines: Store, server: Served) -> None:
    who = account.whoami(ines)
    assert who
    assert (who.name, who.server, who.letter) == ("Ines", server.url, "A")
    assert account.token_of(ines)


def test_what_was_done_before_it_is_the_members(profile: Profile, server: Served, tokens: Path) -> None:
    tomas = profile("tomas")
    tomas.transact("Add client", create, "client", name="Harlan Fab")
    who = account.login(tomas, server.url, server.code("Tomas"))
    worker.sync_now(tomas)
    with tomas.write() as conn:
        assert conn.execute("SELECT author, state FROM txn WHERE label='Add client'").fetchall() == [
            (who.member, 4)
        ]


def test_an_invited_colleague_gets_it_all(ines: Store, profile: Profile, server: Served) -> None:
    ines.transact("Add client", create, "client", name="Harlan Fab")
    worker.sync_now(ines)
    tomas = profile("tomas")
    account.login(tomas, server.url, account.invite(ines, "Tomas").code)
    worker.sync_now(tomas)
    assert names(tomas) == ["Harlan Fab"]


def test_a_code_works_once(ines: Store, profile: Profile, server: Served) -> None:
    code = account.invite(ines, "Tomas").code
    account.login(profile("tomas"), server.url, code)
    with pytest.raises(Refused):
        account.login(profile("odile"), server.url, code)


def test_a_wrong_code_is_refused_and_nothing_is_bound(profile: Profile, server: Served, tokens: Path) -> None:
    tomas = profile("tomas")
    with pytest.raises(Refused):
        account.login(tomas, server.url, "WRONG")
    assert account.whoami(tomas) is None


def test_after_signing_out_the_records_stay_and_sync_says_how_to_come_back(ines: Store) -> None:
    ines.transact("Add client", create, "client", name="Harlan Fab")
    account.logout(ines)
    with pytest.raises(NoCredentials, match="milepost login"):
        worker.sync_now(ines)
    assert names(ines) == ["Harlan Fab"]


def test_a_token_that_was_revoked_elsewhere_holds(ines: Store, tokens: Path) -> None:
    kept = tokens.read_bytes()
    account.logout(ines)
    tokens.write_bytes(kept)
    with pytest.raises(Held, match="Sign in again: milepost login"):
        worker.sync_now(ines)


def test_signing_in_again_sends_what_waited(ines: Store, server: Served) -> None:
    account.logout(ines)
    ines.transact("Add client", create, "client", name="Harlan Fab")
    account.login(ines, server.url, server.code("Ines"))
    assert worker.sync_now(ines).accepted == 1


def test_a_profile_stays_with_its_workspace(ines: Store, tmp_path: Path) -> None:
    other = Served(str(tmp_path / "other.db"))
    try:
        with pytest.raises(Refused, match=r"code is used up. Ask for a new one, .* --home FOLDER"):
            account.login(ines, other.url, other.code("Ines"))
        assert [one.revoked is not None for one in other.backend.accounts.devices()] == [True]
    finally:
        other.stop()
    assert worker.sync_now(ines).head >= 0


@pytest.mark.parametrize("place", ["vault", "file:{}"])
def test_without_a_place_for_the_token_the_code_is_not_used_up(
    profile: Profile, server: Served, monkeypatch: pytest.MonkeyPatch, tokens: Path, place: str
) -> None:
    code = server.code("Tomas")
    in_the_way = Path(f"{tokens}.new")
    in_the_way.mkdir()
    monkeypatch.setenv("MILEPOST_CREDENTIALS", place.format(tokens))
    with pytest.raises(NoCredentials):
        account.login(profile("tomas"), server.url, code)
    in_the_way.rmdir()
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tokens}")
    assert account.login(profile("tomas"), server.url, code).name == "Tomas"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("plan.example", "https://plan.example"),
        (" https://plan.example/ ", "https://plan.example"),
        ("localhost:8765", "http://localhost:8765"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://plan", "http://plan"),
    ],
)
def test_an_address_as_people_type_it(typed: str, meant: str) -> None:
    assert account._address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://plan.example",
        "ines@plan.example",
        "my server",
        "plan:port",
        "https://plan/?a=b",
        "???",
    ],
)
def test_what_is_no_address_is_refused(profile: Profile, tokens: Path, typed: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"“{typed}” is not an address. Write https://server")):
        account.login(profile("tomas"), typed, "CODE")


def test_nobody_there_is_offline(profile: Profile, tokens: Path) -> None:
    with pytest.raises(Offline) as told:
        account.login(profile("tomas"), "http://127.0.0.1:9", "CODE")
    assert (
        str(told.value)
        == "Not signed in: http://127.0.0.1:9 cannot be reached. Try again when you are online."
    )


def test_a_server_without_tls_is_not_tried_but_named(profile: Profile, server: Served, tokens: Path) -> None:
    tomas, code = profile("tomas"), server.code("Tomas")
    at = server.url.replace("http://127.0.0.1", "127.1")  # not seen to be this machine
    with pytest.raises(Offline, match=f"https://{at} .* runs without TLS, write http://{at}: "):
        account.login(tomas, at, code)
    assert account.login(tomas, f"http://{at}", code).name == "Tomas"


def test_what_stands_behind_the_address_is_named_where_nothing_is_there(
    profile: Profile, server: Served, tokens: Path
) -> None:
    with pytest.raises(Refused, match="Leave out “/foo”"):
        account.login(profile("tomas"), f"{server.url}/foo", server.code("Tomas"))


@pytest.mark.parametrize("undone", ["Not shared", "Not taken away", "No code was made"])
def test_what_is_asked_of_a_server_that_is_away_is_not_done_later(
    ines: Store, server: Served, undone: str
) -> None:
    server.stop()
    ask: dict[str, Callable[[], object]] = {
        "Not shared": partial(account.share, ines, "project:1", "tomas", "editor"),
        "Not taken away": partial(account.share, ines, "project:1", "tomas", ""),
        "No code was made": partial(account.invite, ines, "Tomas"),
    }
    with pytest.raises(Offline) as told:
        ask[undone]()
    assert str(told.value) == f"{undone}: {server.url} cannot be reached. Try again when you are online."


def test_a_device_that_the_server_has_signed_out_is_signed_out_here(ines: Store, server: Served) -> None:
    accounts = server.backend.accounts
    accounts.revoke(server.backend.database.workspace(), "A", server.now)
    account.logout(ines)
    with pytest.raises(NoCredentials):
        account.token_of(ines)

"""Signing in and out of a real server, and inviting a colleague."""

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
        with pytest.raises(Refused, match="--home FOLDER"):
            account.login(ines, other.url, other.code("Ines"))
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


def test_what_is_no_address_is_refused(profile: Profile, tokens: Path) -> None:
    with pytest.raises(Refused, match="Write https://server"):
        account.login(profile("tomas"), "ftp://plan.example", "CODE")


def test_nobody_there_is_offline(profile: Profile, tokens: Path) -> None:
    with pytest.raises(Offline, match=r"cannot be reached. Your edits are safe here"):
        account.login(profile("tomas"), "http://127.0.0.1:9", "CODE")

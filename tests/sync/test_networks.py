"""Bad networks, each with real sockets: what it says to the user, and that the edits arrive once it is over."""

import base64
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from models import db
from models.errors import Held, Offline
from models.record import create
from models.store import Store
from sync import account, api, protocol, replies, worker
from sync.protocol import Reply
from tests.server.running import Served
from tests.sync.authority import Authority
from tests.sync.conftest import Profile, Run, phase, until
from tests.sync.networks import BUSY, HTML, REDIRECT, Network

NAME = "plan.harlan.example"
SECRET = "ines:hunter2"

Between = Callable[..., Network]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system's trust store is a file")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "BACK_OFF", (0.05, 0.1, 0.2, 0.2))
    monkeypatch.setattr(worker, "AT_LEAST", 0.05)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def between(server: Served) -> Iterator[Between]:
    """between(…) → a network before the server."""
    made: list[Network] = []

    def make(port: int = 0, **about: object) -> Network:
        made.append(Network(port or int(server.url.rpartition(":")[2]), **about))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def ines(profile: Profile, server: Served, tokens: Path) -> Store:
    """Signed in, with an edit that waits."""
    store = profile("ines")
    account.login(store, server.url, server.code("Ines"))
    store.transact("Add client", create, "client", name="Harlan Fab")
    return store


def behind(store: Store, address: str) -> Store:
    with store.write() as conn:
        db.set_meta(conn, "server", address)
    return store


def sent(store: Store) -> Callable[[], bool]:
    return lambda: worker.read_state(store).waiting == 0


# ── sleep, and lines that are dead ────────────────────────────────────────────────────────────────────


def test_a_line_that_died_is_given_up_and_another_one_taken(
    ines: Store, run: Run, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TIMEOUT", httpx.Timeout(0.5))
    network = between()
    told = run(behind(ines, f"http://{network.at}"))
    until(phase(told, "synced"))
    network.die()
    ines.transact("Add client", create, "client", name="Odile Brandt")
    told.worker.wake()
    until(sent(ines))
    assert any(state.phase == "offline" and "did not answer in time" in state.detail for state in told)


def test_after_a_sleep_in_the_middle_of_a_request_nobody_waits_for_the_answer(
    ines: Store, run: Run, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK", 0.05)
    network = between()
    told = run(behind(ines, f"http://{network.at}"))
    until(phase(told, "synced"))
    network.die()
    ines.transact("Add client", create, "client", name="Odile Brandt")
    told.worker.wake()
    assert network.swallowed.wait(20)
    assert not sent(ines)()
    monkeypatch.setattr(worker, "wall", lambda: time.time() + 3_600)
    until(sent(ines), 5)  # a request may take 30 s
    assert "offline" not in [state.phase for state in told]


def test_after_a_sleep_between_two_requests_the_server_is_asked_over_a_new_line(
    ines: Store, run: Run, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SLEPT", 0.2)
    network = between()
    told = run(behind(ines, f"http://{network.at}"))
    until(phase(told, "synced"))
    until(lambda: len([state for state in told if state.phase == "synced"]) >= 2)  # by the first event, too
    network.die()
    before = network.calls
    monkeypatch.setattr(worker, "wall", lambda: time.time() + 3_600)
    until(lambda: network.calls > before)


# ── who answers is not the server ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HTML, "it wants you to sign in (guest network)"),
        (REDIRECT, "redirects to http://elsewhere.example/, which is not followed"),
        (BUSY % 0, "not up, or too busy"),
    ],
    ids=["captive portal", "redirect", "gateway"],
)
def test_what_stands_before_the_server_is_told_and_the_edits_go_when_it_is_gone(
    ines: Store, run: Run, between: Between, answer: bytes, words: str
) -> None:
    network = between(instead=answer)
    told = run(behind(ines, f"http://{network.at}"))
    until(phase(told, "held"))
    assert words in told[-1].detail and "Your edits wait" in told[-1].detail and not sent(ines)()
    network.instead = b""
    until(sent(ines))


def test_at_the_first_sign_in_a_strangers_page_may_also_be_a_wrong_address(
    profile: Profile, server: Served, between: Between, ines: Store
) -> None:
    at, code = f"http://{between(instead=HTML).at}", server.code("Ines")
    hint = f"Or {at} is not the address of a Milepost server"
    with pytest.raises(Held, match=re.escape(hint)) as told:
        account.login(profile("tomas"), at, code)
    assert "guest network" in str(told.value) and "edits" not in str(told.value)
    with pytest.raises(Held, match="guest network") as told:
        account.login(behind(ines, at), at, code)
    assert hint not in str(told.value)


def test_whoever_asks_while_the_server_is_left_alone_hears_why_at_once(
    ines: Store, run: Run, between: Between
) -> None:
    told = run(behind(ines, f"http://{between(instead=BUSY % 600).at}"))
    until(phase(told, "held"))
    told.worker.ask()
    until(lambda: told[-1].asked)
    assert "not up, or too busy" in told[-1].detail


# ── TLS, with a company's own certificates ────────────────────────────────────────────────────────────


@linux
def test_the_systems_trust_store_decides_about_a_companys_certificates(
    ines: Store, between: Between, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Authority(tmp_path)
    network = between(tls=company.shown_by("localhost"))
    behind(ines, f"https://localhost:{network.at.partition(':')[2]}")
    with pytest.raises(Offline, match="ask IT for the company's root certificate"):
        worker.sync_now(ines)
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    assert worker.sync_now(ines).accepted == 1


@linux
def test_a_certificate_of_another_name_is_not_taken(
    ines: Store, between: Between, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Authority(tmp_path)
    network = between(tls=company.shown_by(NAME))
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    behind(ines, f"https://localhost:{network.at.partition(':')[2]}")
    with pytest.raises(Offline, match="certificate"):
        worker.sync_now(ines)


# ── proxies ───────────────────────────────────────────────────────────────────────────────────────────


@linux
def test_a_proxy_of_the_environment_is_taken_and_what_it_wants_is_said(
    ines: Store, between: Between, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Authority(tmp_path)
    inside = between(tls=company.shown_by(NAME))  # a proxy that inspects shows the company's certificate
    proxy = between(
        int(inside.at.partition(":")[2]), proxy=True, password=base64.b64encode(SECRET.encode()).decode()
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.at}")
    behind(ines, f"https://{NAME}")
    with pytest.raises(Held, match="wants a name and password"):
        worker.sync_now(ines)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{SECRET}@{proxy.at}")
    assert worker.sync_now(ines).accepted == 1
    assert proxy.heard[-1].startswith(f"CONNECT {NAME}:443 ".encode())


def test_a_proxy_wants_a_name_without_tls_too(
    ines: Store, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{between(proxy=True, password='x').at}")
    with pytest.raises(Held, match="wants a name and password"):
        worker.sync_now(behind(ines, f"http://{NAME}"))


def test_a_proxy_that_refuses_is_named(
    ines: Store, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = between(instead=b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{refusing.at}")
    with pytest.raises(Offline, match=r"proxy of this network .* 403 Forbidden"):
        worker.sync_now(behind(ines, f"https://{NAME}"))


def test_no_proxy_stands_between_what_no_proxy_names(ines: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(Offline):
        worker.sync_now(ines)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert worker.sync_now(ines).accepted == 1


# ── a thousand laptops ────────────────────────────────────────────────────────────────────────────────


def test_laptops_that_failed_together_come_back_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for failures, first in ((0, 1.0), (3, 15.0), (9, 300.0)):
        waits = [worker.pause(failures) for _ in range(1_000)]
        tenths = [
            sum(first * (1 + n / 10) <= wait < first * (1.1 + n / 10) for wait in waits) for n in range(10)
        ]
        assert min(waits) >= first and max(waits) < 2 * first
        assert all(50 < tenth < 160 for tenth in tenths), tenths


def test_what_the_server_asks_for_is_kept_and_never_by_all_at_once() -> None:
    waits = [worker.pause(0, asked=30.0) for _ in range(100)]
    assert min(waits) >= 30.0 and max(waits) - min(waits) > 5.0 and len(set(waits)) == 100


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ({}, 0),
        ({"retry-after": "30"}, 30),
        ({"retry-after": "999999"}, 3_600),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "Sat, 28 Nov 2026 09:01:00 GMT", "date": "Sat, 28 Nov 2026 09:00:00 GMT"}, 60),
        ({"retry-after": "Sat, 28 Nov 2026 09:00:00 GMT", "date": "Sat, 28 Nov 2026 09:01:00 GMT"}, 0),
        ({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, 3_600),
    ],
)
@pytest.mark.parametrize("ours", [{}, {protocol.HEADER: protocol.VERSION}], ids=["gateway", "server"])
def test_how_long_a_busy_server_asks_to_be_left_alone(
    status: int, told: dict[str, str], wait: float, ours: dict[str, str]
) -> None:
    with pytest.raises(Held) as held:
        replies.document(Reply(status, told | ours, b""))
    assert held.value.wait == wait


def test_a_busy_server_is_left_alone_as_long_as_it_asks_whoever_wakes_us(
    ines: Store, run: Run, between: Between
) -> None:
    network = between(instead=BUSY % 2)
    told = run(behind(ines, f"http://{network.at}"))
    until(phase(told, "held"))
    told.worker.pause(False)  # wakes
    until(lambda: any(b"/v1/events" in head for head in network.heard))
    asked, since = list(network.heard), time.monotonic()
    while time.monotonic() < since + 1.2:
        told.worker.wake()
        time.sleep(0.05)
    assert network.heard == asked
    network.instead = b""
    until(sent(ines))
    assert time.monotonic() - since > 1.5

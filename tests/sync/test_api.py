"""httpx as the engine needs it: proxies, compression, and every failure in words."""

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from models.errors import Held, Offline
from sync import api, protocol, replies
from sync.protocol import Reply, Request

PULL = Request("GET", "/v1/pull?since=0")


@contextmanager
def line(say: Callable[[socket.socket], None], peers: int = 1) -> Iterator[str]:
    """A server of so many connections, one after the other, that says what it likes; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            for _ in range(peers):
                with listener.accept()[0] as peer:
                    say(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    thread.join(2)


def ask(server: str, request: Request = PULL) -> Reply:
    async def run() -> Reply:
        async with api.client(server, "token") as http:
            return await api.send(http, request)

    return asyncio.run(run())


def answering(body: bytes, heard: list[bytes], head: bytes = b"") -> Callable[[socket.socket], None]:
    def say(peer: socket.socket) -> None:
        heard.append(peer.recv(65536))
        peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n%s" % (len(body), head, body))

    return say


def repeating(
    heard: list[bytes], times: int, said: threading.Event | None = None
) -> Callable[[socket.socket], None]:
    """Answers each request with its own first line."""

    def say(peer: socket.socket) -> None:
        for _ in range(times):
            first = peer.recv(65536).partition(b" HTTP")[0]
            heard.append(first)
            peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(first), first))
            if said:
                said.set()

    return say


def test_what_was_asked_ahead_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LEAVES", 10.0)  # however busy the machine
    heard: list[bytes] = []
    said = threading.Event()
    page, last = (Request("GET", f"/v1/pull?since={n}") for n in (7, 9))

    async def run(address: str) -> list[bytes]:
        async with api.client(f"http://{address}") as http:
            wire = api.Line(http)
            await wire.expect(page)
            assert said.wait(5), "it left before the loop stands still, as during work on the store"
            return [(await wire.send(request)).body for request in (page, last)]

    with line(repeating(heard, 2, said)) as address:
        assert asyncio.run(run(address)) == heard == [b"GET /v1/pull?since=7", b"GET /v1/pull?since=9"]


def test_another_answer_than_the_one_asked_for_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LEAVES", 10.0)
    heard: list[bytes] = []

    def say(peer: socket.socket) -> None:
        repeating(heard, 1)(peer) if heard else heard.append(peer.recv(65536))

    async def run(address: str) -> Reply:
        async with api.client(f"http://{address}") as http:
            wire = api.Line(http)
            await wire.expect(Request("GET", "/v1/pull?since=7"))
            return await wire.send(PULL)  # before the other is answered

    with line(say, peers=2) as address:
        assert asyncio.run(run(address)).body == b"GET /v1/pull?since=0"
    assert [first.split()[1] for first in heard] == [b"/v1/pull?since=7", b"/v1/pull?since=0"]


def test_a_failure_of_what_was_asked_ahead_is_told_when_it_is_wanted() -> None:
    async def run() -> None:
        async with api.client("http://127.0.0.1:1") as http:
            wire = api.Line(http)
            await wire.expect(PULL)
            await asyncio.sleep(0.05)
            await wire.send(PULL)

    with pytest.raises(Offline, match="cannot be reached"):
        asyncio.run(run())


def test_a_request_says_who_and_which_protocol() -> None:
    heard: list[bytes] = []
    with line(answering(b"{}", heard)) as address:
        reply = ask(f"http://{address}")
    assert reply.body == b"{}"
    for header in (b"authorization: Bearer token", b"user-agent: milepost/1"):
        assert header in heard[0]


def test_a_request_carries_no_header_that_nobody_reads() -> None:
    heard: list[bytes] = []
    with line(answering(b"{}", heard)) as address:
        ask(f"http://{address}")
    names = {header.split(b":")[0].lower() for header in heard[0].split(b"\r\n")[1:] if header}
    assert names == {b"host", b"user-agent", b"accept-encoding", b"authorization"}


def test_a_compressed_answer_is_unpacked() -> None:
    body = gzip.compress(b'{"head": 1}')
    with line(answering(body, [], b"content-encoding: gzip\r\n")) as address:
        assert ask(f"http://{address}").body == b'{"head": 1}'


def test_a_long_request_is_compressed() -> None:
    heard: list[bytes] = []
    with line(answering(b"{}", heard)) as address:
        ask(f"http://{address}", Request("POST", "/v1/push", b"x" * 5_000))
    assert b"content-encoding: gzip" in heard[0]


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    with line(answering(b"{}", heard)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        ask("http://plan.example")
    assert heard[0].startswith(b"GET http://plan.example/v1/pull?since=0 ")


def test_a_redirect_is_not_followed() -> None:
    def say(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 302 Found\r\nlocation: http://hotel.example/\r\ncontent-length: 0\r\n\r\n")

    with line(say) as address:
        reply = ask(f"http://{address}")
    assert (reply.status, reply.headers["location"]) == (302, "http://hotel.example/")


def cut_answer(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")


def cut_gzip(peer: socket.socket) -> None:
    body = gzip.compress(b"x" * 5_000)[:20] + b"\x00" * 20
    answering(body, [], b"content-encoding: gzip\r\n")(peer)


def silence(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.recv(65536)


def plain_words(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda peer: None, "broke off in the middle of its answer"),
        (cut_answer, "broke off in the middle of its answer"),
        (plain_words, "broke off in the middle of its answer"),
        (silence, "did not answer in time"),
    ],
    ids=["hangs up", "cut", "no http", "silence"],
)
def test_a_broken_line_is_offline(
    say: Callable[[socket.socket], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TIMEOUT", httpx.Timeout(0.3))
    with line(say) as address, pytest.raises(Offline, match=words):
        ask(f"http://{address}")


def test_a_compressed_answer_that_is_cut_is_no_answer() -> None:
    with line(cut_gzip) as address:
        reply = ask(f"http://{address}")
    with pytest.raises(Held, match="broke off"):
        replies.document(replace(reply, headers={protocol.HEADER: protocol.VERSION, protocol.EPOCH: "ours"}))


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("http://127.0.0.1:9", "cannot be reached"),
        ("http://no-such-host.invalid", "cannot be reached"),
        ("plan.example", "is not an address; write https://server"),
        ("gopher://plan.example", "is not an address; write https://server"),
    ],
)
def test_an_address_where_nobody_is(server: str, words: str) -> None:
    with pytest.raises(Offline, match=words):
        ask(server)


def test_an_address_that_is_none_is_not_told_as_a_proxy_that_cannot_be_used() -> None:
    with pytest.raises(Held, match=r"https://plan:port is not an address\. Write https://server"):
        api.client("https://plan:port")


def test_a_certificate_that_nobody_vouches_for_is_a_matter_for_it() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError()

    async def words() -> str:
        async with api.client("https://plan.example") as http:
            return api._why(error, http)

    assert "ask IT for the company's root certificate" in asyncio.run(words())


def test_tls_against_a_server_that_speaks_none_is_offline() -> None:
    with line(plain_words) as address, pytest.raises(Offline, match="Your edits are safe here"):
        ask(f"https://{address}")

"""Networks between a laptop and the server: with TLS, dead after a sleep, a guest network's, behind a proxy."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

HTML = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 30\r\nconnection: close\r\n\r\n"
    b"<html>Welcome, guest 12</html>"
)
REDIRECT = (
    b"HTTP/1.1 302 Found\r\nlocation: http://elsewhere.example/\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n"
)
BUSY = b"HTTP/1.1 503 Busy\r\nretry-after: %d\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
QUIET = 0.4  # seconds without a byte until nothing is under way
WHO = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass
class Network:
    """Relays TCP to a port of this machine; `tls` is what it shows of itself. `instead` is said to every request.

    As a proxy it takes CONNECT to any name, and wants `password` ("NAME:PASSWORD" in base64) where one is given.
    """

    port: int
    tls: ssl.SSLContext | None = None
    proxy: bool = False
    password: str = ""
    instead: bytes = b""
    heard: list[bytes] = field(default_factory=list)  # heads of what it answered itself
    calls: int = 0
    swallowed: threading.Event = field(default_factory=threading.Event)  # a push
    dying: bool = False

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[_Call] = []
        _in_a_thread(self._listen)

    def die(self) -> None:
        """What is connected stays so, and hears nothing any more, as after a sleep; so does what is connected until a
        push was swallowed: over which line it goes, of those that the events leave, is chance. A request that is under
        way ends first: where its answer died, no push would follow for as long as a request may take."""
        end = time.monotonic() + 20
        while any(time.monotonic() - call.moved < QUIET for call in self._open):
            assert time.monotonic() < end, "the lines are never quiet"
            time.sleep(0.02)
        self.dying = True
        for call in self._open:
            call.dead = True

    def cut(self) -> None:
        for call in self._open:
            call.end()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                peer = self._listener.accept()[0]
                self.calls += 1
                _in_a_thread(self._take, peer)

    def _take(self, peer: socket.socket) -> None:
        with suppress(OSError):
            if self.tls:
                peer = self.tls.wrap_socket(peer, server_side=True)
            if not (self.instead or self.proxy):
                self._relay(peer)
                return
            head = _head(peer)
            self.heard.append(head)
            if self.proxy and not self.instead and f"Basic {self.password}".encode() in head:
                peer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                self._relay(peer)
            else:
                peer.sendall(self.instead or WHO)
                peer.close()

    def _relay(self, peer: socket.socket) -> None:
        call = _Call(peer, socket.create_connection(("127.0.0.1", self.port)), self.swallowed)
        self._open.append(call)
        call.dead = self.dying and not self.swallowed.is_set()
        for way in (call.there, call.back):
            _in_a_thread(way)


class _Call:
    """One connection."""

    def __init__(self, laptop: socket.socket, server: socket.socket, swallowed: threading.Event) -> None:
        self._laptop, self._server, self._swallowed = laptop, server, swallowed
        self.dead, self.moved = False, time.monotonic()

    def there(self) -> None:
        self._pump(self._laptop, self._server)

    def back(self) -> None:
        self._pump(self._server, self._laptop)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self.moved = time.monotonic()
                if not self.dead:
                    other.sendall(data)
                elif one is self._laptop and b"/v1/push" in data:
                    self._swallowed.set()
        if not self.dead:
            self.end()

    def end(self) -> None:
        for one in (self._laptop, self._server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _head(peer: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said and (data := peer.recv(65_536)):
        said += data
    return said


def _in_a_thread(work: object, *words: object) -> None:
    threading.Thread(target=work, args=words, daemon=True).start()  # type: ignore[arg-type]

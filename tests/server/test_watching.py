"""What the server tells those who watch it: alive, ready, counted, and a line a request without contents."""

import logging
import time

import httpx
import orjson
import pytest

from models.errors import StoreBusy
from server import logs
from tests.server.laptop import Laptop, client, do
from tests.server.running import Served


def _metric(server: Served, name: str) -> float:
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    return float(next((line.rpartition(" ")[2] for line in lines if line.startswith(name + " ")), "0"))


def test_a_database_that_is_gone_makes_it_unready_but_not_dead(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise StoreBusy("The database does not answer. Start it.")

    assert httpx.get(f"{server.url}/v1/ready").status_code == 200
    monkeypatch.setattr(server.backend.log, "heads", gone)
    unready = httpx.get(f"{server.url}/v1/ready")
    assert (unready.status_code, unready.json()["detail"]) == (503, "The database does not answer. Start it.")
    assert httpx.get(f"{server.url}/v1/health").status_code == 200


def test_it_is_not_ready_once_it_ends(server: Served) -> None:
    server.backend.heads.close()
    assert httpx.get(f"{server.url}/v1/ready").status_code == 503


def test_requests_and_verdicts_are_counted(server: Served, ines: Laptop) -> None:
    ines.push(do("Add", client()), do("Add", client("")))
    ines.pull()
    assert _metric(server, 'milepost_transactions_total{verdict="accepted"}') == 1
    assert _metric(server, 'milepost_transactions_total{verdict="refused"}') == 1
    assert _metric(server, 'milepost_requests_total{route="/v1/pull",status="200"}') == 1
    assert _metric(server, 'milepost_request_seconds_count{route="/v1/push"}') == 1


def test_addresses_that_somebody_tries_make_no_metrics_of_their_own(server: Served) -> None:
    for path in ("/wp-login.php", "/v1/nothing", "/v1/pull/x"):
        httpx.get(server.url + path)
    assert _metric(server, 'milepost_requests_total{route="other",status="404"}') == 3


def test_open_streams_are_counted(server: Served, ines: Laptop) -> None:
    with ines.http.stream("GET", "/v1/events") as response:
        chunks = response.iter_bytes()
        next(chunks)
        assert _metric(server, "milepost_listeners") == 1


# ── the log ───────────────────────────────────────────────────────────────────────────────────────────


def _awaited(caplog: pytest.LogCaptureFixture, route: str) -> dict[str, object]:
    """The one line of the route; it follows the reply."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        lines = [orjson.loads(logs.Json().format(record)) for record in caplog.records]
        if found := [line for line in lines if line.get("route") == route]:
            [line] = found
            return dict(line)
        time.sleep(0.01)
    raise AssertionError(f"no line of {route}")


def test_a_request_is_one_line_without_contents(
    server: Served, ines: Laptop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "server.watching"):
        ines.push(do("Add Harlan Fab", client("Harlan Fab")))
        line = _awaited(caplog, "/v1/push")
    assert (line["route"], line["status"], line["device"]) == ("/v1/push", 200, "A")
    assert isinstance(line["ms"], float) and "Harlan" not in str(line) and ines.epoch not in str(line)


@pytest.mark.parametrize("formatter", [logs.Json(), logs.Text(logs.TEXT)])
def test_an_error_says_where_it_was_and_not_what_the_record_held(
    formatter: logging.Formatter, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        int("Harlan Fab")
    except ValueError:
        logging.getLogger("server.test").exception("transaction %s makes no sense", "t1")
    line = formatter.format(caplog.records[0])
    assert "ValueError" in line and "test_watching.py" in line and "t1" in line and "Harlan" not in line

"""attach, attachments, fetch: by the command line, on two laptops."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models import space
from models.space import LIBRARY, Space
from models.store import open_store
from tests.server.running import Served, small_disk
from tui.cli import main

Run = Callable[..., Any]
CONTENT = b"%PDF the wiring of cabinet 3"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """run("ines", words …): what it prints; in a folder that holds wiring.pdf."""
    monkeypatch.setenv("MILEPOST_CREDENTIALS", f"file:{tmp_path / 'tokens.json'}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wiring.pdf").write_bytes(CONTENT)

    def go(who: str, *words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--home", str(tmp_path / who), *words]) == status, capsys.readouterr().err
        out, err = capsys.readouterr()
        return err if status else json.loads(out) if "--json" in words else out

    return go


@pytest.fixture
def served(tmp_path: Path) -> Any:
    server = Served(str(tmp_path / "server.db"))
    yield server
    server.stop()


def test_a_file_is_attached_and_written_out_again(run: Run, tmp_path: Path) -> None:
    run("ines", "add", "client", "Harlan Fab")
    assert "wiring.pdf, 28 bytes, belongs to Harlan Fab now." in run("ines", "attach", "Harlan", "wiring.pdf")
    [told] = run("ines", "attachments", "Harlan", "--json")
    assert (told["name"], told["size"], told["media_type"], told["here"]) == (
        "wiring.pdf", 28, "application/pdf", True
    )  # fmt: skip
    assert "28 bytes  application/pdf  only on this laptop" in run("ines", "attachments", "Harlan")
    assert "exists already" in run("ines", "fetch", "wiring.pdf", status=1)
    run("ines", "fetch", told["id"], "--to", "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == CONTENT


def test_a_colleague_fetches_it_from_the_server(run: Run, served: Served, tmp_path: Path) -> None:
    run("ines", "add", "client", "Harlan Fab")
    run("ines", "attach", "Harlan", "wiring.pdf", "wiring.pdf")
    for who in ("ines", "tomas"):
        run(who, "login", served.url, "--code", served.code(who.title()))
        run(who, "sync")
    assert "pdf  on this laptop" in run("ines", "attachments", "Harlan")
    one, _ = run("tomas", "attachments", "Harlan", "--json")
    assert one["here"] is False and "pdf  on the server" in run("tomas", "attachments", "Harlan")
    (tmp_path / "in").mkdir()
    run("tomas", "fetch", one["id"], "--to", "in")
    assert (tmp_path / "in" / "wiring.pdf").read_bytes() == CONTENT
    assert run("tomas", "attachments", "Harlan", "--json")[0]["here"]


def test_on_a_full_disk_the_file_is_written_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wiring.pdf").write_bytes(CONTENT * 10_000)
    run("ines", "add", "client", "Harlan Fab")
    [made] = run("ines", "attach", "Harlan", "wiring.pdf", "--json")
    with small_disk(tmp_path / "stick", 200_000) as stick:
        (stick / "old.pdf").write_bytes(b"as it was")
        told = run("ines", "fetch", made["id"], "--to", str(stick / "old.pdf"), "--force", status=1)
        assert "old.pdf cannot be written: No space left" in told and "another place" in told
        assert [(each.name, each.read_bytes()) for each in stick.iterdir()] == [("old.pdf", b"as it was")]
        run("ines", "fetch", made["id"], "--to", str(tmp_path / "copy.pdf"))
    assert (tmp_path / "copy.pdf").stat().st_size == 280_000


def test_where_one_may_only_read_no_file_is_copied(run: Run, tmp_path: Path) -> None:
    run("ines", "add", "client", "Harlan Fab")
    with closing(open_store(tmp_path / "ines")) as store, store.write() as conn:
        space.tell(conn, [Space(LIBRARY, "reader", [])], 1)
    assert "Ask who manages it" in run("ines", "attach", "Harlan", "wiring.pdf", status=1)
    assert not (tmp_path / "ines" / "blobs").exists()


def test_what_cannot_be_attached_is_refused_with_a_remedy(run: Run) -> None:
    run("ines", "add", "client", "Harlan Fab")
    assert "Check its name" in run("ines", "attach", "Harlan", "drawing.pdf", status=1)
    assert "No record is called" in run("ines", "attach", "Novak", "wiring.pdf", status=1)
    run("ines", "attachments", "Harlan")
    assert "attach ID FILE" in run("ines", "add", "attachment", "x", "size=1", "sha256=zz", "owner_kind=client",
                                   "owner_id=1", status=1)  # fmt: skip

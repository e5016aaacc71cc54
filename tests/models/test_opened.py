"""Copies of attachments for other programs: nobody else reads them; what was saved into one is never thrown away."""

import os
import shutil
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from models.attachment import Attached
from models.blobs import Blobs
from models.errors import Refused, StoreFull
from models.opened import DAY, Opened

ID = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return Opened(tmp_path)


@pytest.fixture
def contract(tmp_path: Path) -> tuple[Attached, Path]:
    (tmp_path / "as signed").write_bytes(b"Harlan Fab, cell 3")
    blob = Blobs(tmp_path).keep(tmp_path / "as signed")
    what = Attached(ID, "contract.docx", blob.size, "text/plain", blob.sha, "client", "harlan", True)
    return what, Blobs(tmp_path).path(blob.sha)


def still_here(id: str) -> bool:
    return id == ID


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def older(opened: Opened, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(opened.folder / f"{ID}.sha", (then, then))


def test_only_its_user_reads_a_copy_and_it_keeps_its_name(
    opened: Opened, contract: tuple[Attached, Path]
) -> None:
    path, changed = opened.copy(*contract)
    assert (path.name, path.read_bytes(), changed) == ("contract.docx", b"Harlan Fab, cell 3", False)
    assert [mode(each) for each in (opened.folder, path.parent, path)] == [0o700, 0o700, 0o600]


def test_what_was_opened_long_ago_goes_and_what_may_be_open_still_stays(
    opened: Opened, contract: tuple[Attached, Path]
) -> None:
    path, _ = opened.copy(*contract)
    (path.parent / ".~lock.contract.docx#").touch()
    opened.clear(still_here)
    assert path.exists() and opened.changed() == []
    older(opened, DAY + 60)
    opened.clear(still_here)
    assert list(opened.folder.iterdir()) == []


def test_what_another_program_saved_stays_however_old_and_is_what_opens_again(
    opened: Opened, contract: tuple[Attached, Path]
) -> None:
    path, _ = opened.copy(*contract)
    path.write_bytes(b"Harlan Fab, cell 3 and 4")
    older(opened, 30 * DAY)
    opened.clear(still_here)
    assert opened.changed() == [(ID, path)]
    assert opened.copy(*contract) == (path, True) and path.read_bytes() == b"Harlan Fab, cell 3 and 4"


def test_a_second_file_that_was_saved_beside_it_stays_too(
    opened: Opened, contract: tuple[Attached, Path]
) -> None:
    path, _ = opened.copy(*contract)
    beside = path.with_name("contract, new.docx")
    beside.write_bytes(b"Harlan Fab, cell 5")
    older(opened, 30 * DAY)
    opened.clear(still_here)
    assert opened.changed() == [(ID, beside)] and opened.copy(*contract) == (path, False)


def test_once_it_is_attached_it_is_known(
    opened: Opened, contract: tuple[Attached, Path], tmp_path: Path
) -> None:
    path, _ = opened.copy(*contract)
    path.write_bytes(b"Harlan Fab, cell 3 and 4")
    opened.attached(ID, Blobs(tmp_path).keep(path).sha)
    assert opened.changed() == [] and path.exists()
    assert opened.copy(*contract) == (path, False) and path.read_bytes() == b"Harlan Fab, cell 3"


def test_one_that_cannot_be_read_is_told_when_it_is_opened_and_hides_no_other(
    opened: Opened, contract: tuple[Attached, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    what, kept = contract
    path, _ = opened.copy(what, kept)
    other, _ = opened.copy(what._replace(id="then"), kept)
    other.write_bytes(b"Harlan Fab, cell 3 and 4")
    real = Path.open

    def unreadable(self: Path, *how: Any, **more: Any) -> Any:
        if self == path:
            raise OSError(5, "Input/output error")
        return real(self, *how, **more)

    monkeypatch.setattr(Path, "open", unreadable)
    assert opened.changed() == [("then", other)]
    opened.clear(lambda id: False)
    assert path.exists()
    with pytest.raises(Refused, match=f"opened.{ID} cannot be read: Input/output error"):
        opened.copy(what, kept)


@pytest.mark.parametrize("breaks", ["copyfile", "write_text", "replace"])
@pytest.mark.parametrize("how", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_copy_that_broke_off_is_nobodys_work(
    opened: Opened,
    contract: tuple[Attached, Path],
    monkeypatch: pytest.MonkeyPatch,
    breaks: str,
    how: BaseException,
) -> None:
    def half(self: Path, other: Path | str) -> None:
        if breaks == "copyfile":
            Path(other).write_bytes(b"Harlan")
        raise how

    with monkeypatch.context() as patch:
        patch.setattr(shutil if breaks == "copyfile" else Path, breaks, half)
        with pytest.raises((StoreFull, KeyboardInterrupt)):
            opened.copy(*contract)
    assert opened.changed() == [] and list((opened.folder / ID).iterdir()) == []
    path, changed = opened.copy(*contract)
    assert (path.read_bytes(), changed) == (b"Harlan Fab, cell 3", False)


def test_half_a_copy_of_one_that_was_killed_goes_at_the_next_start(
    opened: Opened, contract: tuple[Attached, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *words, **more: None)  # nobody is left to do it
        patch.setattr(shutil, "copyfile", lambda kept, to: [][0])
        with pytest.raises(IndexError):
            opened.copy(*contract)
    assert len(list((opened.folder / ID).iterdir())) == 1 and opened.changed() == []
    opened.clear(still_here)
    assert list(opened.folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_in_words(
    opened: Opened, contract: tuple[Attached, Path]
) -> None:
    opened.folder.write_text("a file where the folder should be")
    with pytest.raises(StoreFull, match="Free some room"):
        opened.copy(*contract)

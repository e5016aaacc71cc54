#!/usr/bin/env python3
"""Milepost from a checkout, with nothing but Python and pip on the machine.

    python3 go.py demo               a team, its server and two laptops, to try
    python3 go.py test               every check, then every test
    python3 go.py test PATH [-k X]   these tests only; the words go to pytest
    python3 go.py check              formatter, linter, types, import contracts
    python3 go.py run [WORDS]        milepost WORDS
    python3 go.py simulate [WORDS]   the sync simulation, e.g. --seeds 200
    python3 go.py bench [NAME]       one benchmark, or the list of them
    python3 go.py screenshots        the pictures of the documentation, from the demo's company
    python3 go.py lock [--upgrade]   requirements.lock anew from pyproject.toml

The first command makes an environment in .venv (MILEPOST_VENV names another place); later ones find it.
"""

# Parsed by Python 3.6 too, far enough to find a newer one: hence the quoted annotations.

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, STDOUT

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
ROOMS = ("models", "sync", "server", "office", "tui")
PYTEST = ("pytest", "-n", "3")  # on two cores: a third of the time they wait for other processes
CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "contracts": ("lint-imports", "--no-logo"),
}
NO_PIP = (
    "This Python has no pip and cannot make an environment with one. Install it (Debian, Ubuntu: apt install "
    "python3-pip; Fedora: dnf install python3-pip; anywhere: uv), then give the same command again."
)
NO_NETWORK = (
    "The package index could not be reached. Set-up needs the network once: connect, or name a mirror with "
    "PIP_INDEX_URL (uv: UV_DEFAULT_INDEX) or a proxy with HTTPS_PROXY, then give the same command again."
)
SIGNS_OF_NO_NETWORK = (
    "from versions: none",
    "NewConnectionError",
    "ConnectTimeout",
    "Read timed out",
    "ProxyError",
    "error sending request",
    "dns error",
)


class Stop(Exception):
    """Ends go.py with status 1; the message names the remedy."""


def main(words: "list[str]") -> int:
    if sys.version_info[:2] < OLDEST:
        return run_with_newer_python(words)
    command = COMMANDS.get(words[0]) if words else None
    if command is None:
        asked = words and words[0] in ("help", "-h", "--help")
        print(__doc__, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        return command(words[1:])
    except Stop as stop:
        print(f"go.py: {stop}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"go.py: {error}. Is it in use, or not yours? MILEPOST_VENV names another place.", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        return 130


# Commands


def run(words: "list[str]") -> int:
    return become([tool(prepare(), "milepost"), *words])


def demo(words: "list[str]") -> int:
    return run(["demo", *words])


def check(words: "list[str]") -> int:
    return run_steps(prepare(), CHECKS)


def test(words: "list[str]") -> int:
    venv = prepare()
    if not words:
        return run_steps(venv, {**CHECKS, "tests": PYTEST})
    os.chdir(ROOT)
    return become([tool(venv, PYTEST[0]), *PYTEST[1:], *words])


def simulate(words: "list[str]") -> int:
    return become([tool(prepare(), "python"), str(ROOT / "tests/simulation/run.py"), *words])


def bench(words: "list[str]") -> int:
    names = sorted(file.stem for file in (ROOT / "benchmarks").glob("[!_]*.py"))
    if not words or words[0] not in names:
        raise Stop(f"Name one benchmark of: {', '.join(names)}")
    return become([tool(prepare(), "python"), str(ROOT / "benchmarks" / f"{words[0]}.py"), *words[1:]])


def screenshots(words: "list[str]") -> int:
    return become([tool(prepare(), "python"), str(ROOT / "docs/screenshots/make.py"), *words])


def lock(words: "list[str]") -> int:
    """Keeps the versions that the lock has unless --upgrade or --upgrade-package NAME asks for newer ones."""
    with tempfile.TemporaryDirectory() as folder:
        options = "--universal --extra dev --generate-hashes --no-annotate --no-emit-index-url --quiet"
        command = [find_uv(folder), "pip", "compile", *options.split(), "--python-version", "3.11"]
        header = ["--custom-compile-command", "python3 go.py lock", "--output-file", "requirements.lock"]
        # quiet also keeps the whole lock off stdout
        return subprocess.call([*command, *header, *words, "pyproject.toml"], cwd=ROOT)


COMMANDS = {f.__name__: f for f in (demo, test, check, run, simulate, bench, screenshots, lock)}


def find_uv(folder: str) -> str:
    """uv resolves for every platform at once, which pip cannot; if PATH has none, one is put in `folder`."""
    found = shutil.which("uv")
    if found:
        return found
    watch(
        [base_python(), "-m", "pip", "install", "--quiet", "--target", folder, "uv"],
        Path(folder, "log"),
        "uv",
    )
    return str(Path(folder) / "bin" / ("uv.exe" if WINDOWS else "uv"))


# Running things in the environment


def tool(venv: Path, name: str) -> str:
    return str(venv / ("Scripts" if WINDOWS else "bin") / (f"{name}.exe" if WINDOWS else name))


def become(command: "list[str]") -> int:
    """Leaves terminal, signals and exit status to the command. No shell waits for an exec on Windows."""
    sys.stdout.flush()
    return subprocess.call(command) if WINDOWS else os.execv(command[0], command)


def run_steps(venv: Path, steps: "Mapping[str, tuple[str, ...]]") -> int:
    """Runs all of them, also after a failure, so that one run shows everything there is to mend."""
    failed = [name for name, command in steps.items() if not passes(venv, name, command)]
    print(f"Failed: {', '.join(failed)}" if failed else f"Passed: {', '.join(steps)}", flush=True)
    return 1 if failed else 0


def passes(venv: Path, name: str, command: "tuple[str, ...]") -> bool:
    print(f"== {name}: {' '.join(command)}", flush=True)
    started = time.monotonic()
    status = subprocess.call([tool(venv, command[0]), *command[1:]], cwd=ROOT)
    result = "passed" if status == 0 else f"FAILED, status {status}"
    print(f"== {name} {result} in {time.monotonic() - started:.1f} s\n", flush=True)
    return status == 0


# The environment: trusted only while its stamp says what would be installed today


def prepare() -> Path:
    """The environment, made first if it is missing, half made or out of date."""
    venv = Path(os.environ.get("MILEPOST_VENV") or ROOT / ".venv").absolute()
    if not is_ready(venv):
        venv.parent.mkdir(parents=True, exist_ok=True)
        with only_one(venv.with_name(f"{venv.name}.lock")) as holder:
            if not is_ready(venv):  # another go.py may have made it meanwhile
                set_up(venv, holder)
    return venv


def is_ready(venv: Path) -> bool:
    try:
        return stamp_of(venv).read_text() == wanted_stamp() and Path(tool(venv, "python")).exists()
    except OSError:
        return False


def stamp_of(venv: Path) -> Path:
    return venv / "milepost.stamp"


def wanted_stamp() -> str:
    """Everything that decides what is installed, but not the settings of the linters.

    The checkout's folder is in it because the editable install points there.
    """
    import tomllib  # the Pythons that only look for a newer one have none

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    built_from = [project["project"], project["build-system"], project["tool"]["hatch"]]
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    return hashlib.sha256(repr([locked, built_from, sys.version_info[:2], str(ROOT)]).encode()).hexdigest()


@contextmanager
def only_one(path: Path) -> "Iterator[int]":
    """One set-up at a time. The system drops the lock with its holder: a crash leaves nothing to clean."""
    with path.open("w") as file:
        turns = 0
        while not try_lock(file.fileno()):
            if turns % 100 == 0:  # every 20 s
                print("Another go.py is setting up; waiting for it.", flush=True)
            turns += 1
            time.sleep(0.2)
        yield file.fileno()


def try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def set_up(venv: Path, holder: int) -> None:
    os.set_inheritable(holder, True)  # an installer that outlives a killed go.py keeps others out
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that being ended also ends the installer
    started = time.monotonic()
    clear(venv)
    print(f"First set-up, in {venv}: a minute or two, once.", flush=True)
    install = make_empty(venv)
    locked, log = ROOT / "requirements.lock", venv / "set-up.log"
    watch([*install, "--require-hashes", "-r", str(locked)], log, "packages", packages_in(locked))
    watch([*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], log, "milepost itself")
    # an installer does this with all but what is editable; without it every start compiles what it imports
    subprocess.run([tool(venv, "python"), "-m", "compileall", "-q", *ROOMS], cwd=ROOT, check=False)
    stamp_of(venv).write_text(wanted_stamp())
    print(f"Set up in {time.monotonic() - started:.0f} s.\n", flush=True)


def clear(venv: Path) -> None:
    """Empties what go.py made, never what someone else made. The stamp stays, and is not trusted."""
    if venv.exists() and not stamp_of(venv).exists() and any(venv.iterdir()):
        raise Stop(f"{venv} was not made by go.py. Move it away, or name another place with MILEPOST_VENV.")
    venv.mkdir(exist_ok=True)
    stamp_of(venv).write_text("unfinished")
    for entry in set(venv.iterdir()) - {stamp_of(venv)}:
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def make_empty(venv: Path) -> "list[str]":
    """Returns what installs into it: uv, else this Python's pip from outside, else a pip of its own.

    From outside, because Debian's Python cannot put a pip into an environment.
    """
    base, uv = base_python(), shutil.which("uv")
    outside = uv or subprocess.call([base, "-m", "pip", "--version"], stdout=DEVNULL, stderr=DEVNULL) == 0
    command = [base, "-m", "venv", *(["--without-pip"] if outside else []), str(venv)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise Stop(f"{made.stdout}{made.stderr}\n{NO_PIP}")
    python = tool(venv, "python")
    if uv:
        return [uv, "pip", "install", "--python", python]
    pip = [base, "-m", "pip", "--python", python] if outside else [python, "-m", "pip"]
    return [*pip, "--disable-pip-version-check", "--no-input", "install", "--progress-bar", "off"]


def base_python() -> str:
    """Not the interpreter of the environment that is about to be replaced, should go.py run in that."""
    return getattr(sys, "_base_executable", None) or sys.executable


# Progress: never a silent minute


def packages_in(locked: Path) -> int:
    return sum(line[:1].isalnum() for line in locked.read_text("utf-8").splitlines())


def watch(command: "list[str]", log: Path, what: str, total: int = 0) -> None:
    """Runs an installer, showing how far it is; its own words go to the log and are shown only if it fails."""
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_USER": "0"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=STDOUT, env=environ, close_fds=False)
    try:
        show_until_done(process, lambda: progress(lines_of(log), what, total))
    except BaseException:
        # not SIGTERM: pip runs a pip of the environment, and only an interrupt reaches that one too
        process.terminate() if WINDOWS else process.send_signal(signal.SIGINT)
        process.wait()
        raise
    if process.returncode:
        raise Stop(why_failed(lines_of(log)))


def show_until_done(process: "subprocess.Popen[bytes]", text: "Callable[[], str]") -> None:
    """One changing line on a terminal, else a line every five seconds."""
    started = shown = time.monotonic()
    live = sys.stdout.isatty()
    while process.poll() is None:
        time.sleep(0.2)
        if live or time.monotonic() - shown > 5:
            shown = time.monotonic()
            line = f"  {text()}, {shown - started:.0f} s"
            print(f"\r{line:<78.78}" if live else line, end="" if live else "\n", flush=True)
    if live:
        print("\r" + " " * 78, end="\r", flush=True)


def lines_of(log: Path) -> "list[str]":
    return log.read_text("utf-8", errors="replace").splitlines(keepends=True)


def progress(lines: "list[str]", what: str, total: int) -> str:
    """pip tells what it fetches package by package, and nothing while it unpacks them."""
    total -= sum(line.startswith("Ignoring ") for line in lines)  # meant for another platform
    fetched = [line.split()[1] for line in lines if line.startswith("Collecting ")]
    if not total or not fetched:
        return f"installing {what}"
    unpacking = any(line.startswith("Installing collected") for line in lines)
    return f"unpacking {total} packages" if unpacking else f"package {len(fetched)} of {total}: {fetched[-1]}"


def why_failed(lines: "list[str]") -> str:
    output = "".join(lines)
    unreachable = any(sign in output for sign in SIGNS_OF_NO_NETWORK)
    if unreachable:
        return "".join(["Set-up failed.\n", *lines[-2:], NO_NETWORK])
    return "".join(["Set-up failed.\n", *lines[-12:], "The same command, given again, starts from nothing."])


# An old Python


def run_with_newer_python(words: "list[str]") -> int:
    for name in [f"python3.{minor}" for minor in (13, 12, 11, 14, 15)] + ["py"]:
        found = shutil.which(name)
        # a name on PATH may be a launcher with nothing behind it: ask it
        if found and subprocess.call([found, "-c", NEW_ENOUGH], stderr=DEVNULL) == 0:
            return become([found, str(ROOT / "go.py"), *words])
    print(
        "go.py: Milepost needs Python 3.11 or newer; this is {}.{}. Install a newer one (python.org, or your "
        "system's packages) and run go.py with it: python3.12 go.py {}".format(
            *sys.version_info[:2], " ".join(words) or "demo"
        ),
        file=sys.stderr,
    )
    return 1


NEW_ENOUGH = f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

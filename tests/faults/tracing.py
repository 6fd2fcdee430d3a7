"""strace on the server: killing it at one system call, failing one, or writing all of them down."""

import contextlib
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

WRITES = ("pwrite64", "write", "writev", "sendto", "sendmsg")
KEPT = "openat,pwrite64,fdatasync,fsync,ftruncate,unlink,write,writev,sendto,sendmsg"


@cache
def _trouble() -> str:
    if not shutil.which("strace"):
        return "no strace: ./dev test as root installs it"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "strace may not trace here" if tried.returncode else ""


def need_strace() -> None:
    if _trouble():
        pytest.skip(_trouble())


@contextlib.contextmanager
def traced(pid: int, *options: str, into: Path = Path("/dev/null")) -> Iterator[None]:
    """Attached when the block begins; done writing when it has ended."""
    command = ["strace", "-f", "-p", str(pid), "-o", str(into), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr
        for line in tracer.stderr:
            if "attached" in line:
                break
        else:
            pytest.skip("strace may not attach to another process here")
        reader = threading.Thread(target=tracer.stderr.read, daemon=True)
        reader.start()
        try:
            yield
        finally:
            tracer.terminate()
            tracer.wait()
            reader.join()


# ---- what was written down -----------------------------------------------------------


class Op(NamedTuple):
    kind: Literal["write", "truncate", "create", "unlink", "sync", "said"]
    path: str = ""
    offset: int = 0
    data: bytes = b""


CALL = re.compile(r"(\w+)\((.*)$")
DESCRIPTOR = re.compile(r"\d+<([^>]*)>")
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def read_trace(file: Path) -> list[Op]:
    """A write counts from when it was begun, a flush from when it was done."""
    begun: dict[str, str] = {}
    ops = []
    for line in file.read_text().splitlines():
        thread, _, said = line.partition(" ")
        said = said.strip()
        if said.endswith("<unfinished ...>"):
            said = said.removesuffix("<unfinished ...>")
            if "sync(" in said:
                begun[thread] = said
                continue
        elif said.startswith("<... ") and "sync resumed" in said:
            said = begun.pop(thread, "") + said[said.index(">") + 1 :]
        if (op := _op(said)) is not None:
            ops.append(op)
    return ops


def _op(said: str) -> Op | None:
    call = CALL.match(said)
    if call is None or " = -1 " in said:
        return None
    name, rest = call.groups()
    on = DESCRIPTOR.match(rest)
    path = _text(on[1]) if on else ""
    numbers = [int(number) for number in re.findall(r", (\d+)", QUOTED.sub("", rest))]
    match name:
        case "pwrite64":
            return Op("write", path, numbers[1], _bytes(rest))
        case "fdatasync" | "fsync" if said.endswith("= 0"):  # killed before, it ends in "= ?"
            return Op("sync", path)
        case "ftruncate":
            return Op("truncate", path, numbers[0])
        case "unlink":
            return Op("unlink", _bytes(rest).decode())
        case "openat" if "O_CREAT" in rest:
            return Op("create", _bytes(rest).decode())
        case "write" | "writev" | "sendto" | "sendmsg":
            return Op("said", path, 0, _bytes(rest))
    return None


def _bytes(rest: str) -> bytes:
    return b"".join(bytes.fromhex(found.replace("\\x", "")) for found in QUOTED.findall(rest))


def _text(path: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), path)

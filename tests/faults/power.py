"""A power cut, made from what strace wrote down: what was flushed stays; of what was only
written, some is on the disk and some is not."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from tests.faults.tracing import Op

SECTOR = 512


class Disk:
    """Files by path, each with what is certain of it and what was written since."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.certain = {str(file): bytearray(file.read_bytes()) for file in files}
        self.names = {str(Path(path).parent) for path in self.certain}
        self.waiting: list[Op] = []

    def take(self, op: Op) -> None:
        if op.kind == "sync":
            directory = op.path in self.names
            mine = [found for found in self.waiting if self._flushed(found, op.path, directory)]
            self.waiting = [found for found in self.waiting if found not in mine]
            _apply(self.certain, mine)
        elif self._concerns(op):
            self.waiting.append(op)

    def _concerns(self, op: Op) -> bool:
        if op.kind == "said" or not op.path.endswith((".sqlite3", "-wal")):
            return False
        mine = str(Path(op.path).parent) in self.names
        return mine and not (op.kind == "create" and self._exists(op.path))

    def _flushed(self, op: Op, path: str, directory: bool) -> bool:
        name = op.kind in ("create", "unlink")
        return str(Path(op.path).parent) == path if directory and name else op.path == path

    def _exists(self, path: str) -> bool:
        found = path in self.certain
        for op in self.waiting:
            if op.path == path and op.kind in ("create", "unlink"):
                found = op.kind == "create"
        return found

    def after_a_cut(self, rng: random.Random | None) -> dict[str, bytearray]:
        """Everything unflushed gone; or by chance, down to sectors."""
        files = {path: bytearray(content) for path, content in self.certain.items()}
        if rng is not None:
            _apply(files, _some(self.waiting, rng))
        return files


def _some(waiting: Iterable[Op], rng: random.Random) -> Iterator[Op]:
    share = rng.choice((0.2, 0.5, 0.9, 1.0))
    for op in waiting:
        if rng.random() > share:
            continue
        if op.kind == "write" and len(op.data) > SECTOR and rng.random() < 0.2:
            yield op._replace(data=op.data[: SECTOR * rng.randrange(1, len(op.data) // SECTOR)])
        else:
            yield op


def _apply(files: dict[str, bytearray], ops: Iterable[Op]) -> None:
    for op in ops:
        if op.kind == "create":
            files.setdefault(op.path, bytearray())
        elif op.kind == "unlink":
            files.pop(op.path, None)
        elif op.path in files:
            content = files[op.path]
            if op.kind == "truncate":
                del content[op.offset :]
                content.extend(bytes(op.offset - len(content)))
            else:
                content.extend(bytes(max(0, op.offset - len(content))))
                content[op.offset : op.offset + len(op.data)] = op.data


def there(files: dict[str, bytearray], folder: Path) -> tuple[str, set[str]]:
    """What SQLite says of the files, and the hashes of the events in them."""
    for old in folder.iterdir():
        old.unlink()
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
    (main,) = (path for path in files if path.endswith(".sqlite3"))
    with closing(sqlite3.connect(folder / Path(main).name)) as found:
        said = found.execute("PRAGMA integrity_check").fetchone()[0]
        query = "SELECT hash FROM event UNION SELECT hash FROM quarantine"
        return said, {row[0] for row in found.execute(query)}

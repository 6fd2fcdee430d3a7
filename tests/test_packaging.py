"""The wheel carries everything, and works where there is no checkout."""

import os
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ("templates", "static", "checklists", "reports")


def tracked(*folders: str) -> set[str]:
    """Files under version control or about to be: no caches, no leftovers."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    try:
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        found = {name for name in names.split("\0") if name}
    except (OSError, subprocess.CalledProcessError):  # no git here, or an unpacked archive
        found = {
            str(path.relative_to(ROOT))
            for folder in folders
            for path in (ROOT / folder).rglob("*")
            if "__pycache__" not in path.parts
        }
    return {name for name in found if (ROOT / name).is_file()}


def pip(*arguments: str) -> None:
    quiet = ("-q", "--disable-pip-version-check", "--no-deps")
    subprocess.run([sys.executable, "-m", "pip", *arguments, *quiet], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_code_and_every_data_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = tracked("audit") | {f"audit/{name}" for name in tracked(*DATA)}
    assert wanted - held == set()
    assert {name for name in held - wanted if ".dist-info/" not in name} == set()


def test_every_part_by_others_is_listed() -> None:
    listed = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
    parts = tracked("static/vendor", "reports/fonts", "tests/vendor")
    missing = [
        name
        for name in sorted(parts)
        if Path(name).name not in listed and f"`{Path(name).parent}/`" not in listed
    ]
    assert missing == []


def test_the_locks_pin_by_hash_and_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("ascii")
        assert "://" not in text
        assert "--index" not in text
        for entry in text.replace("\\\n", " ").splitlines():
            assert "==" in entry
            assert "--hash=sha256:" in entry


@pytest.fixture
def server(wheel: Path, tmp_path: Path) -> Iterator[str]:
    """`mingcha serve` from the wheel in an environment of its own, far from the checkout."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = str(home / "bin" / "python")
    where = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    # Nothing is downloaded: the dependencies are the ones of the running environment. What the
    # wheel fails to declare this does not notice; ./dev fresh does, with the hash-pinned list.
    # As a plain path entry its .pth files are not read, so the editable checkout stays out.
    (Path(where) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip("--python", python, "install", "--no-index", "--ignore-installed", str(wheel))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")
    }
    environment |= {"MINGCHA_DATA": str(tmp_path / "data"), "MINGCHA_PORT": port}
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(home / "bin" / "mingcha"), "serve"],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def fetch(url: str) -> str:
    with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        try:
            fetch(f"{url}/sign-in")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the installed wheel does not serve:\n" + log.read_text("utf-8", "replace"))


def test_an_installed_wheel_serves_its_pages(server: str) -> None:
    page = fetch(f"{server}/sign-in")
    assert "<html" in page
    assert "/static/" in page

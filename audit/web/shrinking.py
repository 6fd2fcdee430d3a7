"""Style sheets and scripts of ours without what only people read.

The minifier (tdewolff/minify) is a Go program in a Python module: it does its work in a
process of its own, so that no server carries a second runtime.
"""

import json
import subprocess
import sys
from functools import cache

_WORK = """
import json, sys, minify
json.dump([minify.string(kind, text) for kind, text in json.load(sys.stdin)], sys.stdout)
"""


@cache
def shrunk(*texts: tuple[str, str]) -> list[str]:
    """Each (media type, text) made small. Raises `CalledProcessError` for one that is broken."""
    done = subprocess.run(  # noqa: S603  # this interpreter, and nothing anybody typed
        [sys.executable, "-c", _WORK],
        input=json.dumps(texts),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    small: list[str] = json.loads(done.stdout)
    return small

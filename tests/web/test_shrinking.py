from subprocess import CalledProcessError

import pytest

from audit.web.shrinking import shrunk

SCRIPT = """
// Only people read this.
const kept = { "a name": 1 }
{
  const inside = (number) => number + kept["a name"]
  window.sum = inside(2)
}
"""


def test_what_only_people_read_goes_and_what_other_scripts_name_stays():
    script, sheet = shrunk(
        ("text/javascript", SCRIPT), ("text/css", "/* why */\na { color: var(--ink) }\n")
    )

    assert "people" not in script
    assert "const kept=" in script
    assert "window.sum=" in script
    assert sheet == "a{color:var(--ink)}"


def test_a_broken_script_is_refused_at_the_start():
    with pytest.raises(CalledProcessError):
        shrunk(("text/javascript", "const = {"))

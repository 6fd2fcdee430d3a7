"""F25: the soak itself, for some seconds; `./dev faults --soak 24h` runs it for long."""

import pytest
from sqlalchemy import text

from tests.faults.besieged import Besieged
from tests.faults.soak import run, seconds_of


class Forger(Besieged):
    """What befalls this one is that a word in the log is changed."""

    def strike(self, *chosen):
        with self.turn, self.site.database() as database, database.writing() as session:
            session.execute(text("UPDATE event SET body = replace(body, '窗口', '门口')"))
        self.epoch += 1  # everybody looks once more


def test_some_seconds_of_everything(template, tmp_path, tally, capsys, full):
    """All of them: few visits, so that there is more than one site."""
    site = Besieged(template, tmp_path, "sqlite", 25, enough=6)
    code = run([site], 60 if full else 4, 25)

    said = capsys.readouterr().out.splitlines()
    assert (code, site.broken) == (0, None)
    assert site.totals["events"] == site.totals["acked"] > 50
    assert site.totals["kills"] > 0
    assert said[-1].startswith(f"events {site.totals['events']} acked ")
    assert said[-1].endswith(" lost 0 doubled 0 torn 0")
    tally.more = site.totals


def test_the_soak_stops_at_what_does_not_hold_and_says_how_to_see_it_again(
    template, tmp_path, capsys
):
    site = Forger(template, tmp_path, "sqlite", 26, enough=6)
    code = run([site], 60, 26)

    said = capsys.readouterr().out
    assert code == 1
    assert "BROKEN on sqlite, seed 26" in said
    assert site.totals["torn"] > 0
    assert not said.endswith("torn 0\n")


@pytest.mark.parametrize(("text", "seconds"), [("24h", 86_400), ("90m", 5_400), ("30s", 30)])
def test_times_are_read_as_they_are_said(text, seconds):
    assert seconds_of(text) == seconds

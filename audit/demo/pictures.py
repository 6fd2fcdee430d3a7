"""Drawn photos: what a shopper might take a picture of where no people are."""

import io
from collections.abc import Callable
from functools import cache

import msgspec
from PIL import Image, ImageDraw, ImageFilter

from audit.render.developing import develop, written

SIZE = WIDTH, HEIGHT = 1280, 960
WALL, FLOOR, WOOD, STEEL, PAPER, DARK = (
    "#d9d6cc", "#a9a294", "#8a6a4a", "#7d8790", "#f4f2ea", "#2f3439",
)  # fmt: skip
Pen = ImageDraw.ImageDraw


class Shot(msgspec.Struct, frozen=True):
    """As it left the phone, and what the darkroom makes of it."""

    received: bytes
    picture: bytes
    thumbnail: bytes


def _room(pen: Pen) -> None:
    pen.rectangle((0, 0, WIDTH, 640), fill=WALL)
    pen.rectangle((0, 640, WIDTH, HEIGHT), fill=FLOOR)
    for x in range(-400, WIDTH + 400, 160):
        pen.line((x, HEIGHT, WIDTH / 2 + (x - WIDTH / 2) * 0.5, 640), fill="#9c9587", width=3)


def _machine(pen: Pen) -> None:
    """A ticket machine that is switched off, with a note on it."""
    _room(pen)
    pen.rounded_rectangle((440, 170, 840, 880), 24, fill=STEEL)
    pen.rectangle((490, 230, 790, 470), fill=DARK)
    pen.polygon([(560, 300), (750, 280), (762, 410), (572, 430)], fill=PAPER)
    for y in (325, 350, 375):
        pen.line((590, y, 735, y - 14), fill="#5d6166", width=6)
    pen.rectangle((560, 560, 720, 584), fill=DARK)


def _desk(pen: Pen) -> None:
    """A writing desk: forms all over it, and nothing to write with."""
    _room(pen)
    pen.polygon([(180, 520), (1100, 520), (1220, 700), (60, 700)], fill=WOOD)
    pen.rectangle((60, 700, 1220, 740), fill="#6d5238")
    for left in (220, 820):
        pen.rectangle((left, 740, left + 60, 930), fill="#6d5238")
    sheets = ((250, 560, 30), (460, 600, -24), (610, 548, 12), (820, 610, 40))
    for x, y, lean in sheets:
        pen.polygon([(x, y), (x + 170, y + lean), (x + 190, y + 80), (x + 10, y + 90)], fill=PAPER)
        pen.line((x + 30, y + 34, x + 150, y + 34 + lean / 2), fill=STEEL, width=4)
    pen.ellipse((1000, 550, 1060, 580), fill=DARK)
    pen.rectangle((1000, 460, 1060, 566), fill=STEEL)


def _counter(pen: Pen) -> None:
    """Five windows, two of them open."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=WALL)
    for number in range(5):
        left, opened = 40 + 244 * number, number in (1, 2)
        pen.rectangle((left, 200, left + 214, 600), fill="#e9f0f2" if opened else STEEL)
        pen.rectangle((left, 110, left + 214, 170), fill="#1f6f5c" if opened else "#5d6166")
        if not opened:
            for y in range(220, 600, 28):
                pen.line((left, y, left + 214, y), fill="#6a737b", width=5)
    pen.rectangle((0, 600, WIDTH, 660), fill=WOOD)
    pen.rectangle((0, 660, WIDTH, HEIGHT), fill="#b7ab95")


def _rack(pen: Pen) -> None:
    """Leaflets, half of the places empty."""
    _room(pen)
    pen.rectangle((340, 120, 940, 860), fill=WOOD)
    for row in range(4):
        for column in range(4):
            left, top = 370 + 140 * column, 150 + 175 * row
            full = (row * 4 + column) % 5 in (0, 2)
            pen.rectangle((left, top, left + 120, top + 150), fill="#5a4530")
            if full:
                paint = ("#2f6f8f", "#a34a3a", "#5b7d3a", PAPER)[(row + column) % 4]
                pen.rectangle((left + 8, top + 10, left + 112, top + 140), fill=paint)
                pen.rectangle((left + 20, top + 26, left + 100, top + 60), fill=PAPER)


MOTIFS: dict[str, tuple[Callable[[Pen], None], ...]] = {
    "cpt-standard/p11": (_machine, _desk),
    "cpt-standard/t21": (_counter,),
    "cpt-standard/c31": (_rack,),
}


@cache
def shots(item: str) -> tuple[Shot, ...]:
    return tuple(map(_taken, MOTIFS[item]))


def _taken(motif: Callable[[Pen], None]) -> Shot:
    canvas = Image.new("RGB", SIZE)
    motif(ImageDraw.Draw(canvas))
    received = _jpeg(canvas.filter(ImageFilter.GaussianBlur(1.2)))
    picture, small = develop(received)
    return Shot(received, written(picture, 85), written(small, 75))


def _jpeg(canvas: Image.Image) -> bytes:
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=80)
    return out.getvalue()

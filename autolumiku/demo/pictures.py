"""Placeholder photos: a car's silhouette in its own colour, with its name, so that nobody takes it for a real one."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 800, 520
ANGLES = ("samping kiri", "depan", "samping kanan")
Points = tuple[tuple[float, float], ...]
Color = tuple[int, int, int]

COLORS: dict[str, Color] = {
    "hitam": (38, 40, 44), "putih": (238, 238, 234), "silver": (186, 190, 196), "abu-abu": (118, 122, 128),
    "merah": (176, 38, 40), "biru": (38, 78, 150), "cokelat": (104, 74, 54), "oranye": (222, 112, 36),
    "hijau": (52, 108, 72), "kuning": (228, 190, 48),
}  # fmt: skip
UNKNOWN: Color = (150, 160, 172)
SKY: Color = (226, 232, 238)
FLOOR: Color = (198, 204, 210)
GLASS: Color = (92, 112, 130)
DARK: Color = (30, 32, 36)
INK: Color = (48, 56, 66)

# Outlines seen from the left, the front of the car at the left; a car is 100 wide, the ground is at 0.
SIDES: dict[str, Points] = {
    "sedan": ((1, 9), (2, 20), (22, 24), (36, 37), (64, 37), (80, 25), (98, 23), (99, 9)),
    "hatchback": ((3, 9), (4, 21), (22, 25), (37, 40), (78, 40), (93, 27), (96, 9)),
    "mpv": ((2, 9), (3, 22), (18, 27), (34, 44), (88, 43), (96, 28), (98, 9)),
    "suv": ((2, 11), (3, 26), (23, 29), (36, 46), (86, 46), (96, 30), (98, 11)),
    "van": ((2, 9), (3, 24), (11, 29), (21, 48), (96, 48), (98, 9)),
    "pickup": ((2, 11), (3, 26), (20, 29), (30, 45), (52, 45), (57, 29), (97, 29), (98, 11)),
}
WINDOWS: dict[str, tuple[Points, ...]] = {
    "sedan": (((27, 25), (37, 35), (49, 35), (49, 25)), ((51, 25), (51, 35), (63, 35), (75, 25))),
    "hatchback": (((27, 26), (38, 38), (54, 38), (54, 26)), ((56, 26), (56, 38), (76, 38), (87, 27))),
    "mpv": (((24, 28), (36, 41), (52, 41), (52, 28)), ((54, 28), (54, 41), (70, 41), (70, 28)),
            ((72, 28), (72, 41), (86, 40), (92, 29))),
    "suv": (((28, 31), (38, 43), (53, 43), (53, 31)), ((55, 31), (55, 43), (70, 43), (70, 31)),
            ((72, 31), (72, 43), (84, 43), (92, 32))),
    "van": (((14, 31), (23, 45), (38, 45), (38, 31)), ((41, 31), (41, 45), (64, 45), (64, 31)),
            ((67, 31), (67, 45), (92, 45), (93, 31))),
    "pickup": (((24, 31), (32, 42), (50, 42), (53, 31)),),
}  # fmt: skip
FRONT: Points = ((8, 9), (8, 28), (20, 34), (27, 50), (73, 50), (80, 34), (92, 28), (92, 9))
WINDSCREEN: Points = ((26, 34), (31, 47), (69, 47), (74, 34))


def draw(body: str, color: str, name: str, angle: int) -> bytes:
    """A small JPEG; angle: a place in ANGLES."""
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 380, WIDTH, HEIGHT), FLOOR)
    paint = _paint(color)
    if ANGLES[angle] == "depan":
        _front(pen, paint)
    else:
        _side(pen, body if body in SIDES else "sedan", paint, mirrored=ANGLES[angle] == "samping kanan")
    pen.text((WIDTH / 2, 430), name, INK, _font(30), anchor="mm")
    pen.text((WIDTH / 2, 474), f"Foto contoh · {ANGLES[angle]}", INK, _font(20), anchor="mm")
    out = BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _paint(color: str) -> Color:
    return next((shade for word, shade in COLORS.items() if color.lower().startswith(word)), UNKNOWN)


def _side(pen: ImageDraw.ImageDraw, body: str, paint: Color, *, mirrored: bool) -> None:
    def at(points: Points) -> list[tuple[float, float]]:
        return [(100 + 6 * (100 - x if mirrored else x), 396 - 6 * y) for x, y in points]

    pen.ellipse((90, 380, 710, 408), fill=(170, 176, 184))
    pen.polygon(at(SIDES[body]), paint, outline=DARK, width=3)
    for window in WINDOWS[body]:
        pen.polygon(at(window), GLASS, outline=DARK)
    pen.line(at(((4, 17), (96, 17))), _shade(paint, 0.82), 4)
    for x in (20, 79):
        _wheel(pen, *at(((x, 8),))[0])
    pen.ellipse(_around(*at(((5, 19.5),))[0], 14), (250, 240, 190), outline=DARK)
    pen.ellipse(_around(*at(((95.5, 19.5),))[0], 11), (190, 40, 40), outline=DARK)


def _front(pen: ImageDraw.ImageDraw, paint: Color) -> None:
    def at(points: Points) -> list[tuple[float, float]]:
        return [(220 + 3.6 * x, 396 - 5.6 * y) for x, y in points]

    pen.ellipse((230, 380, 570, 408), fill=(170, 176, 184))
    for x in (14, 86):
        pen.rounded_rectangle((*at(((x - 6, 14),))[0], *at(((x + 6, 0),))[0]), 8, DARK)
    pen.polygon(at(FRONT), paint, outline=DARK, width=3)
    pen.polygon(at(WINDSCREEN), GLASS, outline=DARK)
    pen.rounded_rectangle((*at(((32, 24),))[0], *at(((68, 15),))[0]), 10, DARK)
    pen.rectangle((*at(((40, 14),))[0], *at(((60, 10),))[0]), (245, 245, 245), outline=DARK)
    for x in (18, 82):
        pen.ellipse(_around(*at(((x, 22),))[0], 20), (250, 240, 190), outline=DARK)


def _wheel(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
    pen.ellipse(_around(x, y, 46), DARK)
    pen.ellipse(_around(x, y, 26), (170, 174, 180))
    pen.ellipse(_around(x, y, 8), DARK)


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)


def _shade(color: Color, factor: float) -> Color:
    red, green, blue = (round(part * factor) for part in color)
    return (red, green, blue)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)

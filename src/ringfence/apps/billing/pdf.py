"""An invoice as PDF: one page, one font that comes along, nothing loaded from anywhere, the same bytes each time.

The font has the letters of Latin, Greek, Cyrillic and Devanagari scripts (docs/decisions/0023). The library writes no tags into a PDF:
whoever reads by ear finds the same on the invoice's own page, as a table.
"""

import io
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ringfence.apps.billing.sheet import Sheet

FONT: Final = "Noto Sans"
_FILE: Final = "NotoSans[wdth,wght].ttf"
_WIDTH, _HEIGHT = A4
_LEFT: Final = 62.0
_RIGHT: Final = _WIDTH - 62.0
_MIDDLE: Final = 330.0
_TOP: Final = _HEIGHT - 80.0
_STEP: Final = 15.0
_LONGEST: Final = 92  # letters of a line at the text's size


def pdf(sheet: Sheet) -> bytes:
    """The file."""
    _font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang="en")
    canvas.setTitle(f"Invoice {sheet.number}")
    canvas.setAuthor(sheet.issuer[0])
    canvas.setSubject(sheet.period)
    canvas.setCreator("Ringfence")
    y = _head(canvas, sheet)
    y = _table(canvas, sheet, y)
    _text(canvas, _LEFT, y - 2 * _STEP, sheet.pay)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas, sheet: Sheet) -> float:
    after = _text(canvas, _LEFT, _TOP, sheet.issuer, size=9)
    y = _text(canvas, _LEFT, after - 2 * _STEP, sheet.customer)
    y -= 2 * _STEP
    canvas.setFont(FONT, 20)
    canvas.drawString(_LEFT, y, f"Invoice {sheet.number}")
    return _text(canvas, _LEFT, y - 1.6 * _STEP, (f"Date: {sheet.issued}", f"For: {sheet.period}"))


def _table(canvas: Canvas, sheet: Sheet, y: float) -> float:
    rows = [
        ("What", "Quantity", "Amount"),
        *((each.what, each.quantity, each.amount) for each in sheet.lines),
    ]
    y -= _STEP
    canvas.setFont(FONT, 10)
    for number, (what, quantity, amount) in enumerate(rows):
        canvas.drawString(_LEFT, y, what)
        canvas.drawRightString(_MIDDLE + 60, y, quantity)
        canvas.drawRightString(_RIGHT, y, amount)
        if number in {0, len(rows) - 1}:
            canvas.line(_LEFT, y - 5, _RIGHT, y - 5)
        y -= 1.4 * _STEP
    for name, amount in sheet.sums:
        canvas.drawRightString(_MIDDLE + 60, y, name)
        canvas.drawRightString(_RIGHT, y, amount)
        y -= 1.2 * _STEP
    return y


def _text(canvas: Canvas, x: float, y: float, lines: Sequence[str], size: float = 10) -> float:
    canvas.setFont(FONT, size)
    for line in lines:
        canvas.drawString(x, y, line[:_LONGEST])
        y -= _STEP
    return y


@cache
def _font() -> None:
    """The font of the package, once for each process."""
    path = files("fontpkg_noto_sans") / "files" / _FILE
    pdfmetrics.registerFont(TTFont(FONT, str(path)))

"""Numbers that others gave to a component: the manhole's, the owner's asset number.

They are kept as they are written but for width, blanks and letter case, and checked
for what can be known without their issuer: digits, length, and being used once.
"""

from __future__ import annotations

import re
import unicodedata

from citygrid_core.errors import Problem, Text

#: Numbers that each owner gives out anew: two owners may well have the same.
PER_OWNER = frozenset({"asset_number"})
#: Digits of a manhole number.
MANHOLE_DIGITS = 19
_MOST = 64
_SPACE = re.compile(r"[\s-]+")


def normal_number(text: str) -> str:
    """Return a number as it is kept: plain width, no blanks or hyphens inside, capitals."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()


def whose(column: str, owner: object) -> str:
    """Return in whose series a number must be its own: the owner's, or everybody's.

    Parameters
    ----------
    column : str
        ``manhole_number`` or ``asset_number``.
    owner : object
        Code of the owning body; nothing when it is unknown.
    """
    return owner if column in PER_OWNER and isinstance(owner, str) else ""


def manhole_number(text: str) -> tuple[str, Problem | None]:
    """Return a manhole number as it is kept, and what is wrong with it.

    Parameters
    ----------
    text : str
        As typed; empty is right: not every component has one.
    """
    number = normal_number(text)
    if not number or (len(number) == MANHOLE_DIGITS and number.isascii() and number.isdigit()):
        return number, None
    kind = f"{len(number)} 位" if number.isdigit() else f"“{number}”"
    return number, Problem(
        "number.manhole",
        Text(f"{number!r} ({len(number)} characters)", kind),
        Text(f"{MANHOLE_DIGITS} digits", f"{MANHOLE_DIGITS} 位数字"),
        field="manhole_number",
    )


def asset_number(text: str) -> tuple[str, Problem | None]:
    """Return an owner's asset number as it is kept, and what is wrong with it."""
    number = unicodedata.normalize("NFKC", text).strip()
    if len(number) <= _MOST and number.isprintable():
        return number, None
    return number, Problem(
        "number.asset",
        Text(f"{len(number)} characters", f"{len(number)} 个字符"),
        Text(f"at most {_MOST} printable characters", f"不超过 {_MOST} 个可见字符"),
        field="asset_number",
    )

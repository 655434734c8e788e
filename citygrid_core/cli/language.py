"""Which language the command speaks: --lang, CITYGRID_LANG, or the locale."""

from __future__ import annotations

import os
from collections.abc import Sequence

from citygrid_core.errors import OF_REJECTS, Language, Text

_current: Language = "en"


def choose(argv: Sequence[str]) -> Language:
    """Set and return the language before any command (and its help) is loaded."""
    global _current
    wanted = ""
    for i, arg in enumerate(argv):
        if arg == "--lang" and i + 1 < len(argv):
            wanted = argv[i + 1]
        elif arg.startswith("--lang="):
            wanted = arg[7:]
    for name in ("CITYGRID_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = wanted or os.environ.get(name, "")
    _current = "zh" if wanted.lower().startswith("zh") else "en"
    # the locale of a plain server says no language: a bureau's nightly job keeps its Chinese files
    OF_REJECTS.set("zh" if wanted.partition(".")[0] in ("", "C", "POSIX") else _current)
    return _current


def current() -> Language:
    """Return the language chosen."""
    return _current


class Said(str):
    """A text in the language chosen, which remembers both: for answers that give both."""

    both: Text

    @classmethod
    def of(cls, both: Text) -> Said:
        """Return a text in the language chosen."""
        said = cls(both.text(_current))
        said.both = both
        return said


def t(en: str, zh: str) -> str:
    """Return the text of the language chosen."""
    return Said.of(Text(en, zh))

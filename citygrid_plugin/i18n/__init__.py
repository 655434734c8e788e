"""The language of the plugin.

Every text that people see is written where it is used, in English and Chinese
together, as everywhere in citygrid: ``tr("Refresh", "刷新")``. There is no
compiled file that could be missing or older than its source, and the core's
messages and the plugin's speak the same language. Chinese is shown to users of a
Chinese QGIS, English to everybody else.
"""

from __future__ import annotations

from typing import Literal, Protocol

Language = Literal["en", "zh"]

_language: Language | None = None


class Bilingual(Protocol):
    """A message of the core: `citygrid_core.errors.Text` and everything that has its method."""

    def text(self, lang: Language = "en") -> str:
        """Return the message in `lang`."""
        ...


def language() -> Language:
    """Return the language of this QGIS: ``"zh"`` for any Chinese locale, else ``"en"``."""
    global _language
    if _language is None:
        from qgis.core import QgsApplication

        _language = "zh" if QgsApplication.instance().locale().startswith("zh") else "en"
    return _language


def set_language(lang: Language | None) -> None:
    """Speak `lang`; None asks QGIS again."""
    global _language
    _language = lang


def tr(en: str, zh: str) -> str:
    """Return the text in the language of this QGIS."""
    return zh if language() == "zh" else en


def shown(message: Bilingual) -> str:
    """Return a message of the core in the language of this QGIS."""
    return message.text(language())

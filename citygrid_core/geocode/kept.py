"""The tables of a gazetteer to arrays and back, for the file that keeps them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from citygrid_core.geocode import file
from citygrid_core.geocode.alike import Alike
from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.names import Names, Ref
from citygrid_core.geocode.packed import Coded, Strings
from citygrid_core.geocode.places import Plates, Points, Street
from citygrid_core.mapped import Arrays

_POINTS = ("zones", "pois", "regions")


def save(path: Path, tables: Tables, tag: str) -> None:
    """Write the tables; `tag` says what they were made from.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    arrays: Arrays = {}
    _put_streets(arrays, tables.streets)
    p = tables.plates
    for name in ("owner", "main", "x", "y", "measure", "offset"):
        arrays[f"plates.{name}"] = getattr(p, name)
    arrays["plates.rest"], arrays["plates.area"] = p.rest.index, p.area.index
    _put(arrays, "plates.code", p.code)
    _put(arrays, "plates.rests", p.rest.values)
    _put(arrays, "plates.areas", p.area.values)
    for name in _POINTS:
        _put_points(arrays, name, getattr(tables, name))
    _put_names(arrays, tables.names)
    arrays["zone_plates"] = tables.zone_plates
    _put(arrays, "skipped", tables.skipped)
    crs = pyproj.CRS(tables.crs)
    facts: dict[str, Any] = {"tag": tag, "crs": crs.to_wkt(), "groups": list(tables.names.alikes)}
    facts["coarse"], facts["disorder"] = tables.coarse, tables.disorder
    file.write(path, facts, arrays)


def load(path: Path) -> tuple[Tables, str]:
    """Map the tables that `save` wrote; return them and their tag.

    Raises
    ------
    PlacesFileError
        The file is none, damaged, cut off, or of another version.
    """
    facts, a = file.read(path)
    plates = Plates(
        a["plates.owner"], a["plates.main"], Coded(a["plates.rest"], _get(a, "plates.rests")),
        a["plates.x"], a["plates.y"], a["plates.measure"], a["plates.offset"],
        Strings(a["plates.code"], a["plates.code.ends"]),
        Coded(a["plates.area"], _get(a, "plates.areas")),
    )  # fmt: skip
    zones, pois, regions = (_get_points(a, name) for name in _POINTS)
    tables = Tables(
        pyproj.CRS(facts["crs"]), _get_streets(a), plates, zones, pois, regions,
        _get_names(a, facts["groups"]), a["zone_plates"], _get(a, "skipped"),
        facts["coarse"], facts["disorder"],
    )  # fmt: skip
    return tables, str(facts["tag"])


def _put(arrays: Arrays, name: str, values: Any) -> None:
    packed = values if isinstance(values, Strings) else Strings.of(values)
    arrays[name], arrays[f"{name}.ends"] = packed.data, packed.ends


def _get(arrays: Arrays, name: str) -> list[str]:
    return list(Strings(arrays[name], arrays[f"{name}.ends"]))


def _put_shapes(arrays: Arrays, name: str, shapes: list[Any]) -> None:
    whole = [shapely.to_wkb(s) if s is not None else b"" for s in shapes]
    ends = np.zeros(len(whole) + 1, dtype=np.int64)
    np.cumsum([len(b) for b in whole], out=ends[1:])
    arrays[name] = np.frombuffer(b"".join(whole), dtype=np.uint8)
    arrays[f"{name}.ends"] = ends


def _get_shapes(arrays: Arrays, name: str) -> npt.NDArray[np.object_]:
    whole, ends = arrays[name].tobytes(), arrays[f"{name}.ends"].tolist()
    said = [whole[a:b] or None for a, b in pairwise(ends)]
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(np.array(said, dtype=object))
    return np.atleast_1d(shapes)


def _put_streets(arrays: Arrays, streets: list[Street]) -> None:
    _put(arrays, "streets.name", [s.name for s in streets])
    _put(arrays, "streets.code", [s.code for s in streets])
    _put(arrays, "streets.areas", ["#".join(sorted(s.areas)) for s in streets])
    numbers = [(s.x, s.y, s.radius, s.uneven) for s in streets]
    arrays["streets.at"] = np.array(numbers, dtype=np.float64).reshape(-1, 4)
    bounds = [(s.first, s.last) for s in streets]
    arrays["streets.plates"] = np.array(bounds, dtype=np.int64).reshape(-1, 2)
    _put_shapes(arrays, "streets.line", [s.line for s in streets])


def _get_streets(arrays: Arrays) -> list[Street]:
    return [
        Street(
            name, code, frozenset(areas.split("#")) - {""}, line, x, y, radius, first, last, uneven
        )
        for name, code, areas, line, (x, y, radius, uneven), (first, last) in zip(
            _get(arrays, "streets.name"),
            _get(arrays, "streets.code"),
            _get(arrays, "streets.areas"),
            _get_shapes(arrays, "streets.line"),
            arrays["streets.at"].tolist(),
            arrays["streets.plates"].tolist(),
            strict=True,
        )
    ]


def _put_points(arrays: Arrays, name: str, points: Points) -> None:
    for column in ("x", "y", "radius"):
        arrays[f"{name}.{column}"] = getattr(points, column)
    _put(arrays, f"{name}.code", points.code)
    _put(arrays, f"{name}.name", points.name)
    arrays[f"{name}.area"] = points.area.index
    _put(arrays, f"{name}.areas", points.area.values)
    arrays[f"{name}.shaped"] = np.array(list(points.shape), dtype=np.int64)
    _put_shapes(arrays, f"{name}.shape", list(points.shape.values()))


def _get_points(a: Arrays, name: str) -> Points:
    shapes = _get_shapes(a, f"{name}.shape")
    return Points(
        a[f"{name}.x"], a[f"{name}.y"], a[f"{name}.radius"],
        Strings(a[f"{name}.code"], a[f"{name}.code.ends"]),
        Strings(a[f"{name}.name"], a[f"{name}.name.ends"]),
        Coded(a[f"{name}.area"], _get(a, f"{name}.areas")),
        dict(zip(a[f"{name}.shaped"].tolist(), shapes, strict=True)),
    )  # fmt: skip


def _put_names(arrays: Arrays, names: Names) -> None:
    _put(arrays, "names.key", list(names.refs))
    rows = [r for refs in names.refs.values() for r in refs]
    arrays["names.count"] = np.array([len(r) for r in names.refs.values()], dtype=np.int32)
    arrays["names.target"] = np.array([r.target for r in rows], dtype=np.int32)
    said = Coded.of(json.dumps([r.label, r.via, r.when]) for r in rows)
    arrays["names.said"] = said.index
    _put(arrays, "names.saids", said.values)
    for group, alike in names.alikes.items():
        _put(arrays, f"alike.{group}.key", alike.keys)
        _put(arrays, f"alike.{group}.sound", alike.sounds)
        arrays[f"alike.{group}.grams"] = alike.grams
        arrays[f"alike.{group}.ends"] = alike.ends
        arrays[f"alike.{group}.postings"] = alike.postings


def _get_names(a: Arrays, groups: list[str]) -> Names:
    names = Names()
    saids = [json.loads(s) for s in _get(a, "names.saids")]
    targets, said = a["names.target"].tolist(), a["names.said"].tolist()
    at = 0
    for key, count in zip(_get(a, "names.key"), a["names.count"].tolist(), strict=True):
        refs = []
        for k in range(at, at + count):
            label, via, when = saids[said[k]]
            refs.append(Ref(label, targets[k], via, when))
        names.refs[key] = refs
        at += count
    for group in groups:
        whole = f"alike.{group}."
        names.alikes[group] = Alike(
            _get(a, whole + "key"),
            _get(a, whole + "sound"),
            (a[whole + "grams"], a[whole + "ends"], a[whole + "postings"]),
        )
    names.ready()
    return names

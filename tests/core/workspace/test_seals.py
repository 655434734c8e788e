"""Seals depend on values alone, and on every value."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.errors import Text
from citygrid_core.workspace.geopackage import blob
from citygrid_core.workspace.schema import Column
from citygrid_core.workspace.seals import digest, digest_of, digest_text, seals, wall_clock

COLUMNS = tuple(
    Column(n, t, Text(n, n))
    for n, t in (("a", "text"), ("b", "text"), ("n", "integer"), ("r", "real"), ("t", "datetime"))
)  # fmt: skip

texts = st.none() | st.text(alphabet="ab=\x1d\x1e\x1f012城", max_size=5)
rows_ = st.tuples(
    texts,
    texts,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.sampled_from(["2025-01-01T08:00:00.000", "2025-01-01T08:00:01.000"]),
)


def seal(row: tuple[Any, ...], fid: int = 1, table: str = "t") -> bytes:
    return seals(table, [fid], COLUMNS, [[v] for v in row])[0]


def test_the_text_that_is_hashed() -> None:
    """The one example that pins the encoding: it must never change."""
    made = seals("t", [7], COLUMNS, [["城"], [None], [3], [0.1], ["2025-01-01T08:00:00.000Z"]],
                 [b"\x01\x01"])  # fmt: skip
    text = "t\x1f7\x1fa=城\x1fn=3\x1fr=0.1\x1ft=2025-01-01T08:00:00\x1f".encode()
    assert made == [blake2b(text + b"\x1f\x01\x01", digest_size=16).digest()]


@given(rows_, rows_)
def test_different_rows_have_different_seals(a: tuple[Any, ...], b: tuple[Any, ...]) -> None:
    assert (seal(a) == seal(b)) == (a == b)


@given(st.lists(rows_, min_size=1, max_size=6))
def test_a_row_has_the_same_seal_among_others(rows: list[tuple[Any, ...]]) -> None:
    fids = list(range(1, len(rows) + 1))
    together = seals("t", fids, COLUMNS, list(zip(*rows, strict=True)))
    assert together == [seal(r, f) for r, f in zip(rows, fids, strict=True)]


def test_the_text_that_is_hashed_may_have_a_nul() -> None:
    texts = ["x\x00y", "z"]
    told = [f"t\x1f{n}\x1fa={t}\x1f".encode() for n, t in enumerate(texts, 1)]
    expected = [blake2b(t, digest_size=16).digest() for t in told]
    assert seals("t", [1, 2], COLUMNS[:1], [texts]) == expected


def test_times_of_odd_lengths_keep_every_character() -> None:
    """Together they are as long as two plain ones: none may be cut like those."""
    times = ["2025-01-01T08:00:00.0002", "2025-01-01T08:00:00.00"]
    made = seals("t", [1, 2], COLUMNS[4:], [times])
    assert made == [
        seals("t", [n], COLUMNS[4:], [[t]])[0] for n, t in zip((1, 2), times, strict=True)
    ]
    plain = ["2025-01-01T08:00:00.000"] * 2
    assert made[0] != seals("t", [1, 2], COLUMNS[4:], [plain])[0]


@given(rows_)
def test_table_fid_geometry_and_type_count(row: tuple[Any, ...]) -> None:
    assert len({seal(row), seal(row, 2), seal(row, 1, "t2")}) == 3
    columns = [[v] for v in row]
    with_place = [seals("t", [1], COLUMNS, columns, [g])[0] for g in (None, b"", b"\x01")]
    assert len({seal(row), *with_place}) == 4
    assert seal((5, *row[1:])) != seal(("5", *row[1:]))
    assert seal((b"5", *row[1:])) != seal(("5", *row[1:]))
    assert seal((*row[:3], 5, row[4])) == seal((*row[:3], 5.0, row[4]))  # REAL stores 5 as 5.0


def test_an_empty_column_more_changes_no_seal() -> None:
    more = (*COLUMNS, Column("new", "text", Text("new", "新")))
    row = [["x"], [None], [1], [0.5], [None]]
    assert seals("t", [1], more, [*row, [None]]) == seals("t", [1], COLUMNS, row)


def test_wall_clock() -> None:
    for text in ("2025-01-01T08:00:00", "2025-01-01T08:00:00.000", "2025-01-01T08:00:00.000Z",
                 "2025-01-01 08:00:00Z"):  # fmt: skip
        assert wall_clock(text) == "2025-01-01T08:00:00"
    assert wall_clock("2025-01-01T08:00:00.250Z") == "2025-01-01T08:00:00.25"
    assert wall_clock("2025-01-01T08:00:00+08:00") == "2025-01-01T08:00:00+08:00"


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20), st.randoms())
def test_digest_is_a_sum(parts: list[bytes], random: Any) -> None:
    whole = digest(parts)
    shuffled = parts.copy()
    random.shuffle(shuffled)
    assert (digest(shuffled) == whole).all()
    assert (digest(parts[:7]) + digest(parts[7:]) == whole).all()
    assert (digest_of(digest_text(whole)) == whole).all()
    lanes = [sum(int.from_bytes(p[i : i + 8], "little") for p in parts) % 2**64 for i in (0, 8)]
    assert [int(v) for v in whole] == lanes


def test_any_envelope_and_byte_order_is_the_same_geometry() -> None:
    shape = shapely.box(1, 2, 3, 4)
    (wkb,) = blob.to_wkb(np.array([shape], dtype=object))
    assert wkb is not None
    box = np.array([1, 3, 2, 4], "<f8").tobytes()
    headers = {
        0x01: b"", 0x03: box, 0x05: box + bytes(16), 0x07: box + bytes(16), 0x09: box + bytes(32),
    }  # fmt: skip
    for flags, envelope in headers.items():
        cell = b"GP\x00" + bytes([flags]) + (4547).to_bytes(4, "little") + envelope + wkb
        assert blob.strip([cell]) == [wkb]
        assert blob.decode([cell])[0].equals(shape)
        assert blob.box_of(cell) == (1, 3, 2, 4)
    big = b"GP\x00\x00" + (4547).to_bytes(4, "big") + shapely.to_wkb(shape, byte_order=0)
    assert blob.strip([big]) == [wkb]
    assert blob.box_of(big) == (1, 3, 2, 4)
    empty = b"GP\x00\x11" + bytes(4) + shapely.to_wkb(shapely.Point(), byte_order=1)
    assert blob.box_of(empty) is None
    assert blob.box_of(None) is None


def test_a_cell_that_is_no_geometry_is_not_taken_for_one() -> None:
    assert blob.strip([b"garbage", "text", 5, None]) == [b"garbage", b"text", b"5", None]

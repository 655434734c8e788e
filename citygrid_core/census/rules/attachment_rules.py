"""Attachments: photos belong to their component."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.rules.base import NO_DATA, Bools, Checked, Ints, Objects, Rule, Verdict
from citygrid_core.census.rules.material import Material
from citygrid_core.errors import Text

#: Which can be judged, which are wrong, and what stands there.
Look = tuple[Bools, Bools, Objects]
_PRACTICE = "acceptance of a census: photo register (common practice)"


class _OfPhotos(Rule):
    """A rule about the rows of the attachments."""

    group = "attachments"
    family: Checked = "attachments"  # type: ignore[misc]
    source = _PRACTICE

    def judge(self, m: Material) -> Verdict:
        """Judge all attachments of the components judged."""
        if m.attachments is None or not len(m.attachments):
            return NO_DATA
        position = _first(m)
        asked = np.ones(len(m.attachments), dtype=bool)
        if m.judged is not None:
            asked = (position >= 0) & np.append(m.judged, False)[position]
        population, bad, found = self.look(m, m.attachments, position)
        at = np.flatnonzero(asked & population & bad)
        texts = np.array([str(v) for v in found[at]], dtype=object)
        return Verdict(int((asked & population).sum()), at, texts)

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Return which attachments can be judged, which are wrong, and what stands there."""
        raise NotImplementedError


class PhotoOfNothing(_OfPhotos):
    """An attachment names a component that is not there."""

    id, field = "A01", "component_code"
    title = Text("belongs to no component", "附件对应的部件不存在")

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Look the code up, among ended components too."""
        named = photos["component_code"].to_numpy(dtype=object)
        gone = set() if m.before is None else set(m.before["code"])
        bad = (of < 0) & np.array([c not in gone for c in named], dtype=bool)
        everything = np.full(len(photos), m.judged is None)
        return everything, bad, named


class PhotoMissing(_OfPhotos):
    """The file of an attachment is not there."""

    id, field = "A02", "path"
    title = Text("the file is missing", "附件文件不存在")

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Ask for the file."""
        path = photos["path"].to_numpy(dtype=object)
        there = np.array([isinstance(p, str) and bool(p) for p in path], dtype=bool)
        if m.digests is None:
            return np.zeros(len(photos), bool), np.zeros(len(photos), bool), path
        bad = np.array(
            [m.digests(p) is None if ok else True for p, ok in zip(path, there, strict=True)],
            dtype=bool,
        )
        return np.ones(len(photos), bool), bad, path


class PhotoAltered(_OfPhotos):
    """The file is not the one that was attached."""

    id, field = "A03", "sha256"
    title = Text("the file was altered", "附件文件已被更改")

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Compare hashes."""
        path, said = (photos[n].to_numpy(dtype=object) for n in ("path", "sha256"))
        now = [m.digests(p) if m.digests and isinstance(p, str) and p else None for p in path]
        can = np.array(
            [n is not None and isinstance(s, str) for n, s in zip(now, said, strict=True)],
            dtype=bool,
        )
        bad = np.array([n != s for n, s in zip(now, said, strict=True)], dtype=bool)
        return can, bad, path


class PhotoFarAway(_OfPhotos):
    """The photo was taken elsewhere."""

    id, field, severity = "A04", "geometry", "warning"
    title = Text("taken far from the component", "拍摄位置远离部件")
    tolerance, unit = 50.0, "m"

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Measure from the camera to the component."""
        if "geometry" not in photos:
            none = np.zeros(len(photos), bool)
            return none, none, np.full(len(photos), "", dtype=object)
        shapes = np.asarray(photos["geometry"].to_numpy(), dtype=object)
        can = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & (of >= 0)
        metres = np.full(len(photos), np.nan)
        metres[can] = shapely.distance(shapes[can], m.shapes[of[can]])
        bad = np.nan_to_num(metres) > m.limit(self)
        return (
            can & np.isfinite(metres),
            bad,
            np.array([f"{d:.0f} m" for d in metres], dtype=object),
        )


class PhotoOfAnotherDay(_OfPhotos):
    """The photo was not taken when the component was surveyed or changed."""

    id, field, severity = "A05", "taken_at", "hint"
    title = Text("not taken at the time of the survey", "拍摄时间与普查时间不符")
    tolerance, unit = 60.0, "days"

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Compare days."""
        taken = pd.to_datetime(
            pd.Series(photos["taken_at"].to_numpy(dtype=object)), errors="coerce"
        )
        near = np.full(len(photos), np.inf)
        for name in ("surveyed_on", "changed_on"):
            said = np.append(m.values(name).text(), "")[of]
            day = pd.to_datetime(pd.Series(said, dtype=object), errors="coerce")
            days = (taken - day).dt.total_seconds().abs().to_numpy() / 86_400
            near = np.fmin(near, days)
        can = taken.notna().to_numpy() & (of >= 0) & np.isfinite(near)
        return can, near > m.limit(self) + 1, photos["taken_at"].to_numpy(dtype=object)


class PhotoShared(_OfPhotos):
    """One photo serves several components."""

    id, field, severity = "A06", "sha256", "warning"
    title = Text("the same photo at several components", "同一照片用于多个部件")

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Count components for each hash."""
        known = photos["sha256"].notna().to_numpy()
        each = photos.groupby("sha256")["component_code"].transform("nunique").to_numpy()
        return known, np.nan_to_num(each.astype(float)) > 1, photos["path"].to_numpy(dtype=object)


class PhotoWithoutTime(_OfPhotos):
    """Nobody knows when the photo was taken."""

    id, field, severity = "A07", "taken_at", "hint"
    title = Text("a photo without a time", "照片缺拍摄时间")

    def look(self, m: Material, photos: pd.DataFrame, of: Ints) -> Look:
        """Look at photos, not at documents."""
        photo = (photos["kind"] == "photo").to_numpy()
        return photo, photos["taken_at"].isna().to_numpy(), photos["path"].to_numpy(dtype=object)


class DamageWithoutPhoto(Rule):
    """A damaged, lost or abandoned component without a photo, where photos are kept."""

    id, group, severity, field = "A08", "attachments", "hint", "state"
    title = Text("damage without a photo", "异常状态缺照片")
    source = _PRACTICE
    tolerance, unit = 0.1, "share of such components with a photo"

    def judge(self, m: Material) -> Verdict:
        """Only in a census that photographs damage: a few photos are no custom."""
        if m.attachments is None or not len(m.attachments):
            return NO_DATA
        state = m.values("state")
        wrong = state.test(lambda v: v in ("damaged", "lost", "abandoned"))
        have = set(m.attachments["component_code"])
        without = np.array([c not in have for c in m.codes], dtype=bool)
        if (wrong & ~without).sum() < m.limit(self) * wrong.sum():
            return NO_DATA
        return m.verdict(wrong, without, state)


def _first(m: Material) -> Ints:
    assert m.attachments is not None
    named = m.attachments["component_code"].to_numpy(dtype=object)
    wanted = set(named)
    known: dict[str, int] = {}
    for i, code in enumerate(m.codes):
        if code in wanted:
            known.setdefault(code, i)
    return np.array([known.get(c, -1) for c in named], dtype=np.int64)

"""Photos that come back with a field pack: found beside it, tied to their components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import geopandas as gpd

from citygrid_core.census.merge import Receipt
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.census.packs.file import PackRead
from citygrid_core.operations.census.photo_files import (
    Photo,
    Shown,
    digest_of_file,
    photo_or_problem,
    photo_problem,
    photos_in,
    store_photos,
)
from citygrid_core.report import Progress, no_progress
from citygrid_core.tables import Reject
from citygrid_core.workspace import Transaction, Workspace

#: Where field apps put pictures, beside the project.
FOLDERS = ("DCIM", "photos", "files")


@dataclass
class PhotosBack:
    """What became of the photos that a pack names.

    Attributes
    ----------
    named, kept, rejected : int
        ``named == kept + rejected``; *kept* are in the workspace, now or before.
    new : int
        Rows that this return wrote.
    problems : list of Problem
        Why photos were rejected, and how many pictures no component names.
    rejects : list of Reject
    """

    named: int = 0
    kept: int = 0
    rejected: int = 0
    new: int = 0
    problems: list[Problem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def into(self, proof: Receipt) -> Receipt:
        """Return a receipt with the photos in its books."""
        return replace(
            proof,
            written=proof.written + self.new,
            photos=self.named,
            photos_kept=self.kept,
            photos_rejected=self.rejected,
        )


@dataclass(frozen=True, slots=True)
class _Named:
    """A photo as a row of the pack names it."""

    uid: str
    text: str
    row: int


def take_photos(
    tx: Transaction,
    workspace: Workspace,
    path: Path,
    read: PackRead,
    rows: gpd.GeoDataFrame,
    codes: Mapping[str, str],
    *,
    team: str,
    dry_run: bool,
    progress: Progress = no_progress,
) -> PhotosBack:
    """Keep the photos that a returned pack names.

    A photo is only ever added: one that a team took away stays with its component. A
    file that is not there is rejected and can be returned later, with the same pack.

    Parameters
    ----------
    path : path
        The folder of the pack, or its GeoPackage: photos are looked for beside it.
    rows : GeoDataFrame
        Components of the pack by uid, with ``photo`` and ``row``.
    codes : mapping of str to str
        uid to component code, of those that the workspace has had.
    team : str
        Who took the photos.
    dry_run : bool
        Copy nothing.
    """
    folder = path if path.is_dir() else path.parent
    named = _named(read, rows)
    valid = set(
        workspace.read(
            "components",
            where={"code": sorted({codes[n.uid] for n in named if n.uid in codes})},
            columns=["code"],
            geometry=False,
        )["code"]
    )
    back = PhotosBack(named=len(named))
    shown: list[Shown] = []
    used: set[Path] = set()
    for n, one in enumerate(named):
        progress("reading photos", n, len(named))
        file = find_photo(folder, one.text)
        if file is not None:
            used.add(file)
        photo = _judged(one, file, codes.get(one.uid, ""), valid, workspace)
        if isinstance(photo, Problem):
            problem = replace(photo, row=one.row or None, field="photo")
            back.problems.append(problem)
            raw = {"code": codes.get(one.uid, one.uid), "photo": one.text}
            back.rejects.append(Reject(one.row, raw, (problem,)))
        elif photo is not None:
            shown.append(Shown(photo, codes[one.uid], team))
    back.rejected = len(back.rejects)
    back.kept = back.named - back.rejected
    if not dry_run:
        back.new = store_photos(tx, workspace, shown)
    unnamed = _unnamed(folder, used, workspace)
    if unnamed:
        back.problems.append(unnamed)
    return back


def find_photo(folder: Path, text: str) -> Path | None:
    """Return the file that a pack names, if it is there, and never one outside the folder.

    A device may have written its own absolute path: then the file of that name counts.
    """
    said = PurePosixPath(text.strip().replace("\\", "/"))
    home = folder.resolve()
    for relative in (said, *(PurePosixPath(f) / said.name for f in ("", *FOLDERS))):
        found = (home / relative).resolve()
        if found.is_relative_to(home) and found.is_file():
            return found
    return None


def _named(read: PackRead, rows: gpd.GeoDataFrame) -> list[_Named]:
    """Return each photo of each component once: the form's own, then those of the list."""
    said = [
        _Named(str(uid), str(text), int(row))
        for uid, text, row in zip(rows.index, rows["photo"], rows["row"], strict=True)
        if isinstance(text, str) and text.strip()
    ]
    said += [_Named(uid, text, 0) for uid, text in read.photos if text.strip()]
    return list({(n.uid, n.text): n for n in said[::-1]}.values())[::-1]


def _judged(
    one: _Named, file: Path | None, code: str, valid: set[str], workspace: Workspace
) -> Photo | Problem | None:
    """Return the photo, why it can't be kept, or None: it is kept already, elsewhere."""
    if file is None:
        return photo_problem(
            "photo.missing",
            one.text,
            "",
            Text("the file beside the pack", "外业包目录中的照片文件"),
            Text(
                "copy the whole folder of the pack (DCIM too) from the device and return it again",
                "请从设备复制整个外业包目录（含 DCIM）后再次回传",
            ),
        )
    if code not in valid:
        digest = digest_of_file(file)
        if workspace.count("attachments", where={"attachment": digest[:32]}):
            return None
        return photo_problem(
            "photo.component",
            one.text,
            code or one.uid,
            Text("a component that the workspace has", "库中现有的部件"),
            Text(
                "mend or decide the component, then return the pack again",
                "请先改正或处理该部件，再次回传",
            ),
        )
    return photo_or_problem(file)


def _unnamed(folder: Path, used: set[Path], workspace: Workspace) -> Problem | None:
    """Say which pictures of the pack no component names and no workspace has."""
    left = [
        p
        for f in FOLDERS
        if (folder / f).is_dir()
        for p in photos_in(folder / f)
        if p.resolve() not in used
    ]
    if not left:
        return None
    digests = {p: digest_of_file(p)[:32] for p in left}
    held = workspace.read(
        "attachments", where={"attachment": sorted(set(digests.values()))}, geometry=False
    )
    names = [p.name for p in left if digests[p] not in set(held["attachment"])]
    if not names:
        return None
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return Problem(
        "photo.unnamed",
        Text(f"{len(names)} photos without a component: {shown}",
             f"{len(names)} 张照片未关联部件：{shown}"),
        Text("a component that names each", "每张照片均由部件引用"),
        Text(
            "citygrid census photos WORKSPACE DCIM finds their components by time and place",
            "可用 citygrid census photos 工作库 DCIM 按时间与位置关联",
        ),
        file="DCIM",
    )  # fmt: skip

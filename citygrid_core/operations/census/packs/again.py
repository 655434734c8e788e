"""The folder of a pack written again from what the workspace keeps of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import shapely

from citygrid_core.census.merge import decode
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.census.packs.folder import background_of, clipped, write_folder
from citygrid_core.operations.census.packs.make import digest_of, manifest_of
from citygrid_core.operations.census.packs.out import pack_row
from citygrid_core.standards import Edition, load_edition
from citygrid_core.workspace import Workspace


def rewrite_pack(workspace: Workspace, code: str, folder: Path, *, lang: Language = "zh") -> Path:
    """Write the folder of a pack as it was made: after a crash, or for a lost device.

    Nothing is minted and nothing changes in the workspace: the ranges and the base are
    those of the day.

    Raises
    ------
    UsageError
        There is no such pack, it is void, or the folder is there already.
    """
    pack = pack_row(workspace, code)
    if pack["status"] == "void":
        raise UsageError(Text(f"{code} is void", f"{code} 已作废"))
    rows = workspace.read("pack_states", where={"pack_code": code, "seq": 0})["rows"].iloc[0]
    taken = decode(str(rows), workspace.crs)
    edition = load_edition(workspace.edition)
    leases = _leases(workspace, code, edition)
    manifest = manifest_of(workspace, pack, leases, str(rows))
    if digest_of(manifest) != pack["digest"]:
        raise UsageError(
            Text(
                f"{code} can't be written again: its rows in the workspace were altered",
                f"{code} 无法重写：库中记录已被改动",
            )
        )
    grids = workspace.read("grids", where={"code": manifest["grids"]}, at=str(pack["made_on"]))
    area = shapely.union_all(grids.geometry.to_numpy())
    final = Path(folder)
    if final.exists():
        raise UsageError(Text(f"{final} exists already", f"{final} 已存在"))
    part = final.with_name(f".{final.name}.part")
    background = clipped(
        background_of(workspace, workspace.read("grids", columns=["code", "community_code"])), area
    )
    try:
        write_folder(
            part,
            manifest,
            taken,
            leases,
            workspace.read("departments"),
            background,
            edition,
            workspace,
            until=str(pack["expires_on"]),
            on=str(pack["made_on"]),
            extent=area.bounds,
            lang=lang,
        )
        os.replace(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final


def _leases(workspace: Workspace, pack: str, edition: Edition) -> pd.DataFrame:
    """Return the ranges of numbers of a pack, none of them used yet."""
    held = workspace.read("code_leases", where={"pack_code": pack})
    scope = held["scope"].astype(str)
    first, last = held["first"].astype(int), held["last"].astype(int)
    leases: pd.DataFrame = pd.DataFrame(
        {
            "county_code": scope.str[10:16],
            "class_code": scope.str[16:],
            "class_name": scope.str[16:].map(edition.component_classes["name"]),
            "first": first,
            "last": last,
            "next": first,
            "left": last - first + 1,
        }
    )
    return leases

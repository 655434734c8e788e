"""The folder of a pack written again from what the workspace keeps of it."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pandas as pd
import shapely

from citygrid_core.census.merge import decode
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.census_pack import codes_of, digest_of, workspace_id
from citygrid_core.operations.census_pack_folder import background_of, clipped, write_folder
from citygrid_core.operations.census_packs import pack_row
from citygrid_core.standards import load_edition
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
    leases = workspace.read("code_leases", where={"pack_code": code})
    edition = load_edition(workspace.edition)
    scope = leases["scope"].astype(str)
    table: pd.DataFrame = pd.DataFrame(
        {
            "county_code": scope.str[10:16],
            "class_code": scope.str[16:],
            "class_name": scope.str[16:].map(edition.component_classes["name"]),
            "first": leases["first"].astype(int),
            "last": leases["last"].astype(int),
            "next": leases["first"].astype(int),
            "left": leases["last"].astype(int) - leases["first"].astype(int) + 1,
        }
    )
    manifest = {
        "pack": code,
        "team": pack["team"],
        "workspace": workspace_id(workspace),
        "edition": workspace.edition,
        "crs": workspace.crs.to_string(),
        "head": pack["head"],
        "made_on": pack["made_on"],
        "taken": int(pack["taken"]),
        "grids": codes_of(pack["grid_codes"]),
        "leases": table[["county_code", "class_code", "first", "last"]].values.tolist(),
        "base": hashlib.sha256(str(rows).encode()).hexdigest(),
    }
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
            table,
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

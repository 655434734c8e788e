"""Where a file lies: on a disk of this machine, or on a drive that others share."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
#: File systems on which a second machine may have the same file open.
# fmt: off
NETWORK = frozenset((
    "nfs", "nfs3", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "davfs", "ceph",
    "lustre", "beegfs", "gpfs", "ocfs2", "gfs2", "vboxsf", "fuse.sshfs", "fuse.rclone",
    "fuse.glusterfs", "fuse.davfs2", "fuse.smbnetfs", "fuse.ceph", "fuse.s3fs",
))
# fmt: on
_REMOTE = 4  # DRIVE_REMOTE of GetDriveTypeW


def network_kind(path: Path, mounts: str | None = None) -> str | None:
    """Return the kind of network drive a file is on, or None when it is local.

    Parameters
    ----------
    path : Path
        The file; it need not exist yet.
    mounts : str, optional
        Text of ``/proc/self/mountinfo`` (proc(5)); read from there when left out.
        Elsewhere than on Linux and Windows every drive counts as local.
    """
    if sys.platform == "win32":
        return _windows(path)
    if mounts is None:
        if not MOUNTS.exists():
            return None
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    kind = _file_system(os.path.realpath(path), mounts)
    return kind if kind in NETWORK else None


def _file_system(path: str, mounts: str) -> str:
    """Return the type of the file system whose mount point is the nearest above `path`."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, dash, right = line.partition(" - ")
        fields = left.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), fields[4])
        inside = point == "/" or path == point or path.startswith(point + "/")
        if inside and len(point) >= best:  # the later of two at one point hides the earlier
            best, kind = len(point), right.split(" ")[0]
    return kind


def _windows(path: Path) -> str | None:
    import ctypes

    drive = os.path.splitdrive(os.path.abspath(path))[0]
    if drive.startswith("\\\\"):
        return "UNC"
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    return "DRIVE_REMOTE" if kernel.GetDriveTypeW(drive + "\\") == _REMOTE else None

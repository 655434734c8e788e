"""What can go wrong with a workspace."""

from __future__ import annotations

from collections.abc import Iterable

from citygrid_core.errors import CitygridError, Text, UnusableInput, UsageError


class NotAWorkspace(CitygridError):
    """The file is missing, or is something else than a workspace."""

    def __init__(self, path: str, why: Text) -> None:
        super().__init__(
            Text(
                f"{path} is not a citygrid workspace: {why.en}",
                f"{path} 不是城市工作库：{why.zh}",
            )
        )


class BadDay(UsageError, ValueError):
    """A day was asked for that is none."""

    def __init__(self, value: object) -> None:
        super().__init__(
            Text(
                f"{value!r} is not a date like 2026-10-31",
                f"“{value}”不是日期，应如 2026-10-31",
            )
        )


class WorkspaceExists(UsageError):
    """A workspace is never made over an existing file."""

    def __init__(self, path: str) -> None:
        super().__init__(
            Text(f"{path} exists already; name a new file", f"{path} 已存在，请指定新的文件名")
        )


class NotBuiltYet(UsageError):
    """The kind of store is planned and not there yet."""

    def __init__(self, scheme: str) -> None:
        super().__init__(
            Text(
                f"a workspace in {scheme} is not built yet; use a .gpkg file",
                f"尚不支持 {scheme} 工作库，请使用 .gpkg 文件",
            )
        )


class UnknownVersion(CitygridError):
    """The workspace was made by a newer citygrid."""

    def __init__(self, path: str, found: int, known: int) -> None:
        super().__init__(
            Text(
                f"{path} has schema version {found}; this citygrid knows versions up to {known}: "
                "update citygrid",
                f"{path} 的结构版本为 {found}，本程序只支持到 {known}，请升级 citygrid",
            )
        )


class NeedsMigration(CitygridError):
    """The workspace is of an older version and can't be written, so it can't be brought forward."""

    def __init__(self, path: str, found: int, wanted: int) -> None:
        super().__init__(
            Text(
                f"{path} has schema version {found} and must be brought to {wanted}: "
                "open it once with permission to write",
                f"{path} 的结构版本为 {found}，需升级到 {wanted}：请以可写方式打开一次",
            )
        )


class ReadOnly(CitygridError):
    """The workspace was opened for reading, or the file may not be written."""

    def __init__(self, path: str) -> None:
        super().__init__(
            Text(
                f"{path} is open for reading only; to change it, its file and folder must be "
                "writable for you",
                f"{path} 仅以只读方式打开，不能写入；如需修改，请取得该文件及其文件夹的写权限",
            )
        )


class WorkspaceLocked(CitygridError):
    """Another program is writing and did not finish in time."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(
            Text(
                f"{path} is being written by another program; waited {seconds:g} s. "
                "Save or close the edit session there (in QGIS: toggle editing off), then try again",
                f"{path} 正被其他程序写入，已等待 {seconds:g} 秒。"
                "请先保存或结束该编辑（QGIS 中请关闭编辑状态），然后重试",
            )
        )


class NetworkDrive(CitygridError):
    """The file lies on a network drive, where write-ahead logging is unsafe."""

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(
            Text(
                f"{path} is on a network drive ({kind}): it is not written there, because the "
                "write-ahead log is shared through memory of one machine and a second machine "
                "would destroy the file. Copy it to a local disk, or, if no one else can have it "
                "open, allow it (allow_network=True, or CITYGRID_ALLOW_NETWORK=1)",
                f"{path} 位于网络驱动器（{kind}），不予写入：预写日志依靠单机共享内存，"
                "另一台机器同时打开会损坏文件。请复制到本地磁盘；"
                "若确认无人同时打开，可显式允许（allow_network=True 或 CITYGRID_ALLOW_NETWORK=1）",
            )
        )


class UnfinishedLog(CitygridError):
    """A log with changes lies beside a file that can't be written."""

    def __init__(self, path: str) -> None:
        super().__init__(
            Text(
                f"{path} can't be written and has changes in {path}-wal that are not in it yet; "
                "open it once where it can be written",
                f"{path} 不可写，且 {path}-wal 中有尚未并入的更改；请在可写的位置打开一次",
            )
        )


class CrsMismatch(CitygridError):
    """A frame is in another CRS than the workspace."""

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(
            Text(
                f"{what} is in {found}, the workspace in {expected}; use frame.to_crs",
                f"{what}的坐标参考系是 {found}，工作库是 {expected}；请用 frame.to_crs 转换",
            )
        )


class UnsuitableCrs(UsageError):
    """The CRS of a workspace must be projected, in metres."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                f"{name} can't be the CRS of a workspace: it must be projected, in metres "
                "(e.g. EPSG:4547, CGCS2000 / 3-degree Gauss-Kruger CM 114E)",
                f"{name} 不能作为工作库坐标参考系：须为以米为单位的投影坐标系"
                "（如 EPSG:4547，CGCS2000 三度带高斯-克吕格 中央经线114°）",
            )
        )


class UnknownName(UsageError):
    """There is no family, column or row of that name."""

    def __init__(self, what: Text, names: Iterable[str], known: Iterable[str] = ()) -> None:
        said = ", ".join(map(str, names))
        all_ = ", ".join(known)
        super().__init__(
            Text(
                f"unknown {what.en}: {said}" + (f"; known: {all_}" if all_ else ""),
                f"未知{what.zh}：{said}" + (f"；可用：{all_}" if all_ else ""),
            )
        )


class WrongCall(UsageError):
    """A call that makes no sense, said in both languages."""


class InvalidRows(UnusableInput):
    """Rows that can't be stored; all of them are listed and none was stored."""

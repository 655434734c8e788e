"""Messy departments and duty rules."""

from __future__ import annotations

from pathlib import Path

from citygrid_core.sample.departments import credit_code
from citygrid_core.sample.messy.source import Source
from citygrid_core.sample.messy.table import Messy, Row
from citygrid_core.sample.messy.writing import save_workbook, write_mapping, write_text
from citygrid_core.sample.names import CITY

_DEPARTMENTS = {
    "code": "统一社会信用代码", "name": "单位名称", "short_name": "简称", "parent_code": "上级部门代码",
    "successor_code": "承接部门代码", "valid_from": "成立日期", "valid_to": "撤销日期", "note": "备注",
}  # fmt: skip
_TRADES = ("物业服务", "市政养护", "园林工程", "环卫服务", "保洁服务", "停车管理", "广告传媒")
_DUTIES = {
    "code": "规则编号", "place": "地域类型", "place_code": "地域代码", "object_kind": "对象",
    "class_code": "类别代码", "role": "责任角色", "department_code": "部门代码",
    "valid_from": "起始日期", "valid_to": "终止日期", "document": "文号",
}  # fmt: skip


def write_departments(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Write a register in GB 18030: wrong check characters, twins, circles of succession."""
    rng = source.rng(31)
    names = source.scene.layout.names
    rows: list[Row] = []
    seen: set[str] = set()
    while len(rows) < 240:
        root = names.root()
        if root in seen:
            continue
        seen.add(root)
        trade = _TRADES[int(rng.integers(len(_TRADES)))]
        rows.append(
            {
                "code": credit_code("91", "360100", 300_001 + 41 * len(rows)),
                "name": f"{CITY}{root}{trade}有限公司", "short_name": root + trade,
                "parent_code": "", "successor_code": "",
                "valid_from": f"{int(rng.integers(2008, 2024))}-{int(rng.integers(1, 13)):02d}-01",
                "valid_to": "", "note": "",
            }
        )  # fmt: skip
    table = Messy("departments.csv", "departments", rows, source.rng(32))
    _department_defects(table)
    cells = [[row[k] for k in _DEPARTMENTS] for row in table.rows]
    write_text(folder / table.file, list(_DEPARTMENTS.values()), cells, "gb18030")
    write_mapping(
        folder / "departments.mapping.toml", {"encoding": "gb18030", "columns": _DEPARTMENTS}
    )
    return table, table.books("departments.mapping.toml")


def _department_defects(table: Messy) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

    def wrong_check(row: Row) -> str:
        code = str(row["code"])
        row["code"] = code[:-1] + alphabet[(alphabet.index(code[-1]) + 5) % 31]
        return ""

    def unknown_parent(row: Row) -> str:
        row["parent_code"] = credit_code("11", "360100", 900_001 + int(table.rng.integers(90_000)))
        return ""

    def reversed_dates(row: Row) -> str:
        row["valid_to"] = "2001-01-01"
        return ""

    def no_name(row: Row) -> str:
        row["name"] = ""
        return ""

    table.plant("wrong_check_character", "code", "rejected", wrong_check)
    table.plant("unknown_parent", "parent_code", "rejected", unknown_parent)
    table.plant("reversed_dates", "valid_to", "rejected", reversed_dates)
    table.plant("missing_name", "name", "rejected", no_name)
    table.plant_duplicates("code", "duplicate_code", ("code",))
    circle = table.pick()
    for at, following in zip(circle, [*circle[1:], circle[0]], strict=True):
        table.rows[at]["successor_code"] = table.rows[following]["code"]
        table.note(at, "successor_code", "circle_of_successors", "rejected")


def write_duties(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Write rules of the past in a sheet; all ended before 2020, so today's stay as they are."""
    from openpyxl import Workbook

    rng = source.rng(33)
    streets = source.areas.loc[source.areas["level"] != "county", "code"].tolist()
    bodies = list(source.departments.code.values())
    matters = [c for c in source.scene.edition.event_classes.index if c[:2] in ("06", "07", "09")]
    rows: list[Row] = []
    for i in range(240):
        rows.append(
            {
                "code": f"OLD{i + 1:04d}", "place": "行政区域",
                "place_code": streets[int(rng.integers(len(streets)))], "object_kind": "事件",
                "class_code": matters[int(rng.integers(len(matters)))], "role": "处置",
                "department_code": bodies[int(rng.integers(len(bodies)))],
                "valid_from": f"2016-{int(rng.integers(1, 13)):02d}-01",
                "valid_to": f"2019-{int(rng.integers(1, 13)):02d}-01",
                "document": f"梧城管〔2016〕{int(rng.integers(1, 60))}号",
            }
        )  # fmt: skip
    table = Messy("duties.xlsx", "duty_rules", rows, source.rng(34))

    def unknown_department(row: Row) -> str:
        row["department_code"] = credit_code(
            "12", "360100", 800_001 + int(table.rng.integers(90_000))
        )
        return ""

    def unknown_class(row: Row) -> str:
        row["class_code"] = f"06{int(table.rng.integers(600, 900))}"
        return ""

    def reversed_dates(row: Row) -> str:
        row["valid_from"], row["valid_to"] = row["valid_to"], row["valid_from"]
        return ""

    def unknown_area(row: Row) -> str:
        row["place_code"] = str(row["place_code"])[:6] + "7" + str(row["place_code"])[7:]
        return ""

    table.plant("unknown_department", "department_code", "rejected", unknown_department)
    table.plant("unknown_class", "class_code", "rejected", unknown_class)
    table.plant("reversed_dates", "valid_to", "rejected", reversed_dates)
    table.plant("unknown_area", "place_code", "rejected", unknown_area)
    book = Workbook()
    sheet = book.active
    sheet.title = "责任规则"
    sheet.append(list(_DUTIES.values()))
    for row in table.rows:
        sheet.append([row[k] for k in _DUTIES])
    save_workbook(book, folder / table.file)
    write_mapping(folder / "duties.mapping.toml", {"columns": _DUTIES})
    return table, table.books("duties.mapping.toml")

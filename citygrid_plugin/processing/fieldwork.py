"""Field work as algorithms: packs out and back, samples, acceptance, progress."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.options import TABLES, Option, choices_of

_LAYERS = "GeoPackage (*.gpkg);;GeoJSON (*.geojson)"
_REPORTS = "PDF (*.pdf);;HTML (*.html);;XLSX (*.xlsx)"


class MakePacks(CommandAlgorithm):
    """Field packs for the teams."""

    key = "makepacks"
    title = Text("Make field packs", "制作外业包")
    help = Text(
        "Divides the responsibility grids among teams, balanced by streets and components "
        "expected, and makes a folder for each: a GeoPackage, a project that QField opens, and "
        "codes of its own to give out offline.",
        "按责任网格划分作业（以街巷长度与预计部件数均衡），为每组生成目录：GeoPackage、QField "
        "可直接打开的工程，以及离线编码的专用号段。",
    )
    command = ("census", "pack")
    group_key = "census"
    options = (
        Option("FOLDER", Text("Folder of packs", "外业包目录"), "new_folder", "", optional=False),
        Option("TEAMS", Text("Teams", "作业组数"), "whole", default=2, least=1, optional=False),
        Option("UNTIL", Text("Codes are good until (YYYY-MM-DD)", "号段有效期止（YYYY-MM-DD）")),
        Option(
            "NAMES", Text("Names of the teams (apart by commas)", "作业组名称（逗号分隔）"), "texts",
            "--name", advanced=True,
        ),
        Option(
            "RESERVE", Text("Numbers kept for each class", "每类预留号数"), "whole", least=0,
            advanced=True,
        ),
        Option(
            "WALKING", Text("Weight of streets in the balance (0–1)", "街巷长度在均衡中的权重（0–1）"),
            "number", least=0, advanced=True,
        ),
    )  # fmt: skip


class ReturnPack(CommandAlgorithm):
    """A field pack that comes back."""

    key = "returnpack"
    title = Text("Return a field pack", "回传外业包")
    help = Text(
        "Merges what a team brings back, field by field, with what the workspace holds now. "
        "What both changed becomes a conflict; photos beside the pack are kept; the same pack "
        "again changes nothing.",
        "将外业成果逐字段与工作库合并；双方都改过的列为冲突；外业包目录中的照片一并入库。"
        "重复回传不作任何更改。",
    )
    command = ("census", "return")
    group_key = "census"
    options = (
        Option(
            "PACK", Text("pack.gpkg", "外业包 pack.gpkg"), "file", "",
            files="*.gpkg", optional=False,
        ),
        Option(
            "CONFLICTS", Text("Layer of conflicts", "冲突图层"), "output",
            files="GeoPackage (*.gpkg)",
        ),
        Option(
            "REJECTS", Text("Rejected rows", "退回文件"), "output",
            files="CSV (*.csv)", advanced=True,
        ),
    )  # fmt: skip


class FieldPacks(CommandAlgorithm):
    """What is out; a lease prolonged, a pack declared lost."""

    key = "fieldpacks"
    title = Text("Field packs: list, extend, void", "外业包：查看、延期、作废")
    help = Text(
        "Lists the packs that are out, with their last day and open conflicts. A pack whose lease "
        "has expired is refused at its return and loses nothing: extend it to a later day and "
        "return it again. A pack that is lost is declared void, with the reason; its numbers are "
        "never given again.",
        "列出外业中的外业包及其有效期、未处理冲突。号段到期的外业包回传时被拒绝，但数据不丢失："
        "延期后再次回传即可。丢失的外业包可说明原因后作废，其号段不再使用。",
    )
    command = ("census", "packs")
    group_key = "census"
    dry_run = False
    options = (
        Option("EXTEND", Text("Extend this pack", "延期的外业包编号")),
        Option("UNTIL", Text("… until (YYYY-MM-DD)", "延期至（YYYY-MM-DD）")),
        Option("VOID", Text("Declare this pack void", "作废的外业包编号")),
        Option("REASON", Text("… because", "作废原因")),
        Option("OUTPUT", Text("List of packs", "外业包清单"), "output", "-o", files=TABLES),
    )


class PackConflicts(CommandAlgorithm):
    """Conflicts of returned packs: listed, or decided."""

    key = "packconflicts"
    title = Text("Conflicts of packs: list, decide", "外业冲突：查看、处理")
    help = Text(
        "Lists what a team and the workspace both changed, each side a row, with its geometry for "
        "the map. Given codes of conflicts (or of packs: all of theirs) and a decision, decides them: "
        "mine, theirs, both (two components), split (the old code ends, both get new ones). The "
        "census dock does the same one by one, by keys.",
        "列出外业与库中都改过的内容，双方各一行并带图形。给出冲突（或外业包）编号与处理方式时逐一处理："
        "保留库中、采用外业、两者并存、一分为二（旧码终止，双方各得新码）。普查面板中可逐条按键处理。",
    )
    command = ("census", "conflicts")
    group_key = "census"
    options = (
        Option("CODES", Text("Conflicts or packs", "冲突或外业包编号"), "texts", ""),
        Option(
            "TAKE", Text("Decision", "处理方式"), "choice",
            choices=choices_of(CHOICES["conflict_state"], "mine", "theirs", "both", "split"),
        ),
        Option("ALL", Text("Decided ones too", "包括已处理"), "flag"),
        Option("OUTPUT", Text("List of conflicts", "冲突清单"), "output", "-o", files=TABLES),
    )  # fmt: skip


class SamplePlan(CommandAlgorithm):
    """What is inspected."""

    key = "sampleplan"
    title = Text("Draw a sample for the acceptance", "制定验收抽样方案")
    help = Text(
        "Draws components of every stratum, or whole units by the table of sample sizes, and "
        "writes the list to go out with. The same seed draws the same sample.",
        "按层抽取部件，或按样本量表抽取整个单元，并输出外业检查表；相同随机种子得到相同样本。",
    )
    command = ("census", "sample-plan")
    group_key = "census"
    options = (
        Option(
            "DESIGN", Text("Design", "抽样方式"), "choice", default=0, optional=False,
            choices=choices_of(CHOICES["sample_design"], "components", "units"),
        ),
        Option(
            "BY", Text("Unit", "抽样单元"), "choice", default=0, optional=False,
            choices=choices_of(CHOICES["sample_unit"], "community", "sheet", "class"),
        ),
        Option("SEED", Text("Random seed", "随机种子"), "whole", default=1, optional=False),
        Option(
            "OUTPUT", Text("Field list", "外业检查表"), "output", "-o", optional=False,
            files="XLSX (*.xlsx);;CSV (*.csv)",
            then=("--overwrite",),
        ),
    )  # fmt: skip


class AcceptCensus(CommandAlgorithm):
    """The acceptance report."""

    key = "acceptcensus"
    title = Text("Judge a census by its sample", "普查成果验收")
    help = Text(
        "Takes in the list filled in, and writes the report: defect rate with its interval, "
        "position accuracy by class, completeness, everything needed to sign.",
        "录入填好的检查表并输出验收报告：差错率及置信区间、分等级位置精度、完整率与签字所需内容。",
    )
    command = ("census", "accept")
    group_key = "census"
    dry_run = False
    options = (
        Option("PLAN", Text("Plan", "抽样方案编号"), "text", ""),
        Option(
            "RESULTS", Text("List filled in", "填好的检查表"), "file",
            files="*.xlsx *.csv",
        ),
        Option("CHECK_POINTS", Text("Check points", "位置检测点"), "file"),
        Option("SECOND_SURVEY", Text("Second survey", "独立复查数据"), "file"),
        Option(
            "OUTPUT", Text("Report", "验收报告"), "output", "-o", files=_REPORTS, optional=False,
            then=("--overwrite",),
        ),
    )  # fmt: skip


class CensusProgress(CommandAlgorithm):
    """Grids done and not done."""

    key = "censusprogress"
    title = Text("Progress of the census", "普查进度")
    help = Text(
        "Writes each unit grid with what is expected, what was visited and its state; the log "
        "has pace, findings and the finishing day.",
        "输出各单元网格的预计数、完成数与状态；日志给出人均效率、未处理问题与预计完工日期。",
    )
    command = ("census", "progress")
    group_key = "census"
    dry_run = False
    options = (
        Option("SINCE", Text("First day (YYYY-MM-DD)", "普查起始日（YYYY-MM-DD）")),
        Option("TRACKS", Text("Tracks of the teams", "作业轨迹"), "file"),
        Option(
            "OUTPUT", Text("Grids", "网格进度"), "output", "-o", files=_LAYERS, optional=False,
            then=("--overwrite",),
        ),
    )  # fmt: skip


#: In the order of the work.
FIELDWORK: tuple[type[CommandAlgorithm], ...] = (
    MakePacks, ReturnPack, PackConflicts, FieldPacks, CensusProgress, SamplePlan, AcceptCensus,
)  # fmt: skip

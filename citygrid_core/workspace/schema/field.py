"""Field work: packs that are out, the code ranges they lease, conflicts, samples."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import NOTE, Family, column

PACKS = Family(
    "packs",
    Text("field packs", "外业包"),
    {"NONE": "packs"},
    "code",
    (
        column("code", "text", "外业包编号", "pack code", required=True),
        column("team", "text", "作业组", "team", required=True),
        column("status", "text", "状态", "status", "pack_status", required=True),
        column("made_on", "date", "制作日期", "made on", required=True),
        column("expires_on", "date", "号段有效期止", "lease valid until", required=True),
        column("grid_codes", "text", "单元网格（#分隔）", "unit grids (joined by #)"),
        column("streets_m", "real", "街巷长度（米）", "length of streets (m)"),
        column("expected", "real", "预计部件数", "components expected"),
        column("taken", "integer", "带出部件数", "components taken", required=True),
        column("reserve", "integer", "每类预留号数", "numbers reserved for each class"),
        column("head", "text", "制作时日志哈希", "journal head when made", required=True),
        column("digest", "text", "清单摘要", "digest of the manifest", required=True),
        NOTE,
    ),
    history=False,
)
#: Sequence 0 is what was taken; each return adds what it changed of that.
PACK_STATES = Family(
    "pack_states",
    Text("states of packs", "外业包状态"),
    {"NONE": "pack_states"},
    "pack_code",
    (
        column("pack_code", "text", "外业包编号", "pack code", required=True),
        column("seq", "integer", "序号", "sequence", required=True),
        column("parent", "integer", "前一状态", "state before"),
        column("on", "date", "日期", "on", required=True),
        column("file_digest", "text", "文件摘要", "digest of the file"),
        column("log", "text", "编辑记录（压缩）", "edit log (compressed)"),
        column("rows", "text", "部件（压缩）", "components (compressed)"),
        column("receipt", "text", "回执", "receipt"),
    ),
    history=False,
    unique=("pack_code", "seq"),
)
LEASES = Family(
    "code_leases",
    Text("leases of code ranges", "号段租约"),
    {"NONE": "code_leases"},
    "scope",
    (
        column("pack_code", "text", "外业包编号", "pack code", required=True),
        column("scope", "text", "编码范围", "scope", required=True),
        column("first", "integer", "起始顺序码", "first number", required=True),
        column("last", "integer", "终止顺序码", "last number", required=True),
        column("expires_on", "date", "有效期止", "valid until", required=True),
    ),
    history=False,
    unique=("pack_code", "scope", "first"),
)
PACK_CONFLICTS = Family(
    "pack_conflicts",
    Text("conflicts of packs", "外业包冲突"),
    {"NONE": "pack_conflicts"},
    "code",
    (
        column("code", "text", "冲突编号", "conflict code", required=True),
        column("pack_code", "text", "外业包编号", "pack code", required=True),
        column("component_code", "text", "部件标识码", "component code", required=True),
        column("kind", "text", "冲突类型", "kind", "conflict_kind", required=True),
        column("field", "text", "字段", "field"),
        column("base", "text", "带出时的值", "value taken"),
        column("mine", "text", "库中的值", "value in the workspace"),
        column("theirs", "text", "外业的值", "value of the team"),
        column("found_on", "date", "发现日期", "found on", required=True),
        column("state", "text", "处理", "state", "conflict_state", required=True),
        column("decided_on", "date", "处理日期", "decided on"),
        column("decided_by", "text", "处理人", "decided by"),
        NOTE,
    ),
    history=False,
)
SAMPLE_PLANS = Family(
    "sample_plans",
    Text("sampling plans", "抽样方案"),
    {"NONE": "sample_plans"},
    "code",
    (
        column("code", "text", "方案编号", "plan code", required=True),
        column("made_on", "date", "制定日期", "made on", required=True),
        column("design", "text", "抽样方式", "design", "sample_design", required=True),
        column("stratum", "text", "抽样单元", "unit", "sample_unit", required=True),
        column("population", "integer", "总体数量", "population", required=True),
        column("sample", "integer", "样本量", "sample", required=True),
        column("strata", "text", "各层数量", "sizes of the strata", required=True),
        column("seed", "integer", "随机种子", "seed", required=True),
        column("limit", "real", "允许差错率", "defect rate allowed"),
        column("head", "text", "抽样时日志哈希", "journal head when drawn", required=True),
        NOTE,
    ),
    history=False,
)
SAMPLE_ITEMS = Family(
    "sample_items",
    Text("sampled components", "抽样部件"),
    {"NONE": "sample_items"},
    "component_code",
    (
        column("plan_code", "text", "方案编号", "plan code", required=True),
        column("number", "integer", "序号", "number", required=True),
        column("component_code", "text", "部件标识码", "component code", required=True),
        column("stratum", "text", "层", "stratum", required=True),
        column("outcome", "text", "检查结果", "outcome", "sample_outcome"),
        column("defects", "text", "缺陷（#分隔）", "defects (joined by #)"),
        column("checked_on", "date", "检查日期", "checked on"),
        column("checked_by", "text", "检查人", "checked by"),
        NOTE,
    ),
    history=False,
    unique=("plan_code", "component_code"),
)

"""Words of reports and of progress in Chinese: keys stay English in JSON, people read their own.

A key of a report, a column of a table or a step that is not listed is shown as it is.
"""

from __future__ import annotations

from citygrid_core.errors import Language

#: Steps that operations tell of.
STEPS = {
    "asking": "查询责任", "auditing": "审计", "building": "构建", "cases": "案件",
    "checking": "检查", "comparing": "比较", "counting": "计数", "cube": "热力计数",
    "density": "密度", "dividing": "划分", "done": "完成", "draw": "划分网格", "fitting": "拟合",
    "forecasting": "预测", "grids": "网格", "grouping": "分组", "hashes": "计算哈希",
    "heat": "热力", "layers": "图层", "locating": "定位", "matching": "匹配", "merging": "合并",
    "node": "构网", "packing": "制作外业包", "photos": "照片入库", "reading": "读取",
    "reading photos": "读取照片", "registers": "登记表", "repairing": "修复",
    "statistics": "统计", "store": "入库", "storing": "入库", "writing": "写出",
}  # fmt: skip

#: Operations, as reports name them.
OPERATIONS = {
    "census import": "部件入库", "census check": "部件检查", "census fix": "安全修正",
    "census accept finding": "接受发现", "census twins": "疑似重复", "census compare": "普查比较",
    "census deliver": "成果交付", "census photos": "照片关联", "census pack": "制作外业包",
    "census packs": "外业包", "census packs extend": "外业包延期", "census packs void": "外业包作废",
    "census accept results": "录入检查结果", "census packs again": "重写外业包", "census return": "回传外业包",
    "census conflicts": "外业冲突", "census conflicts resolve": "处理冲突",
    "census sample-plan": "抽样方案", "census accept": "成果验收", "census progress": "普查进度",
    "census not-visited": "未复核部件", "census rules": "规则库", "census findings": "检查发现",
    "departments import": "部门入库", "duties import": "责任规则入库",
    "gazetteer import": "地名入库", "grids draw": "划分网格", "grids group": "网格分组",
    "grids check": "网格检查", "grids import": "网格入库", "cases import": "案件入库",
    "heat update": "更新热力", "init": "新建工作库", "verify": "检验",
}  # fmt: skip

#: Keys of reports and columns of tables.
WORDS = {
    "accepted": "已接受", "added": "新增", "added_conflicts": "新增冲突", "added_merged": "新增入库",
    "added_rejected": "新增退回", "all": "全部", "area_m2": "面积（m²）", "areas": "区划",
    "at": "日期", "balanced": "账目平衡", "balanced_by": "均衡依据", "base": "带出时",
    "begun": "进行中", "by_kind": "按类型", "by_rule": "按规则", "by_severity": "按严重程度",
    "cases": "案件", "changed": "变更", "class_code": "类别代码", "class_name": "类别",
    "classes": "类别", "clean": "无问题", "code": "编号", "coded_here": "在此编码",
    "codes": "编号", "component_code": "部件标识码", "components": "部件",
    "conflict": "冲突", "conflicts": "冲突", "conflicts_now": "本次冲突",
    "conflicts_open": "待处理冲突", "departments_by_rule": "按责任规则填入部门",
    "design": "抽样方式", "distance_m": "距离（m）", "edition": "标准版本", "expected": "预计",
    "expires_on": "有效期止", "field": "字段", "finding": "发现", "findings": "有发现",
    "findings_open": "待处理发现", "fixed": "已消除", "folder": "目录", "gone": "消失",
    "grid": "网格", "grid_code": "网格", "grids": "网格", "groups": "组", "head": "日志哈希",
    "heaviest_to_mean": "最重/平均", "held": "现有", "inspected": "已检查", "keep": "保留",
    "kind": "类型", "last_return": "最近回传", "layers": "图层", "leased": "租用号数",
    "left": "剩余", "lightest_to_mean": "最轻/平均", "load": "负荷", "load_highest": "最高负荷",
    "load_lowest": "最低负荷", "load_median": "中位负荷", "made_on": "制作日期", "merge": "并入",
    "merged": "合并", "message_en": "说明", "message_zh": "说明", "mine": "库中", "moved": "移位",
    "name": "名称", "new": "新增", "no_data": "无数据", "not_run": "未运行", "number": "序号",
    "older_copy": "较旧副本", "on": "日期", "open": "待处理", "open_conflicts": "待处理冲突",
    "out": "在外", "outcome": "结果", "outcomes": "结果", "output": "输出文件",
    "overdue": "逾期", "pack": "外业包", "packs": "外业包", "pairs": "疑似对", "people": "人员",
    "photos": "照片", "photos_kept": "照片入库", "photos_rejected": "照片退回", "plan": "方案",
    "population": "总体", "proposals_file": "建议文件", "rate": "比率", "read": "读入",
    "receipt": "回执", "recoded": "重新编码", "rejected": "退回", "rejects_file": "退回文件",
    "reopened": "重新出现", "repaired": "已修正", "retired": "废止", "returns": "回传次数",
    "rule": "规则", "rules": "规则数", "sample": "样本", "score": "得分", "seed": "随机种子",
    "severity": "严重程度", "share": "比例", "share_done": "完成比例", "side": "来自",
    "since": "起始日", "state": "状态", "status": "状态", "stored": "入库", "stratum": "层",
    "streets": "街巷", "streets_m": "街巷（m）", "sure": "可信", "taken": "带出",
    "team": "作业组", "theirs": "外业", "twins": "疑似重复", "unchanged": "未变",
    "unit": "抽样单元", "units": "单元数", "units_inspected": "检查单元数",
    "unmatched_texts": "未匹配文本", "until": "有效期止", "used": "已用", "visited": "已完成",
    "warning": "警告", "error": "错误", "hint": "提示", "written": "写入",
}  # fmt: skip


def word(key: str, lang: Language) -> str:
    """Return a key of a report, or a column, as people read it."""
    return (WORDS.get(key) or OPERATIONS.get(key, key)) if lang == "zh" else key


def step_of(step: str, lang: Language) -> str:
    """Return a step of an operation as people read it."""
    return STEPS.get(step, step) if lang == "zh" else step

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
    "heat hotspots": "热点分析", "heat patterns": "热点演变", "heat profile": "时间规律",
    "heat surface": "密度面", "heat table": "热力表", "heat top": "排行榜",
    "heat backtest": "预测回测", "heat brief": "热力简报", "heat forecast": "热力预测",
    "cases bounces": "退回统计", "cases dispatch": "派遣", "cases intake": "案件采集",
    "cases overdue": "超期案件", "cases photos": "案件照片", "cases queue": "案件队列",
    "cases twins": "相似案件", "census capture": "部件采集", "duties audit": "责任审计",
    "duties disputes list": "协调事项", "duties disputes precedents": "先例",
    "duties disputes propose": "提请协调", "duties disputes show": "协调事项", "evaluate": "综合评价",
    "gazetteer alias": "补充别名", "gazetteer check": "地名检查", "gazetteer datum": "地名基准",
    "geocode": "地址匹配", "geocode fit": "匹配校准", "geocode review": "匹配复核",
    "grids lineage": "网格沿革", "grids number": "网格编号", "grids quality": "网格质量",
    "grids recount": "网格重计", "grids repair": "网格修复", "grids show": "网格信息", "info": "概况",
    "lookup": "责任查询", "duties what-if": "责任试算", "heat near-repeat": "近重复分析",
    "sample": "示例城市", "verify --adopt": "收录外部修改",
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
    "heaviest_to_mean": "最重/平均", "held": "现有",
    "hold": "挂起状态", "hold_until": "挂起截止", "lapsed": "挂起已到期", "inspected": "已检查", "keep": "保留",
    "kind": "类型", "last_return": "最近回传", "layers": "图层", "leased": "租用号数",
    "left": "剩余", "lightest_to_mean": "最轻/平均", "load": "负荷", "load_highest": "最高负荷",
    "load_lowest": "最低负荷", "load_median": "中位负荷", "made_on": "制作日期", "merge": "并入",
    "merged": "合并", "message_en": "说明", "message_zh": "说明", "mine": "库中", "moved": "移位",
    "name": "名称", "new": "新增", "no_data": "无数据", "not_run": "未运行", "number": "编号",
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


#: The same, of heat.
WORDS |= {
    "alarm": "预警", "alarms": "预警数", "by": "排行对象", "cases_before": "上期案件",
    "cases_year_before": "上年同期案件", "cell_m": "像元边长（米）", "cells_removed": "移除单元数",
    "changed_cases": "变动案件", "class": "类别", "cluster": "聚类", "cold": "冷点",
    "community": "社区", "contours": "等值线", "counted": "计入案件", "county": "区县",
    "days": "天数", "department": "部门", "dispersion": "离散度", "edge_correction": "边界校正",
    "false_alarms": "误报率", "false_alarms_expected_at_most": "预期误报数（上限）",
    "false_share": "错误发现率", "from": "起始日", "from_day": "起始日", "high-high": "高-高",
    "high-low": "高-低", "high_before": "环比上限", "holiday": "日类型", "hot": "热点",
    "hour": "时", "how": "方式", "in_other_grids": "在其他网格", "inference": "推断方式",
    "kernel": "核函数", "levels": "等值", "low-high": "低-高", "low-low": "低-低",
    "low_before": "环比下限", "major": "大类", "maximum": "最大值", "month": "月份",
    "moran": "局部莫兰指数", "near_repeat": "近重复", "not_located": "未定位", "object_kind": "对象",
    "outside": "城市轮廓外", "p": "p 值", "pattern": "演变", "patterns": "演变统计",
    "per_100_components": "件/百个部件", "per_1000_residents": "件/千人", "per_day": "日均",
    "per_hectare": "件/公顷", "per_hectare_smoothed": "件/公顷（平滑）",
    "per_patrol_hour": "件/巡查小时", "periods": "统计期", "q": "校正 p 值",
    "radius_m": "半径（米）", "rank": "排名", "ratio_before": "环比", "ratio_year_before": "同比",
    "rows_columns": "行列数", "source": "问题来源", "spot": "冷热点", "step": "时间步长",
    "streak": "连续时段", "street": "街道", "tau": "趋势 τ", "times": "时段", "to": "截止日",
    "to_day": "截止日", "trend_q": "趋势校正 p 值", "weak": "弱定位案件", "weak_share": "弱定位占比",
    "weekday": "星期", "weight": "权重", "without_grid": "无网格案件",
    "without_position": "无坐标案件", "z": "z 值",
    # what stands in the columns
    "consecutive": "连续", "diminishing": "消退", "historical": "历史", "intensifying": "加剧",
    "oscillating": "振荡", "persistent": "持续", "sporadic": "零星",
    "weekend": "周末", "workday": "工作日",
}  # fmt: skip

#: The same, of the city, its cases, duties, grids and addresses; and values that stand in columns.
WORDS |= {
    "after_name": "调整后部门", "ancestors": "来源网格", "as_before": "恢复如前", "back": "退回",
    "before_name": "调整前部门", "beats": "优于", "beats_the_best_of_them": "优于最佳基准",
    "border_m": "距边界（m）", "bounces": "退回次数", "calibration_error_after": "校准误差（后）",
    "calibration_error_before": "校准误差（前）", "candidates": "候选", "case": "案件",
    "cases_on_grids_of_their_day": "案发时网格上的案件", "cells": "单元数", "chance": "概率",
    "changes": "变化数", "class_months": "类别月数", "clear": "明确", "communities": "社区",
    "community_name": "社区", "component_classes": "部件小类", "component_digits": "部件码位数",
    "components_moved": "换网格部件", "confidence": "可信度", "contradictions": "与流程矛盾",
    "county_name": "区县", "covered_after": "覆盖率（后）", "covered_before": "覆盖率（前）",
    "coverage": "覆盖率", "crs": "坐标系", "day": "日期", "denominator": "分母",
    "descendants": "去向网格", "disputes": "协调事项", "due_at": "处置截止时间",
    "duplicate_of": "重复于案卷", "duty": "责任", "duty_outcome": "责任判定", "entries": "日志条数",
    "error_m": "误差（m）", "event_classes": "事件小类", "evidence": "依据", "fields": "字段",
    "forecast": "预测", "forecasts": "预测数", "gain": "增益", "geometry": "图形类型", "group": "对象",
    "green": "绿灯", "grid_digits": "网格码位数", "handling_name": "处置部门", "heirs": "承接网格",
    "high": "上限", "horizon": "预测期", "hours": "小时", "id": "编号",
    "in_another_grid_than_on_their_day": "与案发时网格不同", "in_soft_range": "面积适中",
    "indicator": "指标", "journal": "日志", "last_operation": "最近操作", "layer": "图层",
    "legal_share": "合规比例", "level": "级别", "light": "灯色", "lights": "灯色", "limit": "时限",
    "limit_h": "时限（h）", "limit_s": "时限（s）", "linked": "已关联", "loops": "循环", "low": "下限",
    "maintaining_name": "养护部门", "major_code": "大类代码", "major_name": "大类",
    "measure": "量值", "median_h": "中位时长（h）", "mends": "修复数", "metres": "米",
    "minor_code": "小类代码", "names_added": "新增别名", "near_border": "靠近边界", "new_code": "新编号",
    "none": "无", "not_visited": "未复核", "numerator": "分子", "object": "对象", "official_name": "标准名称",
    "old_code": "旧编号", "on_lines": "沿线比例", "one": "唯一", "operations": "操作次数",
    "original": "原案卷", "other_grid_code": "相邻网格", "other_probability": "另一答案的概率",
    "out_of_order": "编号失序", "owning_name": "权属部门", "per_hour": "每小时", "period": "统计期",
    "permutations": "置换次数", "place": "地点", "places": "地点数", "polsby_popper": "紧凑度（PP）",
    "probability": "概率", "ratio": "比值", "reason": "原因", "reasons": "理由", "red": "红灯", "reock": "紧凑度（Reock）",
    "repairs": "修复数", "repeats": "重复数", "second_reports": "重复上报", "sent": "已派遣",
    "sent_from": "退回部门", "sent_to": "改派部门", "several": "多个", "significant": "显著",
    "source_row": "来源行", "stage": "阶段", "stages": "阶段", "step": "操作", "steps": "步骤数",
    "still_found": "仍存在", "strategy": "策略", "street_name": "街道", "supervising_name": "主管部门",
    "swapped": "坐标互换", "title": "名称", "twin": "相似案卷", "uncovered_m2": "未覆盖（m²）",
    "undone": "已撤销", "used_h": "已用（h）", "used_s": "已用（s）", "waits": "待定", "walked_m": "已踏勘（m）",
    "without_point": "无坐标", "workspace": "工作库", "worse_beyond_chance": "显著较差",
    "worse_by_more_than_1_percent": "差 1% 以上", "x": "东坐标", "y": "北坐标", "yellow": "黄灯",
    "point": "点", "line": "线", "polygon": "面",
    "sourced": "有据", "single-source": "单一来源", "inferred": "推定", "unconfirmed": "待证",
}  # fmt: skip


def word(key: str, lang: Language) -> str:
    """Return a key of a report, or a column, as people read it."""
    return (WORDS.get(key) or OPERATIONS.get(key, key)) if lang == "zh" else key


def step_of(step: str, lang: Language) -> str:
    """Return a step of an operation as people read it."""
    return STEPS.get(step, step) if lang == "zh" else step

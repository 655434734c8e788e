"""Value lists: the stored value to what people see."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.vocabulary import MODELS, POSTS, STAGE_LABELS

#: Value lists: stored value to what people see.
CHOICES: dict[str, dict[str, Text]] = {
    "area_level": {
        "county": Text("county", "区县"),
        "street": Text("street", "街道"),
        "community": Text("community", "社区"),
    },
    "grid_group_kind": {
        "responsibility": Text("responsibility grid", "责任网格"),
        "management": Text("management grid", "管理网格"),
        "evaluation": Text("evaluation grid", "评价网格"),
    },
    "object_kind": {
        "component": Text("component", "部件"),
        "event": Text("event", "事件"),
    },
    "component_state": {
        "intact": Text("intact", "完好"),
        "damaged": Text("damaged", "破损"),
        "lost": Text("lost", "丢失"),
        "abandoned": Text("abandoned", "废弃"),
        "removed": Text("removed", "移除"),
    },
    "data_source": {
        "surveyed": Text("surveyed", "实测"),
        "topographic": Text("topographic map", "地形图"),
        "base": Text("base data", "基础地理数据"),
        "other": Text("other", "其他"),
    },
    "accuracy_class": {
        "A": Text("A ±0.5 m", "A类 ±0.5米"),
        "B": Text("B ±1.0 m", "B类 ±1.0米"),
        "C": Text("C ±10.0 m", "C类 ±10.0米"),
    },
    "role": {
        "supervising": Text("supervising", "主管"),
        "owning": Text("owning", "权属"),
        "maintaining": Text("maintaining", "养护"),
        "handling": Text("handling", "处置"),
    },
    "duty_place": {
        "everywhere": Text("everywhere", "全域"),
        "area": Text("area", "行政区域"),
        "grid": Text("unit grid", "单元网格"),
        "grid_group": Text("grid group", "网格组"),
        "polygon": Text("polygon", "面"),
        "line": Text("line with a width", "带宽度的线"),
        "decided": Text("area of a decision", "裁定范围"),
    },
    "dispute_state": {
        "proposed": Text("proposed", "已提出"),
        "confirmed": Text("confirmed", "已确认"),
        "disputed": Text("disputed", "有争议"),
        "decided": Text("decided", "已裁定"),
    },
    "dispute_step": {
        "propose": Text("proposed", "提出"),
        "confirm": Text("confirmed", "确认"),
        "contest": Text("contested", "异议"),
        "decide": Text("decided", "裁定"),
        "document": Text("document added", "补充材料"),
    },
    "place_kind": {
        "region": Text("region", "区域"),
        "zone": Text("zone", "地片"),
        "block": Text("block", "区片"),
        "street": Text("street", "街巷"),
        "plate": Text("plate", "门（楼）牌"),
        "poi": Text("POI", "兴趣点"),
    },
    "case_source": {
        "collector": Text("collector", "监督员上报"),
        "hotline": Text("hotline", "公众举报"),
        "leader": Text("leader", "领导批办"),
        "media": Text("media", "媒体"),
        "web": Text("web or app", "网络"),
        "video": Text("video", "视频"),
        "inspection": Text("inspection", "督查"),
        "sensor": Text("sensor or AI", "智能感知"),
        "other": Text("other", "其他"),
    },
    "case_stage": STAGE_LABELS,
    "case_hold": {
        "suspended": Text("suspended", "挂账"),
        "deferred": Text("deferred", "缓办"),
    },
    "case_post": POSTS,
    "location_method": {
        "given": Text("coordinates given", "坐标给定"),
        "component": Text("component", "部件位置"),
        "geocoded": Text("geocoded", "地址匹配"),
        "none": Text("not located", "未定位"),
    },
    "attachment_kind": {
        "photo": Text("photo", "照片"),
        "document": Text("document", "文档"),
    },
    "rule_group": {
        "frame": Text("frame", "框架"),
        "structure": Text("structure", "结构"),
        "code": Text("code", "编码"),
        "geometry": Text("geometry", "图形"),
        "logic": Text("logic", "逻辑"),
        "completeness": Text("completeness", "完整性"),
        "position": Text("position", "位置"),
        "time": Text("time", "时间"),
        "attachments": Text("attachments", "附件"),
    },
    "severity": {
        "error": Text("error", "错误"),
        "warning": Text("warning", "警告"),
        "hint": Text("hint", "提示"),
    },
    "finding_state": {
        "open": Text("open", "待处理"),
        "fixed": Text("fixed", "已修正"),
        "accepted": Text("accepted", "已接受"),
    },
    "checked_family": {
        "components": Text("component", "部件"),
        "grids": Text("unit grid", "单元网格"),
        "attachments": Text("attachment", "附件"),
    },
    "check_outcome": {
        "clean": Text("clean", "无问题"),
        "findings": Text("findings", "有发现"),
        "no_data": Text("nothing to judge", "无可判定数据"),
        "not_run": Text("not run", "未运行"),
    },
    "pack_status": {
        "out": Text("out", "外业中"),
        "returned": Text("returned", "已回传"),
        "closed": Text("closed", "已结束"),
        "void": Text("void", "作废"),
    },
    "conflict_kind": {
        "field": Text("field", "属性"),
        "geometry": Text("geometry", "图形"),
        "deleted": Text("deleted in the field, changed here", "外业删除而库中已改"),
        "gone": Text("changed in the field, gone here", "外业修改而库中已终止"),
    },
    "conflict_state": {
        "open": Text("open", "待处理"),
        "mine": Text("mine kept", "保留库中"),
        "theirs": Text("theirs taken", "采用外业"),
        "both": Text("both kept", "两者并存"),
        "split": Text("split in two", "一分为二"),
    },
    "sample_design": {
        "components": Text("components, stratified", "部件分层抽样"),
        "units": Text("whole units", "整群（单位成果）抽样"),
    },
    "sample_unit": {
        "sheet": Text("map sheet", "图幅"),
        "community": Text("community", "社区"),
        "class": Text("major class", "大类"),
    },
    "sample_outcome": {
        "right": Text("right", "合格"),
        "defect": Text("defective", "不合格"),
        "missing": Text("not there", "实地不存在"),
    },
    "resurvey_outcome": {
        "confirmed": Text("confirmed", "无变化"),
        "moved": Text("moved", "位移"),
        "gone": Text("gone", "灭失"),
        "changed": Text("changed", "属性变化"),
        "withdrawn": Text("withdrawn", "已撤回"),
    },
    "forecast_horizon": {
        "day": Text("day", "一天"),
        "week": Text("week", "一周（7天）"),
        "month": Text("month (30 days)", "一月（30天）"),
    },
    "forecast_model": MODELS,
}

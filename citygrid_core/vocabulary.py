"""Words that the store keeps and a room gives meaning to, and what people call them."""

from __future__ import annotations

from citygrid_core.errors import Text

#: The stages of a case, in their order (`cases.lifecycle`).
STAGE_LABELS: dict[str, Text] = {
    "collected": Text("collected", "信息收集"),
    "verifying": Text("being verified", "待核实"),
    "verified": Text("verified", "已核实"),
    "registered": Text("registered", "案卷建立"),
    "coordinating": Text("co-ordination", "协调中"),
    "delegated": Text("sent to the county", "已下派"),
    "dispatched": Text("dispatched", "任务派遣"),
    "handled": Text("handled", "处理反馈"),
    "checking": Text("being checked", "待核查"),
    "checked": Text("checked", "已核查"),
    "closed": Text("closed", "结案"),
    "void": Text("void", "作废"),
}
#: Who does a step on a case (`cases.lifecycle`).
POSTS: dict[str, Text] = {
    "collector": Text("collector", "监督员"),
    "operator": Text("operator", "受理员"),
    "shift_leader": Text("shift leader", "值班长"),
    "dispatcher": Text("dispatcher", "派遣员"),
    "county_dispatcher": Text("county dispatcher", "区级派遣员"),
    "department": Text("department", "专业部门"),
    "source": Text("told by the source", "来源系统"),
}
#: The models of a forecast, the simplest first (`heat.forecast`).
MODELS: dict[str, Text] = {
    "persistence": Text("as last time", "沿用上期"),
    "mean": Text("mean of all days", "历史均值"),
    "seasonal": Text("seasonal mean", "季节均值"),
    "kde": Text("kernel density", "核密度"),
    "bayes": Text("empirical-Bayes seasonal mean", "经验贝叶斯季节均值"),
    "exciting": Text("self-exciting in space and time", "时空自激"),
    "local": Text("local empirical Bayes", "邻域经验贝叶斯"),
    "poisson": Text("Poisson regression", "泊松回归"),
    "blend": Text("weighted average of models", "加权模型平均"),
}

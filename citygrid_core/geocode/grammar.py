"""The regular part of the address grammar: numbers with their units, relations, suffixes.

After GB/T 35639-2017 (region, then street, zone or village, then door, compound
or building, then unit, floor, room; levels may be skipped) and the direction
words of GB/T 37149-2018 B.
"""

from __future__ import annotations

import re

_NUM = r"[甲乙丙丁戊附临特增]?\d+[A-Z甲乙丙丁]?(?:[-之至到]\d+[A-Z]?)*"
_DIR = "东南|东北|西南|西北|东|西|南|北"
_END = r"(?=$|[,(\d)约])"
_HAN = r"[\u3400-\u9fff]"

#: Tokens in the order in which they are tried at one place of the text.
TOKENS: tuple[tuple[str, str], ...] = (
    ("note", r"\([^()]*\)?"),
    ("triple", r"(\d+)-(\d+)-(\d+)(?!\d)(?:室|号)?"),
    ("lane", r"(\d+)(?:支?弄)"),
    (
        "building",
        r"([A-Z]?\d+[A-Z]?|[A-Z]|[甲乙丙丁])(?:号(?:楼(?!下)|栋|幢|座)|#楼?|栋楼?|幢楼?|座)|([东西南北中主]楼)"
        r"(?=$|[,(\d])",
    ),
    (
        "gate",
        rf"((?:{_DIR}|正|前|后|大|侧)(?:大?门口?|出入?口|入口)(?![外内]?(?:大街|大道|街|路|桥|巷))"
        r"|\d+号(?:门(?!诊|面|前)|出入?口|口)|[A-Z]?\d*(?:出入口|出口|入口))",
    ),
    (
        "number",
        rf"-?({_NUM})号(?:院|大院|门面|店面|铺)?(?:之(\d+)|([A-Z甲乙丙丁])(?![A-Z座栋幢单\d]))?(?!线)",
    ),
    ("list", r"(\d+)(?:[-,](\d+))+(?:号|(?=$|[,(]))"),
    ("unit", r"([A-Z]?\d+|[甲乙丙丁A-Z])(?:单元|门洞|门(?=\d|$|,))"),
    ("floor", r"(B?\d+(?:[-,]\d+)?|[负]\d+|地下\d*|底)(?:层|楼|F(?![A-Z]))"),
    ("room", r"([A-Z]?\d+[A-Z]?(?:[-,]\d+)*)(?:室|房(?!屋)|户)"),
    ("distance", r"(?:大?约|大概)?(\d+(?:\.\d+)?)(多?米|M(?![A-Z])|公里|KM)(?:左右|处|远)?"),
    ("group", r"(\d+)(?:村民小?组|组|队|社(?!区))"),
    (
        "cross",
        r"的?(?:交叉路?口|交叉处|交[汇会界接]处?|交口|十字路?口|丁字路?口|[丁三]字?岔?路口|三岔口|岔路口|路口|相交处?)",
    ),
    (
        "direction",
        rf"[以往向偏的]?({_DIR})(?:侧|边|面|端|头|首|方向|方|向|角|段|拐角)(?:处|的)?",
    ),
    ("direction", rf"[以往向偏]({_DIR})"),
    ("direction", rf"({_DIR})(?=(?:大?约|大概)?\d+(?:\.\d+)?多?(?:米|M|公里))"),
    ("direction", rf"({_DIR})(?=$|口)"),
    (
        "relation",
        r"(?:的|正|斜|马路)*(?:对面|对过|对门)|旁边|边上|附近|周边|周围|一带|(?:大|正)?门口|门前|后面|背后|前面"
        r"|隔壁|楼下|沿线|沿街|里面|院内|院里|路边|之间|靠近|临近|近(?=.)",
    ),
    ("relation", rf"[旁前后左右上下内外]{_END}|[里处](?=$|[,(])|口(?=$|[,(东南西北])"),
    ("link", r"[与及至到跟,-]|和(?![平睦谐兴顺美泰安])|同(?![仁心乐济德福])"),
)
TOKEN = tuple((label, re.compile(pattern)) for label, pattern in TOKENS)
#: Characters at which a token may begin; elsewhere none is tried.
BEGINNERS = frozenset(
    "甲乙丙丁戊附临特增东南西北中主正前后大侧负地底约的交十丁三岔路相以往向偏斜马对旁边周一门背隔楼沿里院之靠近"
    "左右上下内外处口出入与和及同至到跟(,-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

ROAD_SUFFIX = r"(?:大道|大街|公路|高速|快速路|环路|支路|胡同|路|街|巷|道)"
_NO_ROAD = r"(?!路|街|大道|巷|道|胡同|桥|口|弄|场|政|府|委|集)"
#: Letters of the name of an area: a street within means that the area ends before.
_AREA = r"(?:(?![路街巷弄号])[\u3400-\u9fff])"
#: What an unknown run of characters may begin with, level by level.
REGIONS = (
    ("province", re.compile(rf"{_HAN}{{2,7}}?(?:省|自治区)")),
    ("city", re.compile(rf"{_HAN}{{2,7}}?(?<![超夜菜股])(?:市|自治州|盟){_NO_ROAD}")),
    (
        "county",
        re.compile(
            rf"{_AREA}{{1,6}}?(?<![小社园景校厂片宿库住业民一二三四五六七八九十])(?<![主老]城)"
            rf"(?<!{_HAN}{{3}}[东南西北中])(?:区|县|旗){_NO_ROAD}"
        ),
    ),
    ("town", re.compile(rf"{_AREA}{{1,6}}?(?:街道(?:办事处)?|镇|乡(?!镇)){_NO_ROAD}")),
    (
        "community",
        re.compile(
            rf"{_AREA}{{1,8}}?(?:社区(?:居民委员会|居委会?)?|居民委员会|居委会?|村民委员会|村委会?|行政村|(?<![新一二三四五六七八九十])村){_NO_ROAD}"
        ),
    ),
)
#: 友谊路二巷: the lanes of a street are numbered.
LANE = re.compile(r"第?[一二三四五六七八九十\d]+(?:巷|弄|支路|支弄|胡同|条|里)")
#: The last letter of an area's full name.
REGION_ENDS = "省市区县旗州盟道镇乡村会"
ROAD = re.compile(
    rf"{_HAN}[\u3400-\u9fff\d]{{0,9}}?(?<!步行)(?<!人行)(?<!机动车)(?<!商业)(?<!美食)(?<!小吃){ROAD_SUFFIX}(?![东南西北]路)"
)
#: 友谊路小学 is one name, not the primary school somewhere on that road.
INSTITUTION = re.compile(
    r"第?[一二三四五六七八九十\d]*(?:小学|中学|幼儿园|菜市?场|派出所|支行|分店|店|邮局|卫生[院站所])"
)
#: What people say before a place, no part of its name.
LEAD = re.compile(
    r"请问(?!.*在)|(?:我家|我们|这里|请问|单位|地址|家)*(?:住在|位于|地处|坐落[于在]|就?在)"
)
DIGITS = re.compile(r"[A-Z\d]+(?=[\u3400-\u9fff])")
COMPOUND = re.compile(
    r"[\u3400-\u9fffA-Z\d]{1,14}?(?:小区|花园|花苑|家园|公寓|新村|小筑|别墅|大院|山庄|名苑|华庭|豪庭|王府|华府|学府"
    r"|[苑园居庭邸湾坊里村舍郡城]|(?<!社)区)(?:\d+期)?(?=$|[,(\d])"
)

#: A zone before what lies in it: 电镀园区泰山路, 虹北小区幸福超市.
ZONE = re.compile(
    rf"{_AREA}{{1,8}}?(?:工业园区|工业园|工业区|产业园|科技园|物流园|创业园|园区|小区|新村|花园|花苑|家园|公寓)"
    r"(?!区|路|街|巷|大道|[东南西北一二三四五六七八九十期]|店|站|社区|居委|物业|业主|幼儿园|小学|中学|卫生|医院|菜场|市场)"
    rf"(?={_HAN}{{2}})"
)
#: 波特漫大厦4296: what is inside follows the name without a word.
INSIDE = re.compile(rf"({_HAN}{{2}}.*?)([A-Z]?\d{{3,5}})")
#: A region's name without its last letter is the beginning of another name before these.
NAME_GOES_ON = re.compile(
    r"[东南西北中上下前后新老旧]?[一二三四五六七八九十]*(?:高架)?(?:路|街|巷|弄|大道|公路|高速|胡同|桥|镇|乡|江)"
    r"|小区|新村|花园|花苑|家园|公寓|大厦|大楼|广场|宾馆|酒店|饭店|医院|公园|小学|中学|大学|学院|幼儿园|银行|超市|市场|商场"
    r"|商城|汽车|火车|[东南西北]?站|社区|村|师范|理工|[工农林医]业|医科|外国语|[,(\d]"
)
#: Short words before a road's name that are no part of it.
APART = ("从", "到", "去", "沿", "靠", "于", "的", "距", "本市", "市区")
#: Suffixes of roads, by their last letter.
ROAD_ENDS = "路街道巷"
#: In a number: 32之1, 12至18.
JOINED = re.compile("[之至到]")
#: What stands after a road whose name was cut short (友谊32号).
NUMBERED = re.compile(r"\d+(?:-\d+)?(?:号|支?弄)")
CROSSING = re.compile(r"[与和及,](?=.{1,9}?(?:口|交))|(?:路?口$|交[叉汇界会]|路口)")
#: Every letter that the grammar asks for; it takes all others alike.
LETTERS = frozenset(
    c
    for said in (
        *(p.pattern for _, p in (*TOKEN, *REGIONS)),
        *(p.pattern for p in (LANE, ROAD, INSTITUTION, LEAD, DIGITS, COMPOUND, ZONE, INSIDE)),
        *(p.pattern for p in (JOINED, NUMBERED, CROSSING, NAME_GOES_ON)),
        *APART,
        REGION_ENDS,
        ROAD_ENDS,
        "社区公里口东西南北",
    )
    for c in said
    if c >= "\u3400"
)


def is_range(first: str, last: str) -> bool:
    """Whether 12-18 is a range of numbers and not the sub-number 32-1."""
    return first.isdigit() and last.isdigit() and int(last) > int(first)

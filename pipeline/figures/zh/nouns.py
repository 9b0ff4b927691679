"""What stands beside a Chinese number: signs, measure words, nouns, words that only look like a unit, idioms, names.

Lives here: word lists and the expressions built from them. Does not: numerals, values. Imports `engine`, `units`.
"""

from __future__ import annotations

import re

from pipeline.figures import units
from pipeline.figures.engine import Source

MEASURE = units.alternation(
    (
        "个 名 位 家 项 次 种 件 只 条 座 台 辆 艘 架 枚 颗 本 部 场 份 张 所 支 款 套 批 起 例 宗 处 届 门 篇 首 幅 幢 栋 "
        "间 层 户 口 头 匹 棵 株 片 块 段 句 页 册 封 笔 组 对 双 排 列 队 班 轮 局 盘 节 代 类 级 档 趟 遍 回 步 人 道 声 则 "
        "堆 发 副 把 顶 架次 人次 车次 县 省 市 区 国 村 镇 乡 州 胎 岛 站 重 杆 扇 盏 朵 根 粒 滴 杯 瓶 箱 袋 包 盒 桩 席 票 "
        "股 手 单 期 集 章 卷 字 词 进球 战 连胜 连败 环 球 板 助攻 篮板 大 方 路 线"
    ).split()
)
"""Words between a number and the noun it counts."""

_PEOPLE = (
    "员工 工人 学生 教师 医生 记者 专家 观众 球员 选手 运动员 乘客 游客 患者 儿童 女性 男性 居民 村民 群众 警察 士兵 议员 代表 "
    "委员 成员 用户 客户 股东 投资者 司机 嫌疑人 受害者 遇难者 伤员 志愿者 候选人 孩子 人 学者 科学家 博士 硕士 研究生 毕业生 "
    "教授 官员 领导人 总统 部长 消费者"
).split()
_THINGS = (
    "公司 企业 国家 城市 地区 省份 学校 大学 高校 医院 银行 机构 部门 项目 产品 病例 岗位 航班 航线 车站 机场 港口 车辆 汽车 "
    "卡车 飞机 直升机 船只 船 房屋 住宅 小区 村庄 县 市 国 省 州 区 镇 乡 村 岛屿 工厂 商店 门店 餐厅 酒店 数据中心 芯片 晶圆 "
    "模型 参数 论文 专利 案件 案 事故 地震 袭击 爆炸 火灾 奖牌 金牌 银牌 铜牌 进球 冠军 比赛 场次 球队 球 回合 协议 合同 文件 "
    "条款 法案 规定 措施 阶段 方面 问题 原因 理由 目标 任务 步骤 标准 版本 型号 系列 品种 物种 动物 学期 赛季 订单 股票 债券 "
    "基金 账户 店铺 包裹 快递 样本 样品 数据 词 字 座位 席位 选区 议席 票 电影 节目 歌曲 专辑 图书 书 站点 基站 充电桩 风机 "
    "卫星 火箭 导弹 战机 航母 潜艇 舰艇 无人机 坦克 机器人 服务器 手机 电脑 屏幕 摄像头 房间 楼 教室 床位 景点 公园 博物馆 "
    "图书馆 体育馆"
).split()
_BEFORE_NOUN = "新的?|大|小|主要|重点|重要|国内|国际|海外|本地|中国|美国|年轻|外国"
_NOUN = re.compile(rf"(?:{_BEFORE_NOUN})?(?P<noun>{units.alternation([*_PEOPLE, *_THINGS])})")


def noun_after(text: str, at: int) -> str:
    """The thing counted behind a measure word, when it is a common noun: `person` for people, "" when unknown."""
    match = _NOUN.match(text, at)
    if not match:
        return ""
    return "person" if match["noun"] in _PEOPLE else match["noun"]


_FALSE_UNITS = {
    "元": "论 化 一次 素 旦 首 宵 老 帅 件 宇宙 月 气", "人": "民(?!币) 工 均 大 类 才 物 体 事 选 间 文 格", "户": "外 口 型",
    "天": "然 津 空 下 气 河 宫 文 才 使 赋 王", "秒": "杀 针", "个星期": "日 一 二 三 四 五 六", "星期": "日 一 二 三 四 五 六",
    "周": "边 围 一 二 三 四 五 六 日 刊 末 期", "年": "代 级 轻 货 味", "度": "假 过 数", "块": "链 儿", "米": "饭 兰 粉 其",
    "升": "级 至 到 降 学 值", "克": "服 隆 里", "吨": "位", "瓦": "解", "圆": "满 桌", "桶": "装", "码": "头", "磅": "礴 秤",
    "点": "燃 击 评 赞 名 火 滴 头", "赫": "尔",
}  # fmt: skip
"""Characters behind what looks like a unit that make another word of it: 天津, 人工."""

FALSE_UNIT = re.compile(
    "|".join(f"{unit}(?:{'|'.join(tails.split())})" for unit, tails in _FALSE_UNITS.items())
    + r"|块(?!钱|多|左右|的|$|[^\u4e00-\u9fff])"
)
"""What looks like a unit and is none; 块 is money only at the end: 一块蛋糕 is a piece of cake."""

NOT_ONE = (
    "一(?:些|直|般|样|定|旦|律|边|面|带|致|切|贯|再|向|同|并|度|番|举|时|经|体|流|线|把|生|共|旁|概|系列|味|角|方|部分|点|手|路|"
    "下|口气|回事|会|起(?!.{0,4}(?:案|事故|袭击|火灾))|块(?!钱)|连|大|拥|对|字|发|代|级|片|声|堆|门|身|排|则|道|号|股|席|重|区|期|单|"
    "行|层|段时|句话|步步|双|回|成员|人一|国)"
)
"""Words that begin with 一 and count nothing; 一起 counts accidents and crimes."""

_NUMERAL_NAMES = (
    "一个(?=星期[日一二三四五六天])|万(?:一|科|达|家|物|众|象|里|能|事|圣|州|宁|岁|古|圆)|"
    "千(?:万(?=不|别|要)|古|禧|载|方百计|里)|百(?:姓|度|货|合|科|年老|事|胜|家|花|日)|亿(?:纬|航)|"
    "十(?:分(?!之|钟)|足|字|佳|全|堰)|三(?:星|峡|亚|农|明|菱|井|门峡|沙|八|角)|四(?:川|处|季|海|周)|"
    "五(?:粮|角|星|一劳|金|常|四|官|指山)|六(?:安|盘水|福)|七(?:夕|匹狼|喜)|八(?:卦|达岭|方)|九(?:寨|江|龙|州|阳|毛九)|"
    "两(?:会|岸|江|湖|广|国(?=关系|元首|领导)|高|弹)|一(?:带一路|带|路)|二(?:维|手|次元|战|胡|线|氧)|"
    "零(?:售|部件|食|星|距离|和|点|跑|碳|排放)"
)
"""Names and words that begin with a numeral."""

_IDIOMS = (
    "货比三家 三番五次 一分为二 千家万户 说一不二 五花八门 七上八下 两全其美 一石二鸟 一举两得 独树一帜 百花齐放 万无一失 千方百计 "
    "独此一家 三心二意 四面八方 九牛一毛 十全十美 一五一十 三言两语 接二连三 乱七八糟 一干二净 一清二楚 千言万语 千军万马 千变万化 "
    "千差万别 五湖四海 三三两两 四通八达 一心一意 一模一样 一朝一夕 一帆风顺 独一无二 百里挑一 千钧一发 一针见血 一目了然 十有八九 "
    "三令五申 四分五裂 七零八落 五光十色 万众一心 百折不挠 数一数二 半信半疑 三天两头 三五成群 千丝万缕 千载难逢 一来二去 七嘴八舌 "
    "不二法门 首屈一指 略知一二 举一反三 朝三暮四 丢三落四 颠三倒四 一日千里 一落千丈 一穷二白 两面三刀 四平八稳 八仙过海 百年不遇"
).split()
_FIRST_NUMERAL = re.compile("[一二两三四五六七八九十百千万亿零半数几]")


def _from_its_numeral(idiom: str) -> str:
    """The pattern of an idiom where reading would begin, at its first numeral: (?<=货比)三家."""
    first = _FIRST_NUMERAL.search(idiom)
    at = first.start() if first else 0
    return (f"(?<={idiom[:at]})" if at else "") + idiom[at:]


_BEGINNING = units.alternation(idiom for idiom in _IDIOMS if _FIRST_NUMERAL.match(idiom))
_WITHIN = "|".join(_from_its_numeral(idiom) for idiom in _IDIOMS if not _FIRST_NUMERAL.match(idiom))
IDIOM = re.compile(f"{_BEGINNING}|{_WITHIN}|{_NUMERAL_NAMES}")
"""Names and idioms, matched from their first numeral on."""

_NAME_BEFORE = re.compile(
    r"[a-z_]$|(?<![a-z])(?:[a-z]+|[a-gi-pr-z]\d{1,2})-$|(?:iphone|ipad|windows|boeing|galaxy|llama|claude|gemini|gemma|gpt|grok|qwen|mistral|opus|sonnet|rtx|mate|pixel|波音|空客|(?:歼|卡|运|轰|苏|图|米格|东风|红旗)-?|"
    r"标普|沪深|中证|科创|纳斯达克|财富|世界(?=\d*$)|长征|神舟|嫦娥|天宫|天舟|小米|北斗|第)[ -]?$"
)
_NO_NAME_BEFORE = re.compile(r"(?<![a-z])(?:mid|pre)-$|(?<![a-z])(?:hk|us|rmb|usd|cny|eur|in|of|to|on|at|is|and)$|\dx$")


def in_name(source: Source, start: int) -> bool:
    """Whether digits belong to the name before them: GPT-5, A100, 长征5."""
    before = source.lower[max(0, start - 12) : start]
    return bool(_NAME_BEFORE.search(before)) and not _NO_NAME_BEFORE.search(before)


_LATIN_WORD = re.compile(r"[a-z] $")
_LATIN_NAME = re.compile(r"(?<![A-Za-z])(?!In |On |At |Top |About |Over |Nearly |No )[A-Z][A-Za-z]*[a-z][A-Za-z]* $")
_ALSO_VERBS = frozenset("支 对 把 发 起 重 本 部 组".split())
"""Measure words that open another word: Gemma 3支持, Gemma 3对开发者."""
_COUNTED_BY = {
    "支": re.compile("[^,。;]{0,4}?(?:队|军|团|基金|股|债|歌|笔|烟|枪|箭|疫苗|广告|视频|针)"),
    "对": re.compile(
        "[^,。;]{0,4}?(?:夫妇|夫妻|情侣|新人|父母|父子|母子|母女|双胞胎|恋人|伴侣|组合|选手|姐妹|兄弟|翅膀)"
    ),
}


def opens_a_verb(source: Source, start: int, measure: int, noun: str) -> bool:
    """Whether what looks like a measure word behind a Latin name and its number is a verb or preposition, since it
    counts nothing: Gemma 3支持, but AI 3支球队."""
    word = source.lower[measure]
    if word not in _ALSO_VERBS or noun or not _LATIN_WORD.search(source.lower, max(0, start - 2), start):
        return False
    counted = _COUNTED_BY.get(word)
    return not (counted and counted.match(source.lower, measure + 1))


def is_version(source: Source, start: int, end: int) -> bool:
    """Whether a short bare number belongs to the capitalised Latin name and the space before it: Gemma 3在."""
    return end - start <= 4 and bool(_LATIN_NAME.search(source.cased, max(0, start - 24), start))


_TOLERANCE = re.compile(r"(?:± ?|\+/- ?|正负|上下(?:浮动|波动)?)$")


def sign_before(source: Source, start: int) -> tuple[int, bool]:
    """Where the sign of a number begins (-1 when there is none) and whether the number is negative; a tolerance such
    as 正负2% or 上下浮动2% is not."""
    text = source.lower
    if not start or text[start - 1] not in "±负-下动 ":
        return -1, False
    tolerance = _TOLERANCE.search(text, max(0, start - 4), start)
    if tolerance:
        return tolerance.start(), False
    if text[max(0, start - 2) : start] == "零下":
        return start - 2, True
    if text[start - 1] == "负" or (text[start - 1] == "-" and (start == 1 or text[start - 2] in " (为至到,:=是")):
        return start - 1, True
    return -1, False

"""What a Chinese number counts: measure words, nouns, and words that only look like a unit or a numeral.

Lives here: word lists and the expressions built from them. Does not: names and idioms (`names`), numerals, values.
Imports `engine`, `units`.
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
        "股 手 单 期 集 章 卷 字 词 进球 战 连胜 连败 环 球 板 助攻 篮板 大 方 路 线 部门"
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
    + r"|块(?!钱|多|左右|的|$|(?! ?[a-z])[^\u4e00-\u9fff])|里(?![路地外长远的拉亚]|之外|左右|开外|范围|$|[^\u4e00-\u9fff])"
)
"""What looks like a unit and is none; 块 is money only at the end: 一块蛋糕 is a piece of cake."""

_FALSE_MEASURES = {
    "区": "间 别 域 块", "重": "工 型 点 大 要 庆 启 新 量 复 视 返", "方": "科 案 面 法 向 式 程 位 便 针",
    "台": "山 河 湾 州 北 积 海 阶 词 账", "岛": "湖 国 上 内 屿", "部": "署 长 队 落 位 委", "步": "入 伐 行 骤",
    "国": "集团 际 内 务 庆", "次": "性 级 日 要 数", "大": "促 幅 学 量 约 概 师 使 涨 跌 增 减 卖 胜 败 桥 雨 雪 风",
    "路": "径 线 透", "期": "间 望 待 货", "手": "机 段 术 续 工", "线": "上 下 索 路", "战": "略 争 胜 斗 队",
    "球": "员 队 迷 场 星", "字": "节", "代": "表 码 理 价 替", "板": "块 斧", "片": "区 面 段", "家": "庭 长 具 园 乡 族 属", "点": "击 评 赞",
}  # fmt: skip
FALSE_MEASURE = (
    "(?:" + "|".join(f"{word}(?:{'|'.join(tails.split())})" for word, tails in _FALSE_MEASURES.items()) + ")"
)
"""What looks like a measure word and begins another: 五台山, 四字节."""

_SHORT_NAMES = "中美日韩朝俄英法德意印巴欧澳加越菲泰缅台港粤京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘桂琼川蜀贵滇藏陕甘宁唐宋元明清汉秦隋魏深莞穗"
_TOGETHER = frozenset("国地省市州代朝方军岸校队")
_FEW = {"两": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def repeats_names(source: Source, number: str, start: int, measure: str) -> bool:
    """Whether a count only sums up the short names before it: 中美两国, 明清两代, 京津冀三地."""
    many = _FEW.get(number)
    if many is None or measure not in _TOGETHER or start < many:
        return False
    return all(character in _SHORT_NAMES for character in source.lower[start - many : start])


TAIL_OF_A_WORD = "(?<=[统唯逐专单同归划任其])一"
"""The 一 of 统一, 唯一, 同一."""
NOT_ONE = (
    f"{TAIL_OF_A_WORD}|"
    "一(?=[人户村企车城县品物票证码店校班]一)|(?<=一[人户村企车城县品物票证码店校班])一|"
    "(?<=进)一步|一次性|一桶(?!原?油)(?=[\u4e00-\u9fff])|一[杯瓶箱袋盒碗罐壶](?=[\u4e00-\u9fff])|一(?:些|直|般|样|定|旦|律|边|面|带|致|切|贯|再|向|同|并|度|番|举|时|经|体|流|线|把|生|共|旁|概|系列|味|角|方|部分|点(?![零一二三四五六七八九])|点一滴|手|路|"
    "下|口气|回事|会|起(?!.{0,4}(?:案|事故|袭击|火灾))|块(?!钱)|连|大|拥|对|字|发|代|级|片|声|堆|门|身|排|则|道|号|股|席|重|区|期|单|"
    "行|层|段时|句话|步步|双|回|成员|人一|国|码)"
)
"""Words that begin with 一 and count nothing; 一起 counts accidents and crimes."""

_LATIN_WORD = re.compile(r"[a-z] $")
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

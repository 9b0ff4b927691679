"""Chinese names and idioms that hold a number and are no figure: 零一万物, 985高校, 麒麟9000, 五一假期, 货比三家.

Lives here: lists of names, and how a number is told to belong to the name before it. Does not: values. Imports
`engine`, `shared`, `units`.
"""

from __future__ import annotations

import re

from pipeline.figures import units
from pipeline.figures.engine import Rule, Source
from pipeline.figures.shared import nothing

_NUMERAL_NAMES = (
    "一个(?=星期[日一二三四五六天])|万(?:一|科|达|家|物|众|象|里|能|事|圣|州|宁|岁|古|圆|得|华|豪|向|通|国|兴)|"
    "千(?:万(?=不|别|要)|古|禧|载|方百计|里|方(?=科技)|岛湖|问|寻|伏安培)|"
    "百(?:姓|度|货|合|科|年老|事|胜|家(?<![近逾超过余数上]百家)|花|日|川|济|威|丽|年(?:孤独|大计|老店))|"
    "亿(?:纬|航|联|欧|达)|十(?:分(?!之|钟)|足|字|佳|全|堰|一(?:期间|假期|长假|黄金周|国庆|小长假)|荟团)|"
    "(?<=双)十[一二](?:期间)?|二十(?:国集团|四节气)|(?:十[一二三四五六七八九]|二十)(?:大(?![国城品名企行强])|届[一二三四五六七八]中全会)|"
    "十[一二三四五]届(?:全国)?(?:人大|政协)[一二三四五]次会议|[二三四五六]环(?!比|节|保|境|绕|球)|(?<=十之)八九|十月稻田|九九重阳|五棵松|"
    "三(?:星|峡|亚|农|明|菱|井|门峡|沙|八(?!百|千|万)|角|一(?:重工|集团)|花|安光电|七互娱|只松鼠|体(?!系)|元(?:股份|食品|桥)|国(?:演义|志|时期)|公经费|伏)|"
    "四(?:川|处|季(?!度)|海|周(?!年)|维图新|书五经)|"
    "五(?:粮|角(?!钱)|星|一劳|金|常|四|官|指山|台山|矿|菱|险一金|一(?:假期|小长假|长假|期间|黄金周|档|节|出行))|"
    "六(?:安|盘水|福|一(?:儿童节|节))|七(?:夕|匹狼|喜|台河|牛云|七事变|一(?:勋章|讲话)|国集团)|"
    "八(?:卦|达岭|方|一(?:建军节|勋章|男篮|电影))|九(?:寨|江|龙|州|阳|毛九|号公司|一八|三(?:学社|阅兵))|"
    "两(?:会|岸|江|湖|广|国(?=关系|元首|领导)|高|弹|面针)|一(?:带一路|带|路|汽|二九运动)|二(?:维|手|次元|战|胡|线|氧|度(?=[夺当出被获任荣登赴访入]))|"
    "零(?:售|部件|食|星|距离|和|跑|碳|排放|一万物|点(?:研究|有数))"
)
"""Names and words that begin with a numeral."""

_IDIOMS = (
    "货比三家 三番五次 一分为二 千家万户 说一不二 五花八门 七上八下 两全其美 一石二鸟 一举两得 独树一帜 百花齐放 万无一失 千方百计 "
    "独此一家 三心二意 四面八方 九牛一毛 十全十美 一五一十 三言两语 接二连三 乱七八糟 一干二净 一清二楚 千言万语 千军万马 千变万化 "
    "千差万别 五湖四海 三三两两 四通八达 一心一意 一模一样 一朝一夕 一帆风顺 独一无二 百里挑一 千钧一发 一针见血 一目了然 十有八九 "
    "三令五申 四分五裂 七零八落 五光十色 万众一心 百折不挠 数一数二 半信半疑 三天两头 三五成群 千丝万缕 千载难逢 一来二去 七嘴八舌 "
    "不二法门 首屈一指 略知一二 举一反三 朝三暮四 丢三落四 颠三倒四 一日千里 一落千丈 一穷二白 两面三刀 四平八稳 八仙过海 百年不遇 "
    "五味杂陈 七手八脚 十万火急 一鼓作气 一蹴而就 一视同仁 一如既往 一锤定音 三顾茅庐 四两拨千斤 万家灯火 千锤百炼 百废待兴 千夫所指 "
    "六神无主 五体投地 四海为家 三足鼎立 百尺竿头 百无一失 万紫千红 一马当先 一路高歌 一脉相承 九死一生 一成不变 八九不离十 十拿九稳 "
    "三生有幸 一言九鼎 一波三折 十年树木 百年树人 三思而后行 五谷丰登 一呼百应 以一当十 一往无前 一触即发 挂一漏万 杀一儆百 闻一知十 梅开二度"
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
    r"[a-z_]$|(?<![a-z])(?:[a-z]+|[a-gi-pr-z]\d{1,2})-$|(?:iphone|ipad|windows|boeing|galaxy|llama|claude|gemini|gemma|gpt|grok|qwen|mistral|opus|sonnet|rtx|mate|pixel|波音|空客|(?:歼|卡|运|轰|苏|图|米格|东风|红旗)-?|米-|"
    r"标普|沪深|中证|科创|纳斯达克|财富|世界(?=\d*$)|长征|神舟|嫦娥|天宫|天舟|小米|北斗|麒麟|骁龙|天玑|昇腾|鲲鹏|酷睿|锐龙|鸿蒙|盘古|文心|混元|豆包|红米|一加|第)[ -]?$"
)
_NO_NAME_BEFORE = re.compile(r"(?<![a-z])(?:mid|pre)-$|(?<![a-z])(?:hk|us|rmb|usd|cny|eur|in|of|to|on|at|is|and)$|\dx$")


def in_name(source: Source, start: int) -> bool:
    """Whether digits belong to the name before them: GPT-5, A100, 长征5."""
    before = source.lower[max(0, start - 12) : start]
    return bool(_NAME_BEFORE.search(before)) and not _NO_NAME_BEFORE.search(before)


_CODE_BEFORE = re.compile(
    r"(?:代码|编号|案号|文号|证号|账号|卡号|邮编|热线|致电|电话|拨打|icp备|iso|gb|gb/t)[ :为是]{0,2}$"
)
_REFERENCE_BEFORE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[见如由从在据])(?:[表图]|附[件表录图])$")


def is_code(source: Source, start: int, digits: str) -> bool:
    """Whether digits are a code or telephone number (证券代码600123), or point to a table or annex (表3)."""
    if not digits.isdigit():
        return False
    before = source.lower[max(0, start - 6) : start]
    if len(digits) <= 2:
        return bool(_REFERENCE_BEFORE.search(before))
    return bool(_CODE_BEFORE.search(before))


_LATIN_NAME = re.compile(r"(?<![A-Za-z])(?!In |On |At |Top |About |Over |Nearly |No )[A-Z][A-Za-z]*[a-z][A-Za-z]* $")


def is_version(source: Source, start: int, end: int) -> bool:
    """Whether a short bare number belongs to the capitalised Latin name and the space before it: Gemma 3在."""
    return end - start <= 4 and bool(_LATIN_NAME.search(source.cased, max(0, start - 24), start))


IDIOM_RULE = Rule("name or idiom", IDIOM, nothing)
NUMBER_NAME = Rule(
    "number that is a name",
    re.compile(
        r"(?<=\()20\d\d\)[\u4e00-\u9fff]{1,2}\d{0,4}[\u4e00-\u9fff]{1,4}\d{1,6}号|\d{1,3}路(?=公交|公共汽车|巴士|电车|车)"
        r"|985(?=、?211|、?双一流|高校|工程|院校|大学)|211(?=高校|工程|院校|大学)|12306|12345(?=热线|平台|便民|政务)|12315|1(?:10|19|20|22)(?=报警|指挥|急救|接警|民警)"
        r"|315(?=晚会)|618(?=大促|购物|年中|期间|活动|促销|电商|狂欢)|(?<=双)1[12](?![\d.%年月日])|360(?=公司|集团|安全|数科|浏览器|智脑|搜索)"
        r"|58(?=同城|到家)|51(?=job|talk|信用卡)|37(?=互娱)|(?<=工业)4\.0|\d{1,2}号线|(?<=[〔\[])20\d\d[〕\]]\d{1,4}号|\d{5,}号"
        r"|\d{1,3}号(?=机组|核电|白银|楼|店|高炉|反应堆|院|厅|馆|航站|文件|公告|令|井|线|矿|坑|厂|泵|车间|门|墓|探测器|卫星|火箭|飞船|发动机"
        r"|公路|台风|窟|遗址|提案|议案|决议|修正案|通知|意见)"
    ),
    nothing,
)
_LINE_START = r"(?:(?<=\n)|(?<![\s\S]))"
_BRACKET_AT_LINE_START = r"(?:(?<=\n\()|(?<![\s\S]\()(?<=\())"
LIST_NUMBER = Rule(
    "list number in characters",
    re.compile(
        rf"{_LINE_START}[一二三四五六七八九十]{{1,3}}、(?![一二三四五六七八九十\d])|{_BRACKET_AT_LINE_START}[一二三四五六七八九十]{{1,3}}\)(?=\S)"
    ),
    nothing,
)

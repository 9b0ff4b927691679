"""Names of organisations, persons and places that the brief does not have.

Lives here: the check behind `entity.outside`, its list of well-known firms and its list of names that need no source.
Does not: names the glossary fixes (`names.py`), figures. Imports `schema`, `text`, `hygiene_case` and `words`.

English names are told by their capitals, where the brief is English. Across languages only well-known firms and Latin
names in the Chinese can be told, so everything else stays silent there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pipeline.checker.hygiene_case import Case, Field, Note
from pipeline.checker.words import ADDRESS, blank
from pipeline.text import HAN, language_of

_FIRMS = (
    "Nvidia 英伟达|AMD 超威半导体|Intel 英特尔|TSMC 台积电|Samsung 三星电子|SK Hynix SK海力士|Micron 美光科技|"
    "Broadcom 博通|Qualcomm 高通|MediaTek 联发科|Apple 苹果公司|Microsoft 微软|Google 谷歌|Alphabet|"
    "Amazon 亚马逊|AWS|Meta Platforms|Facebook 脸书|OpenAI|Anthropic|Oracle 甲骨文|IBM|Tesla 特斯拉|SpaceX|xAI|"
    "Huawei 华为|Alibaba 阿里巴巴|Tencent 腾讯|Baidu 百度|ByteDance 字节跳动|DeepSeek 深度求索|Xiaomi 小米集团|"
    "BYD 比亚迪|CATL 宁德时代|SMIC 中芯国际|JD.com 京东|Meituan 美团|Pinduoduo 拼多多|Lenovo 联想集团|"
    "SoftBank 软银|ASML 阿斯麦|Foxconn 富士康|Sony 索尼|Blackstone 黑石|BlackRock 贝莱德|Goldman Sachs 高盛|"
    "Morgan Stanley 摩根士丹利|JPMorgan 摩根大通|Salesforce 赛富时|Cisco 思科|Dell 戴尔|CoreWeave|Mistral|"
    "Hugging Face|GitHub|Uber 优步|Netflix 奈飞|Adobe|Siemens 西门子|Toyota 丰田|Boeing 波音|Airbus 空客|"
    "Palantir|Databricks|Snowflake|Cerebras|Groq|Cambricon 寒武纪|Moore Threads 摩尔线程|Moonshot AI 月之暗面|"
    "Zhipu 智谱|MiniMax 稀宇科技|iFlytek 科大讯飞|SenseTime 商汤"
)
FIRMS = [tuple(re.split(rf" (?=[A-Z]{{0,2}}[{HAN}])", row)) for row in _FIRMS.split("|")]
"""Well-known firms of the field: the English name and, where there is one, the Chinese."""

_NO_SOURCE = frozenset(
    (
        "africa african america american americans asia asian atlantic australia australian austria beijing belgium "
        "berlin brazil brazilian britain british brussels california canada canadian china chinese congress denmark "
        "dutch english europe european europeans finland france french german germany hong india indian indonesia "
        "internet iran ireland irish israel israeli italian italy japan japanese kong korea korean latin london los "
        "angeles malaysia mandarin mexico middle east netherlands new york north norway pacific paris poland "
        "portugal republic russia russian san francisco saudi scandinavia seoul shanghai shenzhen silicon valley "
        "singapore south spain spanish states street sweden swiss switzerland taiwan taipei texas thailand tokyo "
        "turkey uk ukraine united us usa vietnam virginia wall washington west western eastern northern southern "
        "white house kingdom nordic arabia emirates gulf global earth january february march april may june july "
        "august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday "
        "wednesday thursday friday saturday sunday christmas a i an the and of for in on to at by with from its it "
        "he she they we his her their our this that these those mr mrs ms dr prof sir ceo cfo cto president chairman "
        "chief executive officer minister director inc corp corporation co ltd llc plc group holdings company board "
        "ai ml gpu gpus cpu api llm llms ipo esg gdp cpi q1 q2 q3 q4 h1 h2 fy eps moore's law wi-fi bluetooth "
        "ethernet linux python java excel god belgian scottish welsh turkish austrian danish norwegian finnish "
        "swedish polish ukrainian egyptian nigerian kenyan vietnamese thai malaysian singaporean taiwanese mexican "
        "portuguese greek greece egypt nigeria kenya scotland wales england czech hungarian romanian argentina "
        "argentine chile chilean colombian philippines filipino pakistani pakistan yoy qoq mom covid"
    ).split()
)
"""Words in capitals that need no source: countries, days, titles, common abbreviations, words that open a sentence."""

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = re.compile(rf"[A-ZÀ-ÖØ-Þ][{_LETTER}\d&]*(?:[-.'’][{_LETTER}\d&]+)*")
_RUN = re.compile(rf"(?<![{_LETTER}\d@/_.-]){_WORD.pattern}(?: (?:of |de |van |von )?{_WORD.pattern})*")
_TOKEN = re.compile(rf"[^\W_{HAN}]+")
_OPENS = re.compile(r"(?:^|[.!?:;…—\n“‘\"'(\[]) *$")
_LATIN_NAME = re.compile(
    rf"(?<![{_LETTER}0-9@/._-])[A-ZÀ-ÖØ-Þ][{_LETTER}]{{2,}}(?: [A-ZÀ-ÖØ-Þ][{_LETTER}]{{2,}})*(?![{_LETTER}0-9@/_])"
)
_TITLE_CASE = 2


def outside_names(case: Case) -> Iterator[Note]:
    """Names that neither the brief nor the glossary nor a claim has, once each an edition."""
    known = _known(case)
    named = "\n".join((*case.evidence, *(name for term in case.glossary for name in (term.en, term.zh)))).casefold()
    english = frozenset(
        word.casefold() for place in case.by_language.get("en", ()) for word in _TOKEN.findall(place.text)
    )
    for language, places in case.by_language.items():
        found: set[str] = set()
        in_capitals = language == "en" and case.home == "en"
        for place in places:
            if in_capitals:
                names = _capitalised(place, known)
            else:
                names = itertools.chain(_firms(place, named), _latin_names(place, known, english))
            for start, end in names:
                name = place.text[start:end]
                if name.casefold() not in found:
                    found.add(name.casefold())
                    yield Note("entity.outside", "name not in the brief", "warn", place, start, end, {"name": name})


def _known(case: Case) -> frozenset[str]:
    """The words, in lower case, of all that may be named."""
    speakers = [name or "" for claim in case.claims for name in (claim.subject, claim.attributed_to)]
    terms = [name for term in case.glossary for name in (term.en, term.zh)]
    words = {word.casefold() for text in (*case.evidence, *speakers, *terms) for word in _TOKEN.findall(text)}
    return frozenset(words | {word.removesuffix("s") for word in words})


def _capitalised(place: Field, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Runs of words in capitals none of which is known; a word that opens a sentence counts only before another."""
    text = blank(ADDRESS, place.text)
    lower = len(re.findall(r"(?<![\w-])[a-z]{3,}", text))
    if lower * _TITLE_CASE < len(_WORD.findall(text)):
        return  # a heading in capitals tells no names
    for run in _RUN.finditer(text):
        words = list(_WORD.finditer(run[0]))
        if _OPENS.search(text[max(0, run.start() - 3) : run.start()]):
            words = words[1:]
        names = [word for word in words if not _needs_no_source(word[0])]
        if names and not any(_is_known(word[0], known) for word in names):
            yield run.start() + names[0].start(), run.start() + names[-1].end()


def _needs_no_source(word: str) -> bool:
    bare = re.sub(r"['’]s?$", "", word)
    return bare.isupper() or any(char.isdigit() for char in bare) or bare.casefold() in _NO_SOURCE


def _is_known(word: str, known: frozenset[str]) -> bool:
    parts = _TOKEN.findall(re.sub(r"['’]s?$", "", word).casefold())
    return any(part in known or part.removesuffix("s") in known or part in _NO_SOURCE for part in parts)


def _firms(place: Field, named: str) -> Iterator[tuple[int, int]]:
    """Well-known firms of which neither name is among what may be named."""
    text = blank(ADDRESS, place.text)
    for names in FIRMS:
        if any(name in text for name in names) and not any(name.casefold() in named for name in names):
            match = _as_name(names).search(text)
            if match:
                yield match.span()


def _latin_names(place: Field, known: frozenset[str], english: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Latin names in a Chinese text that neither the brief nor the English edition has."""
    if place.language != "zh" or language_of(place.text) != "zh":
        return
    for match in _LATIN_NAME.finditer(blank(ADDRESS, place.text)):
        words = {word.casefold() for word in _TOKEN.findall(match[0])}
        if not match[0].isupper() and all(words.isdisjoint(some) for some in (known, english, _NO_SOURCE)):
            yield match.span()


def _as_name(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9]| [A-Z][a-z])")

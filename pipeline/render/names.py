"""What the pages call things, in English and Chinese.

Lives here: the names of severities, verdicts, states, places and kinds of finding. Does not: the wording of the labels
a reader must see (`disclosure`), the sentence in which a finding explains itself (`checker`). Imports `schema`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.schema import Brief, Language

HTML_LANGUAGE: dict[str, str] = {"en": "en", "zh": "zh-Hans"}


class Name(NamedTuple):
    """A name in both languages."""

    en: str
    zh: str


NAMES: dict[str, Name] = {
    key: Name(*pair)
    for key, pair in {
        "en": ("English", "英文"),
        "zh": ("Chinese", "中文"),
        "title": ("title", "标题"),
        "lead": ("lead", "导语"),
        "tags": ("tags", "标签"),
        "brief": ("The brief", "简报"),
        "block": ("Must fix", "须改"),
        "warn": ("Check", "提醒"),
        "info": ("Note", "提示"),
        "read": ("read", "读出"),
        "supported": ("supported", "有据"),
        "rounded": ("rounded", "取整"),
        "derived": ("derived", "推算"),
        "flagged": ("flagged", "存疑"),
        "unreviewed": ("Not reviewed", "未审核"),
        "approved": ("Approved", "已通过"),
        "rejected": ("Rejected", "已退回"),
        "reopened": ("Reopened", "重新审核"),
        "void": ("Changed since its approval", "通过后有改动"),
        "thin": ("No article", "未成稿"),
        "hot": ("Hot", "热度"),
        "quality": ("Quality", "质量"),
        "impact": ("Impact", "影响力"),
        "fact": ("fact", "事实"),
        "inference": ("inference", "推断"),
        "opinion": ("opinion", "观点"),
        "plan": ("plan", "计划"),
        "estimate": ("estimate", "估计"),
        "organisation": ("organisation", "机构"),
        "person": ("person", "人物"),
        "place": ("place", "地点"),
        "product": ("product", "产品"),
        "term": ("term", "术语"),
        "clean": ("No flags", "无标记"),
    }.items()
}

CODES: dict[str, Name] = {
    key: Name(*pair)
    for key, pair in {
        "brief.suspicious": ("Suspicious text in the brief", "简报有可疑文字"),
        "claim.dropped": ("Claim without its quote", "依据无引文"),
        "entity.outside": ("A name the brief does not have", "简报没有的名称"),
        "figure.contradicted": ("Contradicts the brief", "与简报矛盾"),
        "figure.derived": ("Derived from the brief", "由简报推算"),
        "figure.direction": ("Goes the other way", "方向相反"),
        "figure.precision": ("More precise than the brief", "比简报更精确"),
        "figure.qualifier": ("Another bound", "限定不同"),
        "figure.rounded": ("Rounded", "取整"),
        "figure.scale": ("Wrong scale", "数量级不符"),
        "figure.subject": ("Said of something else", "所指不同"),
        "figure.unit": ("Another unit", "单位不同"),
        "figure.unsupported": ("Not in the brief", "简报中没有"),
        "figures.unread": ("Figures on one side only", "仅一侧有数字"),
        "language.leak": ("The other language left in", "夹有另一语言"),
        "name.altered": ("Name altered", "名称有改动"),
        "paragraph.misaligned": ("Paragraphs do not match", "段落不对应"),
        "parity.missing": ("Missing on the other side", "另一版缺失"),
        "parity.value": ("English and Chinese differ", "中英不一致"),
        "quote.altered": ("Quotation altered", "引文有改动"),
        "reference.dangling": ("Refers to nothing before", "所指前文未提"),
        "style.date": ("Two forms of date", "日期写法不一"),
        "style.digits": ("Full-width digits", "全角数字"),
        "style.number": ("Number not in house style", "数字写法"),
        "style.percent": ("Percent in words", "百分号"),
        "style.punctuation": ("Punctuation", "标点或空格"),
        "style.quotes": ("Quotation marks", "引号"),
        "style.range": ("Range not in house style", "范围写法"),
        "style.relative_date": ("Relative date", "相对日期"),
        "style.spacing": ("Two spacings", "空格不一"),
        "style.traditional": ("Traditional characters", "繁体字"),
        "style.unit": ("Unit not spelled out", "单位首次未写全"),
        "tag.unknown": ("Unknown tag", "词表外标签"),
        "tag.untranslated": ("Tag not translated", "标签未译"),
        "term.drift": ("Name not as agreed", "译名不统一"),
        "text.duplicate": ("Repeated text", "文字重复"),
        "text.suspicious": ("Hidden or odd characters", "可疑字符"),
        "text.truncated": ("Text cut off", "文字中断"),
        "unit.kind": ("Wrong kind of unit", "单位类别不符"),
    }.items()
}
"""What a finding is about, in a few words; a code that is not here stands for itself."""


_OPENING = 60
"""Characters of a brief without a title that name it in a list."""


def brief_name(brief: Brief) -> str:
    """The title of a brief, else its first words."""
    opening = next((line.strip() for line in brief.text.splitlines() if line.strip()), "")
    cut = opening if len(opening) <= _OPENING else f"{opening[: _OPENING - 1]}…"
    return brief.title or cut or "Untitled brief"


def code_name(code: str) -> Name:
    """The short name of a kind of finding."""
    return CODES.get(code, Name(code, code))


def place_name(language: Language, field: str) -> Name:
    """Where a field stands: "English, paragraph 3"."""
    if field == "brief":
        return NAMES["brief"]
    side = NAMES[language]
    number = re.fullmatch(r"body\[(\d{1,6})\]", field)
    if number:
        count = int(number[1]) + 1
        return Name(f"{side.en}, paragraph {count}", f"{side.zh}第{count}段")
    name = NAMES.get(field, Name(field, field))
    return Name(f"{side.en}, {name.en}", f"{side.zh}{name.zh}")


def verdict_name(verdict: str) -> Name:
    """The name of a verdict; those that are no support are "flagged"."""
    return NAMES.get(verdict, NAMES["flagged"])

"""The sentences in which hygiene findings explain themselves: one template per code and rule, in English and Chinese.

Lives here: the wording of hygiene findings. Does not: that of figure and parity findings (`reasons.py`), and when a
finding is made. Imports nothing.
"""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "language.leak/Han in English": (
        "Chinese characters are left in the English text.",
        "英文稿中留有汉字。",
    ),
    "language.leak/English in Chinese": (
        "An English passage of {words} words is left untranslated in the Chinese text.",
        "中文稿中有一段{words}个词的英文没有翻译。",
    ),
    "text.truncated/unfinished sentence": (
        "The text stops in the middle of a sentence.",
        "文字在句子中间中断。",
    ),
    "text.duplicate/repeats the lead": (
        "This paragraph repeats the lead.",
        "本段重复了导语。",
    ),
    "text.duplicate/repeats a paragraph": (
        "This paragraph repeats paragraph {paragraph}.",
        "本段重复了第{paragraph}段。",
    ),
    "paragraph.misaligned/paragraph without counterpart": (
        "This paragraph has no counterpart: {en} English paragraphs against {zh} Chinese ones.",
        "本段在另一语言中没有对应段落：英文{en}段，中文{zh}段。",
    ),
    "paragraph.misaligned/copied paragraph": (
        "This paragraph is the same in both editions, not translated.",
        "本段在两种语言中完全相同，没有翻译。",
    ),
    "paragraph.misaligned/untranslated paragraph": (
        "This paragraph is not in the language of its edition.",
        "本段使用的不是本语言版的语言。",
    ),
    "paragraph.misaligned/different citations": (
        "The editions cite different claims here: English only {en}; Chinese only {zh}.",
        "两种语言引用的依据不同：仅英文有{en}；仅中文有{zh}。",
    ),
    "paragraph.misaligned/unusual length": (
        "{zh} Chinese characters for {en} English words: something may be missing or added.",
        "{en}个英文词对应{zh}个汉字，可能有遗漏或添加。",
    ),
    "quote.altered/quotation not in the brief": (
        "These words stand in quotation marks, but not in the brief.",
        "引号中的文字在原文中找不到。",
    ),
    "quote.altered/marked word not in the brief": (
        "The quotation marks are the author's own: the brief does not have these words.",
        "引号为作者所加，原文中没有这些字样。",
    ),
    "quote.altered/quotation without counterpart": (
        "This quotation has no counterpart in the other edition: {en} in English against {zh} in Chinese.",
        "这处引文在另一语言中没有对应：英文{en}处，中文{zh}处。",
    ),
    "quote.altered/marked word without counterpart": (
        "These quotation marks have no counterpart in the other edition: {en} in English against {zh} in Chinese.",
        "这处引号在另一语言中没有对应：英文{en}处，中文{zh}处。",
    ),
    "tag.unknown/tag outside the vocabulary": (
        "The tag is not in the vocabulary.",
        "标签不在词表中。",
    ),
    "tag.untranslated/Chinese tag in English": (
        "The tag of the English edition is in Chinese.",
        "英文版的标签是中文。",
    ),
    "term.drift/name left in the other language": (
        "The glossary has {expected} for this name; it stands here in the other language's form.",
        "术语表中此名为{expected}，这里用了另一语言的写法。",
    ),
    "term.drift/name spelled differently": (
        "The glossary spells this name {expected}.",
        "术语表中此名写作{expected}。",
    ),
    "name.altered/name differs from the brief": (
        "The brief names {expected}, not {text}.",
        "原文中的名称是{expected}，不是{text}。",
    ),
    "entity.outside/name not in the brief": (
        "The brief does not name {name}.",
        "原文中没有提到{name}。",
    ),
    "reference.dangling/figure not told before": (
        "The text refers to this figure as known, but has not given it before.",
        "此处把该数字当作已知，但前文没有给出。",
    ),
    "style.number/magnitude no Chinese text uses": (
        "House style counts in 万 and 亿.",
        "按体例，大数以万、亿计。",
    ),
    "style.number/bare zeros": (
        "House style writes large numbers with 万 and 亿, not with zeros.",
        "按体例，大数用万、亿，不写一串零。",
    ),
    "style.number/more than two decimals": (
        "House style has at most two decimals before 万 and 亿.",
        "按体例，万、亿之前最多两位小数。",
    ),
    "style.percent/percent in words": (
        "House style writes the % sign.",
        "按体例使用百分号。",
    ),
    "style.range/hyphen in a range": (
        "House style joins a range with an en dash in English, with 至 or ～ in Chinese.",
        "按体例，英文数值范围用短破折号，中文用“至”或“～”。",
    ),
    "style.digits/full-width digits": (
        "House style uses half-width digits.",
        "按体例使用半角数字。",
    ),
    "style.quotes/straight quotation marks": (
        "House style uses “ ” in Chinese.",
        "按体例，中文使用“ ”。",
    ),
    "style.quotes/mark without its partner": (
        "A quotation mark or bracket here has no partner.",
        "此处的引号或括号不成对。",
    ),
    "style.punctuation/punctuation or spaces": (
        "Punctuation or spaces here are not in house style.",
        "此处标点或空格不合体例。",
    ),
    "style.traditional/traditional characters": (
        "The Chinese edition uses simplified characters.",
        "中文版使用简体字。",
    ),
    "style.spacing/two spacings": (
        "The edition has Chinese beside Latin letters or digits with and without a space.",
        "中文与字母、数字之间有的加空格，有的不加。",
    ),
    "style.date/two forms of date": (
        "The edition writes dates in two forms.",
        "日期写法不一致。",
    ),
    "style.unit/unit not spelled at first": (
        "House style spells a unit at its first mention.",
        "按体例，单位首次出现时应写全称。",
    ),
    "style.relative_date/relative date": (
        "A relative date is unclear to a later reader; house style gives the date.",
        "相对日期日后难以辨认，按体例应写明日期。",
    ),
    "text.suspicious/hidden characters": (
        "The text holds {count} characters that a reader cannot see.",
        "文中有{count}个看不见的字符。",
    ),
    "text.suspicious/letters posing as digits": (
        "Letters stand where digits belong; the number was read as {read}.",
        "数字中混有字母，按{read}读取。",
    ),
    "text.suspicious/strange digits": (
        "Digits of another script, or with marks on them; the number was read as {read}.",
        "数字用了其他文字的写法或带有附加符号，按{read}读取。",
    ),
    "claim.dropped/claim without its quote": (
        "A claim was dropped: its quote is not in the brief.",
        "一条依据已舍弃：其引文不在原文中。",
    ),
    "brief.suspicious/hidden characters": (
        "The brief holds {count} characters that a reader cannot see.",
        "原文中有{count}个看不见的字符。",
    ),
    "brief.suspicious/letters posing as digits": (
        "Letters stand where digits belong in the brief; the number was read as {read}.",
        "原文的数字中混有字母，按{read}读取。",
    ),
    "brief.suspicious/strange digits": (
        "The brief has digits of another script, or under marks; the number was read as {read}.",
        "原文中有其他文字或带附加符号的数字，按{read}读取。",
    ),
    "brief.suspicious/role or fence mark": (
        "The brief holds a mark by which models are addressed; it was treated as text.",
        "原文中有用于与模型对话的标记，已按普通文字处理。",
    ),
    "brief.suspicious/instruction to a model": (
        "The brief addresses a model; it was treated as text.",
        "原文中有针对模型的指令，已按普通文字处理。",
    ),
}
"""Why a finding was made, by code and case: English, then Chinese, filled from the finding's values."""

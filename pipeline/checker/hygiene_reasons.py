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
    "text.suspicious/hidden characters": (
        "The text holds {count} characters that a reader cannot see, or that lie over a digit.",
        "文中有{count}个看不见的或叠在数字上的字符。",
    ),
    "text.suspicious/letters posing as digits": (
        "Letters stand where digits belong; the number was read as {read}.",
        "数字中混有字母，按{read}读取。",
    ),
    "text.suspicious/digits of another script": (
        "These digits are of another script; the number was read as {read}.",
        "此处为其他文字的数字，按{read}读取。",
    ),
    "claim.dropped/claim without its quote": (
        "A claim was dropped: its quote is not in the brief.",
        "一条依据已舍弃：其引文不在原文中。",
    ),
    "brief.suspicious/hidden characters": (
        "The brief holds {count} characters that a reader cannot see, or that lie over a digit.",
        "原文中有{count}个看不见的或叠在数字上的字符。",
    ),
    "brief.suspicious/letters posing as digits": (
        "Letters stand where digits belong in the brief; the number was read as {read}.",
        "原文的数字中混有字母，按{read}读取。",
    ),
    "brief.suspicious/digits of another script": (
        "The brief has digits of another script; the number was read as {read}.",
        "原文中有其他文字的数字，按{read}读取。",
    ),
    "brief.suspicious/role or fence mark": (
        "The brief holds a mark by which models are addressed; it was treated as text.",
        "原文中有用于与模型对话的标记，已按普通文字处理。",
    ),
    "brief.suspicious/instruction to a model": (
        "The brief addresses a model; it was treated as text.",
        "原文中有针对模型的指令，已按普通文字处理。",
    ),
    "style.relative_date/relative date without a date": (
        "A relative date tells nothing to later readers: name the date.",
        "相对日期日后难以理解，请写明日期。",
    ),
    "style.numbers/scale that Chinese does not use": (
        "Chinese counts in 万 and 亿, not in 百万 or 十亿.",
        "数字应以万、亿为单位，不用百万、十亿。",
    ),
    "style.numbers/bare zeros": (
        "A large number in bare zeros: {instead}.",
        "大数不宜写满零：{instead}。",
    ),
    "style.numbers/too many decimals": (
        "More than two decimals.",
        "小数超过两位。",
    ),
    "style.numbers/scale as a letter": (
        "The scale is written out in the text: million, billion.",
        "正文中的量级应写全：million、billion。",
    ),
    "style.numbers/full-width digits": (
        "Full-width digits: {instead}.",
        "数字为全角：{instead}。",
    ),
    "style.range/hyphen in a range": (
        "A range is written {instead}.",
        "数值范围应写作{instead}。",
    ),
    "style.markup/markup in the text": (
        "Headings and emphasis do not belong in the text.",
        "正文中不用标题和强调标记。",
    ),
    "style.quotes/mark without its partner": (
        "This mark has no partner.",
        "此标点没有配对。",
    ),
    "style.quotes/straight quotes in Chinese": (
        "Straight quotation marks stand in Chinese text.",
        "中文里用了直引号。",
    ),
    "style.punctuation/safe fix not made": (
        "House style has other spaces or marks here, {instead}; so in {count} passages.",
        "此处空格或标点不合体例，应为{instead}；共{count}段。",
    ),
    "style.traditional/traditional characters": (
        "Traditional characters: {instead}.",
        "繁体字，应为{instead}。",
    ),
    "style.spacing/two kinds of spacing": (
        "Han and Latin are spaced in {spaced} places and not in {tight}.",
        "汉字与西文之间{spaced}处有空格，{tight}处没有。",
    ),
}
"""Why a finding was made, by code and case: English, then Chinese, filled from the finding's values."""

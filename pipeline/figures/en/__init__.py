"""The English grammar: what may begin a figure, and which rules to try there.

Lives here: the order of the rules and the words that limit a figure. Does not: the rules (`amounts`, `multiples`, `dates`).
"""

from __future__ import annotations

import re

from pipeline.figures import shared, units
from pipeline.figures.en import amounts, clock, dates, fractions, multiples, names, periods, relative, words
from pipeline.figures.engine import Grammar, Piece, Source, lower_copy, scan
from pipeline.text import Folded, unwrapped

_BEFORE = {
    "none": "(?:climbed|went|rose|risen|stepped|bumped|jumped|moved) up to|"
            "(?:back(?:ed)? down|rows?|disputes?|clash(?:es|ed)?|argu[a-z]+|concerns?|worr[a-z]+|fights?|feud|talks|lawsuits?|"
            "charges?|split|protest[a-z]*|tensions?) over",
    "at_least": "at least|no less than|greater than or equal to|(?:greater|higher|more) or equal (?:to|than)|minimum (?:[a-z]+ ){0,2}of|minimum|no fewer than|not less than|a minimum of|minimum of|≥|>=|equal to or more than",
    "at_most": "at most|up to|(?:lower|less|smaller) or equal (?:to|than)|maximum (?:[a-z]+ ){0,2}of|maximum|no more than|not more than|a maximum of|maximum of|not exceeding|≤|<=|"
               "less than or equal to|equal to or less than",
    "over": "(?:(?:just|well|slightly|a little|a bit|far|significantly|comfortably) )?(?:more than|over|above)|exceeding|exceeds|exceed|exceeded|in excess of|upwards of|greater than|"
            "higher than|surpassed|surpasses|surpassing|surpass|topped|topping|breaking past|broke past|beyond|north of|>",
    "under": "(?:(?:just|well|slightly|a little|a bit|far) )?(?:less than|under|below)|fewer than|lower than|smaller than|short of|shy of|<",
    "nearly": "nearly|almost|close to|approaching|just short of|virtually",
    "about": "about|around|near|roughly|approximately|some|circa|an estimated|estimated|~|approx\\.?",
    "exactly": "exactly|precisely|equal to|equals|equaling to|equalling",
    "rate": "per|for every",
}  # fmt: skip
_AFTER = {
    "at_least": r" at least(?=[.,;:)]|$)| or (?:more|greater|above|higher|over|older|longer)(?![a-z])| and (?:above|over|older|up)(?![a-z])|"
                r"\+|-plus(?![a-z])| plus(?= )",
    "at_most": r" at (?:the )?most(?=[.,;:)]|$)| or (?:less|fewer|below|under|lower|younger)(?![a-z])",
    "about": r" or so(?![a-z])|-odd(?![a-z])",
}  # fmt: skip

_DIGIT_RULES = (
    shared.LIST_NUMBER, shared.PHONE, dates.DOTS, shared.VERSION, shared.NAME, *names.DIGIT_RULES, shared.ISO_DATE,
    *dates.DIGIT_RULES, *periods.DIGIT_RULES,
    shared.LAP_TIME, shared.CLOCK, shared.CLOCK_HALF, *clock.DIGIT_RULES, shared.SCORE, multiples.COMMA_AGE, multiples.YEAR_OLD, multiples.IN_ONES_TWENTIES, multiples.AGE_RANGE,
    amounts.ORDINAL_DIGITS, fractions.FRACTION_DIGITS, multiples.MULTIPLE_DIGITS, fractions.UNIT_AND_PART, fractions.ONE_IN,
    shared.POWER, amounts.HUNDRED_AND, fractions.OVER, amounts.DEGREES, amounts.YEAR, amounts.PENCE, amounts.INCHES, amounts.HASH, amounts.SPACED, amounts.MONEY_IN_MILLIONS, amounts.MONEY_CODE_BETWEEN,
    amounts.MONEY_AND_CENTS, amounts.WITH_UNIT, amounts.AMOUNT, amounts.BARE,
)  # fmt: skip
_WORD_RULES = (
    *names.WORD_RULES, *clock.WORD_RULES, *dates.WORD_RULES, *periods.WORD_RULES, *relative.RULES, fractions.UNIT_AND_PART, fractions.ONE_IN, fractions.OVER, fractions.QUARTER, fractions.HALF, multiples.FIGURES, multiples.VAGUE,
    multiples.MULTIPLE_WORD, amounts.AMOUNT_WORDS, multiples.AGED, multiples.AGE_RANGE, multiples.AGE_LIMIT,
    multiples.A_UNIT, multiples.A_MEASURE, multiples.LONG_TIME,
)  # fmt: skip
_WORDS = units.alternation(
    {*multiples.STARTS, *dates.STARTS, *periods.STARTS, *relative.STARTS, *names.STARTS, *clock.STARTS}
)
_LETTERS_SIGN = units.alternation(sign for sign in shared.SIGNS if len(sign) > 1)
_CANDIDATES = (
    re.compile(
        rf"[\d.{shared.VULGAR_SIGNS}{shared.SIGN_CHARACTERS}]"
        rf"(?:(?<=(?P<digit>[\d{shared.VULGAR_SIGNS}]|\.(?=\d)))|(?<=(?P<sign>{shared.SIGN_START}.)))"
    ),
    re.compile(
        rf"[^a-z](?:(?P<sign>(?={_LETTERS_SIGN} ?-?\.?\d))|(?<!\d)(?:(?P<code>(?=[a-z]{{3}} ?\d){amounts.CODE}(?= ?\d))"
        rf"|(?P<word>{_WORDS}(?![a-z]|(?<=\d)\d))|(?P<address>https?://|www\.)))"
    ),
)
_ON = shared.DIGITS_GO_ON
_ONLY_BEFORE = {
    dates.PLAN: "t", dates.NTH: "nrst", periods.QUARTER: "nrst", periods.HALF_YEAR: "ns", dates.DAY_MONTH: " /-nrst",
    dates.DAY_OF_MANY: " -,&aonrst", dates.BEFORE_CHRIST: " b", dates.SLASHES: "/-", dates.YEAR_MONTH_DAY: "/-",
    dates.MONTH_SLASH_YEAR: "/-", periods.DECADE: "s'", periods.QUARTER_GLUED: "qh", periods.YEAR_QUARTER: "' -qh",
    periods.YEAR_S_QUARTER: "' ", shared.LIST_NUMBER: ".)、", shared.LAP_TIME: ":", shared.CLOCK: ":",
    shared.CLOCK_HALF: " .:ap", shared.SCORE: " -:比", multiples.COMMA_AGE: ",", multiples.YEAR_OLD: " -y",
    multiples.MULTIPLE_DIGITS: f" -f{_ON}", amounts.ORDINAL_DIGITS: " ,nrst", fractions.FRACTION_DIGITS: "/",
    fractions.UNIT_AND_PART: " ", fractions.ONE_IN: " ", amounts.MONEY_IN_MILLIONS: f"m{_ON}",
    amounts.MONEY_CODE_BETWEEN: _ON, amounts.MONEY_AND_CENTS: " ",
    names.ADDRESS: " nrst", names.IDIOM: "/", clock.NOON: " ", clock.OCLOCK: " o", clock.ZULU: " ", clock.NIL: "-",
    clock.RATIO: "- ", shared.POWER: "^", amounts.HUNDRED_AND: " ", fractions.OVER: " ", amounts.DEGREES: f" cf{_ON}",
    amounts.INCHES: f' i"{_ON}', amounts.SPACED: ",", amounts.PENCE: f"p{_ON}", multiples.AGE_RANGE: "-",
    multiples.IN_ONES_TWENTIES: "s",
}  # fmt: skip

_MONTH_RULES = (*names.WORD_RULES, dates.MONTH_DAY, dates.MONTH_YEAR, dates.MONTH_ALONE)
_WEEKDAY_RULES = (dates.MONTH_DAY, dates.DAY_MONTH, dates.WEEKDAY_ALONE, dates.WEEKDAY_DIGITS)
_BY_NO_NUMBER = (
    *relative.RULES, dates.MONTH_DAY, dates.MONTH_YEAR, dates.MONTH_ALONE, dates.WEEKDAY_ALONE,
    dates.WEEKDAY_DIGITS, periods.PART_YEAR, periods.FISCAL, fractions.HALF, multiples.MULTIPLE_WORD, multiples.AGED,
    multiples.A_UNIT, multiples.A_MEASURE, multiples.LONG_TIME, multiples.AGE_RANGE, multiples.AGE_LIMIT, clock.NOON,
    clock.HALF_PAST, periods.DECADE,
)  # fmt: skip
_NUMBER_RULES = tuple(rule for rule in _WORD_RULES if rule not in _BY_NO_NUMBER)
_RULES_OF_WORD = (
    dict.fromkeys(words.STARTS, _NUMBER_RULES)
    | dict.fromkeys(dates.ALL_MONTHS, _MONTH_RULES)
    | dict.fromkeys(dates.WEEKDAYS, _WEEKDAY_RULES)
    | dict.fromkeys(relative.STARTS, relative.RULES)
)

GRAMMAR = Grammar(
    candidates=_CANDIDATES,
    numeral=shared.NUMERAL,
    only_before=_ONLY_BEFORE,
    rules_of_word=_RULES_OF_WORD,
    rules={
        "sign": (amounts.MONEY_SIGN_FIRST,),
        "code": (amounts.MONEY_CODE_FIRST,),
        "digit": _DIGIT_RULES,
        "word": _WORD_RULES,
        "address": (shared.ADDRESS,),
    },
    joiner=re.compile(r"(?P<dash> ?- ?|- ?to[ -]| ?~ ?)|(?P<word> to | through )|(?P<either> or )|(?P<closed> and )"),
    change=re.compile(
        r"(?<!ranged )(?<!ranges )(?<!ranging )(?<![a-z])(?:from|(?P<amount>by|rose|risen|rise|fell|fall|fallen|dropped|drop|grew|jumped|climbed|gained|declined|increased|decreased|surged|"
        r"slipped|slid|soared|shrank|up|down)) $"
    ),
    between=re.compile(r"(?<![a-z])(?:between|from) $"),
    closing=re.compile("(?!)"),
    before=re.compile(
        r"(?<![a-z])(?:" + "|".join(f"(?P<{bound}>{words})" for bound, words in _BEFORE.items()) + ")(?: an?)? ?$"
    ),
    negated=re.compile(
        r"(?<![a-z])(?:not|never|cannot|[a-z]+n't|without|nobody|no one|none) {1,2}(?:[a-z]+ ){0,2}$|(?<![a-z])no $"
    ),
    after=re.compile("|".join(f"(?P<{bound}>{words})" for bound, words in _AFTER.items())),
    enclosing=re.compile(r",? (?:and |but )|, "),
    measures=frozenset({"number", "count", "quantity", "money", "duration"}),
    period="over",
    lasting=re.compile(
        r"(?<![a-z])(?:for|in|of|after|just|well|a little|is|was|are|were|been|by|last|lasts|lasted|lasting|take|takes|took|taken|taking|"
        r"spend|spent|spending|wait|waited) $"
    ),
    compared=re.compile(r" (?:ahead|behind|ago|late|old|long|slower|faster|longer|clear)(?![a-z])"),
    more_days=re.compile(r" ?(?:-|to|and|or|through|&) ?(?:the )?"),
    compound=re.compile(r",? (?:and )?|"),
)


def read(text: str) -> tuple[list[Piece], Folded]:
    """The figures of an English text, and the copy that their spans refer to: the text, with wrapped lines joined."""
    joined = unwrapped(text)
    return scan(Source(lower_copy(joined), joined), GRAMMAR), Folded(joined)

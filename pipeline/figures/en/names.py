"""English names, labels and idioms that hold a number, and are no figures: GPT-5, Section 230, Fifth Avenue, square one.

Lives here: the word lists, what tells that a number belongs to a name, and the rules that pass over such text. Does not:
numbers. Imports `engine`, `units`.
"""

from __future__ import annotations

import re

from pipeline.figures import units
from pipeline.figures.engine import NOTHING, Piece, Rule, Source
from pipeline.figures.shared import nothing

_ATTACHED = re.compile(r"(?<=[a-z_@#&\\])$|(?<![a-z])(?:[a-z]+|[a-gi-pr-z]\d{1,4}|[a-z]{2,5}-\d{2,4})-$|[a-z]/$")
_NOT_ATTACHED = re.compile(
    r"(?:^|[^a-z])(?:mid|pre|post|non|sub|under|over|early|late|to|plus|than|the|and|or|of|on|in|at|year|a|by|end|ex)-$"
    r"|\d[a-z]{1,2}-$|\dx$"
)
_PRODUCT = (
    "iphone|ipad|ipod|windows|android|ios|macos|galaxy|pixel|llama|claude|gemini|gemma|gpt|grok|qwen|deepseek|"
    "opus|sonnet|haiku|mistral|kimi|ernie|phi|dall-e|sora|veo|imagen|copilot|rtx|gtx|"
    "playstation|xbox|covid|ryzen|snapdragon|core i\\d|python|ubuntu|debian|pcie|wi-fi|wifi|bluetooth|usb|ddr|hdmi|rfc|iso|iec|"
    "ieee|http|voyager|schalke|hannover|isbn|doi:|arxiv:"
)
"""Names that a number follows, in either case."""
_INDEX = "s&p|nasdaq|fortune|ftse|csi|russell|stoxx|nikkei|cac|boeing|airbus|java|node|port|formula|ligue"
"""Names that a number may follow: alone it belongs to them, with a unit, a scale or a noun it counts."""
_LABEL = (
    r"falcon|apollo|highway|route|interstate|chapter|section|article|level|phase|tier|type|model|version|nos?\.|"
    r"flight|room|page|part|figure|table|unit|title|resolution|bus|line|appendix|step|rule|episode|season|volume|vol\.|"
    r"ascend|kirin|channel|area|group|suite|box|terminal|gate|exhibit|form|league|h\.r\.|s\.|court|building|pier"
)
"""Words that a number follows as a label when they are capitalised."""
_IN_NAME = re.compile(rf"(?<![a-z])(?:(?P<product>{_PRODUCT})|(?P<label>{_LABEL})|(?P<index>{_INDEX})) ?$")
_NAME_GOES_ON = re.compile(r"(?!x\d)(?:[a-z]{1,3}\d|[a-z]{1,2}-[a-z]+\d|[a-z]-\d)")
_EDITION = re.compile(r" (?:pro|max|lite|ultra|mini|fold|flip|turbo|plus)(?![a-z])")
_CAPITALISED = re.compile(r"[A-Z][A-Za-z]* $")


def in_name(source: Source, start: int, alone: bool = True, counts: bool = False) -> bool:
    """Whether a number belongs to the name before it: GPT-5, A100, iPhone 15, Section 230. A number with a scale or unit
    is not alone; one that counts the next word belongs to no index or company: at Boeing 500 jobs."""
    begin = max(0, start - 16)
    before = source.lower[begin:start]
    if _ATTACHED.search(before) and not _NOT_ATTACHED.search(before):
        return True
    named = _IN_NAME.search(before)
    if named is None or (not named["product"] and not alone):
        return False
    if named["index"]:
        return not counts
    return bool(named["product"] or source.cased[begin + named.start()].isupper())


def name_goes_on(source: Source, start: int, end: int) -> bool:
    """Whether letters and digits follow a number without a space (24703L202), or the edition of a product: 14 Pro."""
    if _NAME_GOES_ON.match(source.lower, end):
        return True
    edition = _EDITION.match(source.lower, end)
    if not edition or not source.cased[end + 1].isupper():
        return False
    return bool(_CAPITALISED.search(source.cased, max(0, start - 24), start))


# --- whole names and idioms ------------------------------------------------------------------------------------------

_NTH = units.alternation(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth".split()
)
_FEW = units.alternation("one two three four five six seven eight nine ten eleven twelve twenty".split())
_STREET = units.alternation(
    "street road avenue lane drive boulevard square plaza crescent terrace quay st. ave. rd. blvd.".split()
)


def _if_capitalised(match: re.Match[str], source: Source) -> Piece | None:
    """No figure when its last word, and its first if that is one, begin with capitals: 18 Canal Road, Fifth Avenue."""
    last = source.cased[match.start("last")]
    first = source.cased[match.start()]
    return NOTHING if last.isupper() and (first.isupper() or first.isdigit()) else None


ADDRESS = Rule(
    "street address",
    re.compile(rf"\d{{1,5}}(?:st|nd|rd|th)?(?: [a-z]+){{0,3}} (?P<last>{_STREET})(?![a-z])"),
    _if_capitalised,
)
ORDINAL_NAME = Rule(
    "name with an ordinal",
    re.compile(rf"{_NTH} (?P<last>(?!quarter|half|month|day|week|year|place|round|time|half|of|in|and|to)[a-z]{{3,}})"),
    _if_capitalised,
)
GROUP = Rule(
    "name with a number",
    re.compile(
        rf"(?:(?<=group of )|(?<=double )|(?<=big )|(?<=magnificent )|(?<=gang of )|(?<=bbc )|(?<=famous )|(?<=ocean's ))(?P<last>{_FEW})"
        r"(?![a-z])|(?<=double )1[12](?P<eleven>)|five (?P<eyes>eyes)|(?:(?<=league )|(?<=formula ))(?:one|two|three|1|2|3)(?![a-z\d])"
    ),
    lambda match, source: (
        NOTHING
        if not (match["last"] or match["eyes"])
        or source.cased[match.start("last" if match["last"] else "eyes")].isupper()
        else None
    ),
)
IDIOM = Rule(
    "idiom",
    re.compile(
        r"(?<=square )one(?![a-z])|(?<=cloud )nine(?![a-z])|nine yards|(?<=net[ -])zero|(?<=ground )zero|(?<=sub-)zero|"
        r"zero-(?:sum|day|emission|carbon|click|shot|knowledge)s?|zero day|eleventh hour|third[ -]part(?:y|ies)|"
        r"second[ -]guess\w*|(?<=to )second (?:the|a) |first[ -](?:hand|aid|class|come|party|person|mover)|"
        r"second[ -](?:hand|class|nature|tier)|half ?- ?(?:baked|hearted|life|term|time)\w*|halfway|half-hour mark|"
        r"(?:(?<=scrum)|(?<=fly)|(?<=wing)|(?<=centre)|(?<=center))[ -]half|(?:(?<=scrum[ -])|(?<=fly[ -])|(?<=wing[ -])|"
        r"(?<=centre[ -])|(?<=center[ -]))half|(?:a )?quarter ?-? ?finals?|(?:four|two|all)-wheel|20/20(?!\d)|"
        r"one day(?= (?:it|he|she|they|we|you|i|will|would|may|might|could|be|become)(?![a-z]))|"
        r"(?<=back to )one(?! )|one-(?:stop|size|way|off|sided|on-one)(?![a-z])|(?<=day )one(?![a-z])|two[ -]faced|"
        r"twenty ?20(?!\d)|one-day (?=international|cup|series|match)|two-(?:way|tier|speed)(?![a-z])|(?<=league )(?:one|two)(?![a-z])"
    ),
    nothing,
)
CODE = Rule(
    "code",
    re.compile(
        r"(?:10-[kq]|20-f|8-k|6-k)(?![a-z])|(?<=\[)\d{1,3}(?=\])|(?:(?<=^\()|(?<=\n\()|(?<=[.;:] \())\d{1,2}(?=\) )|"
        r"\d{3,6}\.(?:hk|ss|sz|sh|tw|ks|t)(?![a-z])|(?<=isbn )[\d-]{10,17}|(?<=doi:)10\.\d+|(?<=arxiv:)\d{4}\.\d+|"
        r"\d[a-z]{2}(?<=[a-z]\d[a-z] \d[a-z][a-z])(?![a-z\d])|\d{2}ers(?![a-z])|(?<=\()\d{3}\) ?\d{3}-\d{4}|"
        r"1-\d{3}-\d{3}-\d{4}|(?<=\+)\d{1,3} [\d ()-]{6,20}\d|(?<=under[ -])\d\d(?= (?:international|striker|side|team|"
        r"player|squad|midfielder|defender|championship|euro|world))"
    ),
    nothing,
)

DIGIT_RULES = (CODE, ADDRESS, GROUP, IDIOM)
WORD_RULES = (GROUP, IDIOM, ORDINAL_NAME)
STARTS = ("quarter-final", "quarter-finals", "quarterfinal", "quarterfinals", "quarter final")

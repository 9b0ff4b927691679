"""A small bilingual draft with findings of every severity, for the tests of the printers and the output folder."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pipeline.disclosure import label
from pipeline.schema import (
    Brief,
    Call,
    Claim,
    Counts,
    Draft,
    DroppedClaim,
    Edition,
    Evidence,
    Figure,
    Finding,
    Language,
    Paragraph,
    PartialDate,
    Reading,
    Repair,
    Report,
    Run,
    Score,
    Scores,
    Severity,
    Span,
    Term,
    Verdict,
    finding_id,
    sha256,
)
from pipeline.text import read_markers, sentence_spans

BRIEF = Brief(
    text=(
        "ROTTERDAM, May 12 - Harbor Grid will spend €1.2 billion on a data center campus near the port, the company "
        "said on Tuesday.\n\nThe first hall, of 80 megawatts, is due in the third quarter of 2027; four more halls "
        "would bring the site to 400 megawatts. The port authority expects 350 permanent jobs.\n\nHarbor Grid said "
        "power prices in the region fell 12% last year. Two rivals have shelved similar plans."
    ),
    title="Harbor Grid to build campus in Rotterdam",
    published=date(2026, 5, 12),
    source="Port Wire",
    source_url="https://example.com/harbor-grid?a=1&b=2",
    note="read as GB18030",
)

_EN = (
    "Harbor Grid will put €1.2 billion into a data center campus beside the port of Rotterdam. [c1] For a company that "
    "has so far rented its halls, that is a change of trade.",
    "The first hall, of 80 megawatts, opens in the third quarter of 2027. [c2] Four more would lift the site to "
    "400 gigawatts. [c2, c3] If they come, the campus would be about five times its first size. [~c2]",
    "Cheaper power explains the timing: prices in the region rose 12% last year. [c5] The port authority counts on "
    "350 permanent jobs. [c4] Will two rivals that shelved their plans look again?",
)
_ZH = (
    "海港电网将投入12亿欧元，在鹿特丹港旁建设数据中心园区。[c1] 对一家一直租用机房的公司来说，这等于换了一个行当。",
    "首个机房容量80兆瓦，2027年第三季度启用。[c2] 再建四个之后，园区将达到400兆瓦。[c2, c3] "
    "若全部建成，规模约为最初的五倍。[~c2]",
    "电价下降解释了时机：当地电价去年下跌12%。[c5] 港务局预计带来350个长期岗位。[c4] "
    "两家搁置计划的对手会不会重新考虑？",
)


def edition(language: Language, title: str, lead: str, marked: tuple[str, ...]) -> Edition:
    """An edition from paragraphs with markers, as the flow makes it."""
    return Edition(language=language, title=title, lead=lead, body=tuple(paragraph(text) for text in marked))


def paragraph(marked: str) -> Paragraph:
    """A paragraph from text with markers."""
    plain, marks = read_markers(marked)
    stances = {(True, True): "inference", (True, False): "fact"}
    return Paragraph.model_validate(
        {
            "text": plain,
            "citations": tuple(
                {
                    "start": m.start,
                    "end": m.end,
                    "claims": m.claims,
                    "stance": stances.get((bool(m.claims), m.inferred), "opinion"),
                }
                for m in marks
            ),
        }
    )


EN = edition(
    "en",
    "Harbor Grid bets €1.2 billion on the port of Rotterdam",
    "A company that rents its halls now wants to own them. The bill is €1.2 billion; the first 80 megawatts are due in "
    "2027.",
    _EN,
)
ZH = edition(
    "zh",
    "海港电网12亿欧元押注鹿特丹港",
    "一家租用机房的公司如今想自己拥有机房。账单是12亿欧元，首批80兆瓦定于2027年启用。",
    _ZH,
)
TAGS = ("data-center", "energy", "eu")


def _text(edition: Edition, field: str) -> str:
    return dict(edition.fields())[field]


def evidence(quote: str) -> Evidence:
    """The span of the brief that a quote names."""
    start = BRIEF.text.index(quote)
    return Evidence(source=0, start=start, end=start + len(quote), quote=quote)


def reading(edition: Edition, field: str, text: str, quote: str, verdict: Verdict = "supported") -> Reading:
    """A reading of a figure, found in a field by its text."""
    start = _text(edition, field).index(text)
    dated = {"when": PartialDate(year=2027)} if text.startswith("2027") else {"low": Decimal(1), "high": Decimal(1)}
    source = evidence(quote) if quote else None
    figure = Figure(kind="number", text=text, start=start, end=start + len(text), rule="sample", **dated)
    return Reading(field=field, language=edition.language, figure=figure, verdict=verdict, evidence=source)


def finding(
    edition: Edition,
    field: str,
    text: str,
    code: str,
    severity: Severity,
    reason: str,
    *,
    quote: str = "",
    suggestion: str | None = None,
    counterpart: Span | None = None,
) -> Finding:
    """A finding on a span, found in a field by its text."""
    whole = _text(edition, field)
    start = whole.index(text)
    sentence = next(whole[a:b] for a, b in sentence_spans(whole) if a <= start < b)
    return Finding(
        id=finding_id(code, edition.language, sentence, text, 0),
        code=code,
        severity=severity,
        language=edition.language,
        field=field,
        start=start,
        end=start + len(text),
        text=text,
        rule="sample",
        reason=reason,
        evidence=evidence(quote) if quote else None,
        counterpart=counterpart,
        suggestion=suggestion,
    )


def _span(edition: Edition, field: str, text: str) -> Span:
    start = _text(edition, field).index(text)
    return Span(language=edition.language, field=field, start=start, end=start + len(text), text=text)


def _claim(id: str, text: str, quote: str, **more: str) -> Claim:
    at = evidence(quote)
    return Claim.model_validate(
        {
            "id": id,
            "text": text,
            "quote": quote,
            "start": at.start,
            "end": at.end,
            "kind": "fact",
            "subject": "Harbor Grid",
            **more,
        }
    )


CLAIMS = (
    _claim("c1", "Harbor Grid will spend on a campus.", "Harbor Grid will spend €1.2 billion", kind="plan"),
    _claim(
        "c2", "The first hall has 80 megawatts.", "The first hall, of 80 megawatts, is due in the third quarter of 2027"
    ),
    _claim("c3", "Four more halls bring 400 megawatts.", "four more halls would bring the site to 400 megawatts"),
    _claim(
        "c4",
        "350 permanent jobs are expected.",
        "The port authority expects 350 permanent jobs",
        kind="estimate",
        attributed_to="the port authority",
    ),
    _claim("c5", "Power prices fell 12% last year.", "power prices in the region fell 12% last year"),
)

_SCALE_SPAN = _span(ZH, "body[1]", "400兆瓦")

REPORT = Report(
    figures=(
        reading(EN, "title", "€1.2 billion", "€1.2 billion"),
        reading(EN, "lead", "€1.2 billion", "€1.2 billion"),
        reading(EN, "lead", "80 megawatts", "80 megawatts"),
        reading(EN, "lead", "2027", "2027"),
        reading(EN, "body[0]", "€1.2 billion", "€1.2 billion"),
        reading(EN, "body[1]", "80 megawatts", "80 megawatts"),
        reading(EN, "body[1]", "third quarter of 2027", "third quarter of 2027"),
        reading(EN, "body[1]", "400 gigawatts", "400 megawatts", "scale"),
        reading(EN, "body[1]", "about five times", "400 megawatts", "derived"),
        reading(EN, "body[2]", "12%", "12%", "direction"),
        reading(EN, "body[2]", "350 permanent jobs", "350 permanent jobs"),
        reading(ZH, "title", "12亿欧元", "€1.2 billion"),
        reading(ZH, "lead", "12亿欧元", "€1.2 billion"),
        reading(ZH, "lead", "80兆瓦", "80 megawatts"),
        reading(ZH, "lead", "2027年", "2027"),
        reading(ZH, "body[0]", "12亿欧元", "€1.2 billion"),
        reading(ZH, "body[1]", "80兆瓦", "80 megawatts"),
        reading(ZH, "body[1]", "2027年第三季度", "third quarter of 2027"),
        reading(ZH, "body[1]", "400兆瓦", "400 megawatts"),
        reading(ZH, "body[1]", "约为最初的五倍", "400 megawatts", "derived"),
        reading(ZH, "body[2]", "12%", "12%"),
        reading(ZH, "body[2]", "350个", "350 permanent jobs"),
    ),
    findings=(
        finding(
            EN,
            "body[1]",
            "400 gigawatts",
            "figure.scale",
            "block",
            "The brief says 400 megawatts; this is a thousand times as much.",
            quote="400 megawatts",
            suggestion="400 megawatts",
        ),
        finding(
            EN,
            "body[1]",
            "about five times",
            "figure.derived",
            "warn",
            "Not in the brief, but it follows from it: 400 / 80 = 5.",
            quote="400 megawatts",
        ),
        finding(
            EN,
            "body[2]",
            "12%",
            "figure.direction",
            "block",
            "The brief says that prices fell 12%.",
            quote="fell 12%",
            suggestion="fell 12%",
        ),
        finding(
            ZH,
            "body[1]",
            "400兆瓦",
            "parity.value",
            "block",
            "The English says 400 gigawatts, the Chinese 400兆瓦.",
            counterpart=_span(EN, "body[1]", "400 gigawatts"),
        ),
        finding(ZH, "body[1]", "约为最初的五倍", "figure.derived", "info", "It follows from the brief: 400 / 80 = 5."),
    ),
    counts={"en": Counts(read=11, supported=8, derived=1, flagged=2), "zh": Counts(read=11, supported=10, derived=1)},
)

DRAFT = Draft(
    id=BRIEF.id,
    status="complete",
    brief=BRIEF,
    claims=CLAIMS,
    dropped_claims=(
        DroppedClaim(
            text="Harbor Grid has raised debt.", quote="raised new debt", reason="The quote is not in the brief."
        ),
    ),
    glossary=(
        Term(en="Harbor Grid", zh="海港电网", kind="organisation"),
        Term(en="Rotterdam", zh="鹿特丹", kind="place"),
        Term(en="megawatt (MW)", zh="兆瓦"),
    ),
    en=EN,
    zh=ZH,
    tags=TAGS,
    unknown_tags=("ports",),
    scores=Scores(
        hot=Score(value=58, reason_en="Of interest to the region.", reason_zh="主要引起本地区关注。"),
        quality=Score(value=81, reason_en="Dates and amounts are given.", reason_zh="日期和金额齐全。"),
        impact=Score(value=64, reason_en="A large load for one grid.", reason_zh="对单一电网是很大的负荷。"),
    ),
    report=REPORT,
    repairs=(
        Repair(
            round=1,
            language="en",
            field="body[0]",
            before="Harbor Grid will put €1.2 million into a campus.",
            after="Harbor Grid will put €1.2 billion into a campus.",
            findings=("figure.scale",),
            kept=True,
        ),
        Repair(
            round=2, language="zh", field="body[2]", before="去年下跌12%", after="去年下跌两成", findings=(), kept=False
        ),
    ),
    notes=("A disclaimer that the model wrote itself was removed from the end of the Chinese body.",),
    disclosure=label(BRIEF, EN, ZH, tags=TAGS, producer="Example Newsroom"),
)

THIN_BRIEF = Brief(text="Harbor Grid will hold a press conference.", title="Press conference")
THIN = Draft(
    id=THIN_BRIEF.id,
    status="thin",
    thin_reason="The brief has 7 words and no figure; at least two facts are needed.",
    brief=THIN_BRIEF,
    disclosure=label(THIN_BRIEF, None, None, tags=(), producer=""),
)

RUN = Run(
    version="0.1.0",
    models=("sample-model",),
    prompts={"extract": "1", "write": "2"},
    prompts_sha256={"extract": sha256("extract"), "write": sha256("write")},
    settings={"model": "sample-model"},
    source_sha256=sha256(BRIEF.text),
    replayed=False,
    started="2026-05-12T09:00:00+00:00",
    seconds=12.5,
    calls=(
        Call(
            stage="write",
            part="",
            round=0,
            reask=0,
            model="sample-model",
            prompt_sha256=sha256("p"),
            input_tokens=900,
            cached_tokens=0,
            output_tokens=700,
            seconds=9.5,
            attempts=1,
            cost=Decimal("0.0123"),
        ),
    ),
)
REPLAYED = RUN.model_copy(update={"replayed": True})


def crowded(flags: int) -> Draft:
    """Eight paragraphs in each language, a figure in each of 32 sentences, and so many flags on them.

    Before every figure stand an astral character and a combining mark: offsets count code points.
    """
    numbers = range(2, 18)
    en = [f"The line 𝒳 of cafe\u0301 halls cost ${n} million in one year. [c1] It may grow." for n in numbers]
    zh = [f"第𠮷条cafe\u0301产线一年花费{n}00万美元。[c1] 或许还会增长。" for n in numbers]
    pairs = [tuple(f"{side[n]} {side[n + 1]}" for n in range(0, 16, 2)) for side in (en, zh)]
    editions = edition("en", EN.title, EN.lead, pairs[0]), edition("zh", ZH.title, ZH.lead, pairs[1])
    spans = [
        (each, f"body[{n // 2}]", f"${n + 2} million" if each.language == "en" else f"{n + 2}00万美元")
        for n in range(16)
        for each in editions
    ]
    severities: tuple[Severity, ...] = ("block", "warn", "warn", "info")
    findings = tuple(
        finding(each, field, text, "figure.unsupported", severities[n % 4], "Not in the brief.", quote="€1.2 billion")
        for n, (each, field, text) in enumerate(spans[:flags])
    )
    figures = tuple(
        reading(each, field, text, "€1.2 billion", "unsupported" if n < flags else "supported")
        for n, (each, field, text) in enumerate(spans)
    )
    return DRAFT.model_copy(
        update={"en": editions[0], "zh": editions[1], "report": Report(figures=figures, findings=findings)}
    )

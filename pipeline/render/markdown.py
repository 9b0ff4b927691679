"""`en.md` and `zh.md`: one printer and one parser. What a person does not touch comes back as it was.

Lives here: escapes, citation markers in files, and where in the file each character of a field stands. Does not: YAML
(`front_matter`), how markers are written by models (`text`), the wording of the labels (`disclosure`). Imports layers 0
and 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from pipeline.disclosure import DISCLAIMER, RECORDED, draft_notice, is_label, standing
from pipeline.errors import BriefError
from pipeline.render.front_matter import comment_line, places_of, print_fields, read_fields, read_text
from pipeline.schema import Citation, Decision, Draft, Edition, Language, Paragraph, Run, Stance
from pipeline.tags import BY_ID, find_tag
from pipeline.text import MARKER, Mark, han_count, paragraphs, sentence_spans, write_markers

# --- the printer -----------------------------------------------------------------------------------------------------


def to_markdown(draft: Draft, language: Language, *, run: Run | None = None, decision: Decision | None = None) -> str:
    """One edition as Markdown: front matter, the notice, a block a paragraph with its markers, the disclaimer.

    Title, lead and tags stand in the front matter only. Raises `ValueError` when the draft has no such edition.
    """
    edition = next((edition for edition in draft.editions if edition.language == language), None)
    if edition is None:
        raise ValueError(f"draft {draft.id} has no {language} edition")
    paragraphs = [_print_paragraph(paragraph) for paragraph in edition.body]
    fields = _front_matter(draft, edition, run, decision)
    return _with_front_matter(fields, _labelled(draft, language, paragraphs, run, decision))


def published_markdown(
    draft: Draft, language: Language, fields: Mapping[str, Any], *, run: Run | None, decision: Decision | None
) -> str:
    """One edition for readers: front matter of any fields, the text without markers between its labels."""
    edition = next(edition for edition in draft.editions if edition.language == language)
    paragraphs = [_print_paragraph(Paragraph(text=paragraph.text)) for paragraph in edition.body]
    return _with_front_matter(fields, _labelled(draft, language, paragraphs, run, decision))


def _with_front_matter(fields: Mapping[str, Any], text: str) -> str:
    return f"---\n{print_fields(fields)}---\n\n{text}"


def _labelled(
    draft: Draft, language: Language, paragraphs: list[str], run: Run | None, decision: Decision | None
) -> str:
    """The paragraphs between the notice and the disclaimer."""
    blocks = [escape(draft_notice(draft, language, decision))]
    if run is not None and run.replayed:
        blocks.append(_recorded(language))
    return "\n\n".join(filter(None, [*blocks, *paragraphs, DISCLAIMER[language]])) + "\n"


def _front_matter(draft: Draft, edition: Edition, run: Run | None, decision: Decision | None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": edition.title,
        "lead": edition.lead,
        "tags": [tag_name(tag, edition.language) for tag in draft.tags],
        "ai_generated": True,
        "AIGC": draft.disclosure.AIGC.model_dump(),
        "digital_source_type": draft.disclosure.digital_source_type,
    }
    if run is not None:
        fields |= {"models": list(run.models), "prompt_versions": dict(run.prompts)}
    return fields | {"review_status": standing(draft, decision), "draft_id": draft.id}


FIELDS = frozenset(
    "title lead tags ai_generated AIGC digital_source_type models prompt_versions review_status draft_id".split()
)
"""The names of the front matter. A name that is not here was added by a person."""


def tag_name(tag: str, language: Language) -> str:
    """The name of a tag in a language; a tag outside the vocabulary stands as it is."""
    known = BY_ID.get(tag)
    return getattr(known, language) if known else tag


def _recorded(language: Language) -> str:
    """The line about recorded replies, in bold: body text never begins with an unescaped asterisk."""
    return f"**{RECORDED[language]}**"


# Characters that could begin markup in CommonMark, a template or a shortcode. The full-width brackets matter only as
# openers of citation markers; CommonMark has no escape for them, so they are written as character references.
_RISKY = re.compile(r"[\\*_`\[<~{]|&(?=#?\w+;)")
_REFERENCES = {"【": "&#12304;", "［": "&#65339;"}
_AT_RISK_OPENER = re.compile(r"[【［](?=\s*[~～]?\s*[cC]\d)")
_BLOCK_START = re.compile(r"[#>+\-]|\d{1,9}(?=[.)](?: |$))")
_WHITE = re.compile(r"[ \t\r\n]+")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, wherever in a line it stands."""
    escaped = _RISKY.sub(r"\\\g<0>", text)
    return _AT_RISK_OPENER.sub(lambda match: _REFERENCES[match[0]], escaped)


def _escape_start(block: str) -> str:
    """A block that cannot be taken for a heading, a quotation, a list or a rule."""
    match = _BLOCK_START.match(block)
    if match is None:
        return block
    at = match.end() if match[0].isdigit() else 0
    return f"{block[:at]}\\{block[at:]}"


def _print_paragraph(paragraph: Paragraph) -> str:
    pieces, at = [], 0
    for citation in paragraph.citations:
        end = len(paragraph.text[: citation.end].rstrip())
        if citation.claims and end > at:
            pieces += [escape(paragraph.text[at:end]), _print_marker(citation)]
            at = end
    pieces.append(escape(paragraph.text[at:]))
    return _escape_start(_WHITE.sub(" ", "".join(pieces)).strip())


def _print_marker(citation: Citation) -> str:
    return write_markers("", (Mark(0, 0, citation.claims, citation.stance == "inference"),))


# --- the parser ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParsedEdition:
    """An edition read from a file. `places[field][i]` is the offset in `source` of character i of a field.

    `tags` holds ids where the vocabulary knows the spelling, else the spelling; a Chinese spelling in an English file
    stays as it is, for the checker to see. `front` has the front matter's texts by name, "" for what is no text;
    `comment` is the line of the first YAML comment there, which no printer would write again, 0 without one.
    """

    edition: Edition
    tags: tuple[str, ...]
    source: str
    places: Mapping[str, tuple[int, ...]]
    front: Mapping[str, str]
    comment: int = 0

    def position(self, field: str, offset: int) -> tuple[int, int]:
        """Line and column of the file, counted from 1, of an offset in a field; 1, 1 for a field the file lacks."""
        places = self.places.get(field)
        if not places:
            return 1, 1
        at = places[min(offset, len(places) - 1)]
        return self.source.count("\n", 0, at) + 1, at - self.source.rfind("\n", 0, at)


def parse_markdown(text: str, language: Language) -> ParsedEdition:
    """Read an edition from Markdown: with our front matter, or plain text, which has a body only.

    The disclosure lines are not part of the edition. Raises `BriefError` for front matter that cannot be read.
    """
    source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front, body_at = read_fields(source)
    fields = {name: read_text(front[name], name) for name in _TEXTS if name in front}
    places: dict[str, tuple[int, ...]] = {name: places_of(source, front[name]) for name in fields}
    body: list[Paragraph] = []
    for start, end in _body_blocks(source, body_at):
        block = _read_block(source[start:end])
        if block.plain:
            places[f"body[{len(body)}]"] = tuple(start + offset for offset in block.offsets)
            body.append(Paragraph(text=block.plain, citations=_citations(block)))
    edition = Edition(language=language, body=tuple(body), **fields)
    texts = {name: str(node.value) if isinstance(node, yaml.ScalarNode) else "" for name, node in front.items()}
    comment = comment_line(source[:body_at]) if front else 0
    return ParsedEdition(edition, _read_tags(front, language), source, places, texts, comment)


_TEXTS: tuple[str, ...] = ("title", "lead")


def _read_tags(front: Mapping[str, yaml.Node], language: Language) -> tuple[str, ...]:
    node = front.get("tags")
    if node is None or (isinstance(node, yaml.ScalarNode) and not read_text(node, "tags")):
        return ()
    if not isinstance(node, yaml.SequenceNode):
        raise BriefError(f"line {node.start_mark.line + 1}: `tags` in the front matter must be a list.")
    return tuple(_tag_id(read_text(item, "tags"), language) for item in node.value)


def _tag_id(spelling: str, language: Language) -> str:
    known = find_tag(spelling)
    untranslated = language == "en" and han_count(spelling) > 0
    return known.id if known and not untranslated else spelling


def _body_blocks(source: str, body_at: int) -> list[tuple[int, int]]:
    """Spans of the paragraphs, without the lines of the disclosure: they stand first and last."""
    blocks = [(start + body_at, end + body_at) for start, end in paragraphs(source[body_at:])]
    recorded = {_recorded("en"), _recorded("zh")}
    if blocks and _is_label_block(source, blocks[0]):
        blocks = blocks[1:]
    if blocks and source[slice(*blocks[0])] in recorded:
        blocks = blocks[1:]
    if blocks and _is_label_block(source, blocks[-1]):
        blocks = blocks[:-1]
    return blocks


def _is_label_block(source: str, block: tuple[int, int]) -> bool:
    return is_label(_read_block(source[slice(*block)]).plain)


@dataclass(frozen=True, slots=True)
class _Block:
    """A block without escapes and markers; `placed` says where markers stood: offset, inferred, claim ids."""

    plain: str
    offsets: tuple[int, ...]
    placed: tuple[tuple[int, bool, tuple[str, ...]], ...]


# The white space before a marker is read here, with line ends.
_MARKER = MARKER.pattern.removeprefix(r"[ \t]*")
_PIECE = re.compile(
    rf"\\(?P<literal>[!-/:-@\[-`{{-~])|&#(?P<reference>12304|65339);|[ \t\r\n]*(?P<marker>{_MARKER})|[ \t\r\n]+"
)


def _read_block(raw: str) -> _Block:
    plain: list[str] = []
    offsets: list[int] = []
    placed = []
    for start, character, marker in _pieces(raw):
        if marker is not None:
            placed.append((len(plain), *_read_marker(marker)))
        elif character != " " or plain:
            plain.append(character)
            offsets.append(start)
    return _trimmed(_Block("".join(plain), (*offsets, len(raw)), tuple(placed)))


def _trimmed(block: _Block) -> _Block:
    """Without white space of any kind at either end: a marker at the start may have hidden it."""
    text = block.plain.rstrip()
    cut = len(text) - len(text.lstrip())
    placed = tuple((min(max(0, at - cut), len(text) - cut), inferred, ids) for at, inferred, ids in block.placed)
    return _Block(text[cut:], block.offsets[cut : len(text) + 1], placed)


def _pieces(raw: str) -> Iterator[tuple[int, str, str | None]]:
    """Offset and either the character that stands there or the marker."""
    at = 0
    for match in _PIECE.finditer(raw):
        yield from ((i, raw[i], None) for i in range(at, match.start()))
        reference = match["reference"]
        character = match["literal"] or (chr(int(reference)) if reference else " ")
        yield match.start(), character, match["marker"]
        at = match.end()
    yield from ((i, raw[i], None) for i in range(at, len(raw)))


def _read_marker(marker: str) -> tuple[bool, tuple[str, ...]]:
    return "~" in marker or "～" in marker, tuple(claim.lower() for claim in re.findall(r"[cC]\d+", marker))


def _citations(block: _Block) -> tuple[Citation, ...]:
    """One citation a sentence. A marker belongs to the sentence it follows or stands in; a late one to the last."""
    spans = sentence_spans(block.plain)
    marks: list[list[tuple[bool, tuple[str, ...]]]] = [[] for _ in spans]
    index = 0
    for offset, inferred, claims in block.placed if spans else ():
        while index < len(spans) - 1 and spans[index][1] < offset:
            index += 1
        marks[index].append((inferred, claims))
    return tuple(_citation(span, found) for span, found in zip(spans, marks, strict=True))


def _citation(span: tuple[int, int], found: list[tuple[bool, tuple[str, ...]]]) -> Citation:
    claims = tuple(dict.fromkeys(claim for _, ids in found for claim in ids))
    stance: Stance = "opinion"
    if claims:
        stance = "inference" if any(inferred for inferred, _ in found) else "fact"
    return Citation(start=span[0], end=span[1], claims=claims, stance=stance)

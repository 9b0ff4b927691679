"""Reading briefs from files, folders and standard input."""

from __future__ import annotations

import io
import json
import os
from datetime import date
from pathlib import Path

import pytest

from pipeline import briefs
from pipeline.briefs import Found, Refused
from pipeline.errors import BriefError


def read(*sources: Path | str, **more: object) -> list[Found | Refused]:
    return list(briefs.read([str(source) for source in sources], **more))  # type: ignore[arg-type]


def one(path: Path) -> briefs.Brief:
    (item,) = read(path)
    assert isinstance(item, Found), item
    return item.brief


def refused(path: Path, **more: object) -> Refused:
    (item,) = read(path, **more)
    assert isinstance(item, Refused), item
    return item


def test_a_text_file_is_a_brief(tmp_path: Path) -> None:
    """Line ends become \\n, the origin is the name, the language follows from the script."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"Sales rose.\r\nBy 3%.\r\n")
    brief = one(path)
    assert (brief.text, brief.origin, brief.language) == ("Sales rose.\nBy 3%.\n", "a.txt", "en")


def test_markdown_front_matter_gives_title_date_and_source(tmp_path: Path) -> None:
    """Known fields are used, others are noted, the text is what stands below."""
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: A  plan\npublished: 2026-03-31\nauthor: x\n---\n\nText 1.\n", encoding="utf-8")
    brief = one(path)
    assert (brief.title, brief.published, brief.text) == ("A plan", date(2026, 3, 31), "Text 1.\n")
    assert brief.note == "front matter not used: author"


def test_a_stated_language_wins_over_the_script(tmp_path: Path) -> None:
    """`language: zh-CN` is Chinese even for Latin text."""
    path = tmp_path / "a.md"
    path.write_text("---\nlanguage: zh-CN\n---\nGPT 5\n", encoding="utf-8")
    assert one(path).language == "zh"


def test_script_decides_the_language(tmp_path: Path) -> None:
    """A Chinese text with many Latin names is Chinese."""
    path = tmp_path / "a.txt"
    path.write_text("博通与Apollo、Blackstone合作，向Anthropic提供算力。", encoding="utf-8")
    assert one(path).language == "zh"


def test_json_lines_give_one_brief_a_line(tmp_path: Path) -> None:
    """A bad line has its number and a reason; the other lines go on."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "One 1.", "id": 7}\n\nnot json\n{"text": "Two 2."}\n', encoding="utf-8")
    items = read(path)
    assert [item.brief.origin if isinstance(item, Found) else item.origin for item in items] == [
        "7",
        "a.jsonl:3",
        "a.jsonl:4",
    ]


def test_an_unknown_json_field_is_refused_by_name(tmp_path: Path) -> None:
    """The message names the field and the known ones."""
    path = tmp_path / "a.json"
    path.write_text('{"text": "x", "titel": "y"}', encoding="utf-8")
    assert "titel" in refused(path).reason
    assert "title" in refused(path).reason


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"a\0b", "NUL"),
        (b"caf\xe9 cr\xe8me br\xfbl\xe9e", "not text"),
        (bytes(range(256)), "not text"),
        (b"x" * 200_001, "characters"),
        (b"x" * 900_000, "bytes"),
    ],
    ids=["empty", "blank", "nul", "latin-1", "binary", "too long", "far too long"],
)
def test_bad_bytes_have_a_reason(tmp_path: Path, raw: bytes, word: str) -> None:
    """Each kind of unusable file is refused with what is wrong."""
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    assert word in refused(path).reason


@pytest.mark.parametrize(
    ("encoding", "noted"), [("utf-8", False), ("utf-8-sig", False), ("utf-16", True), ("gb18030", True)]
)
def test_encodings_that_are_read(tmp_path: Path, encoding: str, noted: bool) -> None:
    """UTF-8 with or without BOM, UTF-16 with BOM, and GB18030; the last two are noted in the brief."""
    path = tmp_path / "a.txt"
    path.write_bytes("营收增长百分之三。\n".encode(encoding))
    brief = one(path)
    assert brief.text == "营收增长百分之三。\n"
    assert bool(brief.note) is noted


def test_a_folder_is_searched_and_temporary_names_are_skipped(tmp_path: Path) -> None:
    """Hidden and half-written names are said and left out; other suffixes are not briefs."""
    for name in ("b.txt", "sub/a.md", ".hidden.txt", "c.txt.part", "d.png", "e.txt~"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}.", encoding="utf-8")
    items = read(tmp_path)
    assert [i.brief.origin for i in items if isinstance(i, Found)] == ["b.txt", "sub/a.md"]
    assert {i.origin for i in items if isinstance(i, Refused)} == {".hidden.txt", "c.txt.part", "e.txt~"}
    assert all(i.skipped for i in items if isinstance(i, Refused))


def test_a_link_out_of_the_folder_is_skipped(tmp_path: Path) -> None:
    """A symbolic link that leaves the inbox is not followed."""
    outside = tmp_path / "secret.txt"
    outside.write_text("Secret 1.", encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").symlink_to(outside)
    (item,) = read(inbox)
    assert isinstance(item, Refused)
    assert item.skipped


def test_what_is_no_file_is_said_and_left_out(tmp_path: Path) -> None:
    """Neither a linked folder nor a named pipe, which nobody may ever write to, is read; both are told of."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("Secret 1.", encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "linked").symlink_to(tmp_path / "outside")
    os.mkfifo(inbox / "pipe.txt")
    items = read(inbox)
    assert [(item.origin, item.skipped) for item in items if isinstance(item, Refused)] == [
        ("linked", True),
        ("pipe.txt", True),
    ]
    assert len(items) == 2


def test_a_json_file_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    """A JSON file that does not parse and changed just now is skipped; an old one is refused."""
    path = tmp_path / "a.json"
    path.write_text('{"text": "half', encoding="utf-8")
    now = path.stat().st_mtime
    assert refused(path, now=now + 5).skipped
    assert not refused(path, now=now + 500).skipped


def test_a_json_file_cut_within_a_character_is_still_being_written(tmp_path: Path) -> None:
    """Half a Han character at the end is not another encoding."""
    path = tmp_path / "a.json"
    path.write_bytes('{"text": "港湾公司'.encode()[:-1])
    assert refused(path, now=path.stat().st_mtime + 5).skipped


@pytest.mark.parametrize("end", ['{"text": "half', '{"text": "港'], ids=["within a text", "within a character"])
def test_the_last_line_of_json_lines_may_still_be_written(tmp_path: Path, end: str) -> None:
    """Whole lines are briefs; a cut one without its line end is left for the next run, and refused when it stays."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "Sales rose 3%."}\n' + end.encode()[:-1])
    now = path.stat().st_mtime
    first, last = read(path, now=now + 5)
    assert isinstance(first, Found)
    assert isinstance(last, Refused)
    assert last.skipped
    _, last = read(path, now=now + 500)
    assert isinstance(last, Refused)
    assert not last.skipped
    assert "line 2" in last.reason


def test_standard_input_has_no_origin() -> None:
    """`-` reads one brief."""
    (item,) = read("-", stdin=io.BytesIO(b"Sales rose 3%."))
    assert isinstance(item, Found)
    assert item.brief.origin is None


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    """A source that does not exist is no brief that could not be read, but a wrong command."""
    with pytest.raises(BriefError, match="no such file"):
        read(tmp_path / "nothing.txt")


def test_the_id_depends_on_text_title_and_date_only(tmp_path: Path) -> None:
    """The same brief under two names is the same brief."""
    (tmp_path / "a.txt").write_text("Same 1.\n", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"text": "Same 1."}), encoding="utf-8")
    assert one(tmp_path / "a.txt").id == one(tmp_path / "b.json").id


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "---\npublished: 2026-13-45\n---\nText 1.\n"),
        ("a.md", "---\ntitle: !!int abc\n---\nText 1.\n"),
        ("a.md", f"---\ntitle: {'9' * 5000}\n---\nText 1.\n"),
        ("a.md", f"---\ntitle: {'[' * 5000}\n---\nText 1.\n"),
        ("a.json", f'{{"text": "x", "title": {"9" * 5000}}}'),
        ("a.json", f'{{"text": {"[" * 5000}'),
        ("a.json", '{"text": "x", "id": true}'),
    ],
    ids=["no such day", "no such integer", "long number", "deep yaml", "long json number", "deep json", "no id"],
)
def test_a_value_that_cannot_be_read_refuses_its_file_alone(tmp_path: Path, name: str, content: str) -> None:
    """Whatever a field holds, the other files go on."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Good 1.", encoding="utf-8")
    kinds = [type(item).__name__ for item in read(tmp_path)]
    assert kinds == ["Refused", "Found"]


def test_a_link_to_itself_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    """A symbolic link that leads nowhere is a reason, not a crash."""
    (tmp_path / "a.md").symlink_to("a.md")
    (tmp_path / "gone.md").symlink_to("nothing.md")
    (tmp_path / "b.txt").write_text("Good 1.", encoding="utf-8")
    assert sorted(type(item).__name__ for item in read(tmp_path)) == ["Found", "Refused", "Refused"]


def test_an_output_folder_inside_the_inbox_is_left_out(tmp_path: Path) -> None:
    """Drafts are no briefs: a run whose output lies in its input does not feed on itself."""
    (tmp_path / "b.txt").write_text("Good 1.", encoding="utf-8")
    out = tmp_path / "out" / "deep"
    out.mkdir(parents=True)
    for name in briefs.OUTPUT_MARKS:
        (out / name).write_text("", encoding="utf-8")
    (out / "2026-01-01-x").mkdir()
    (out / "2026-01-01-x" / "en.md").write_text("Draft 1.", encoding="utf-8")
    items = read(tmp_path)
    assert [i.brief.origin for i in items if isinstance(i, Found)] == ["b.txt"]
    assert [(i.origin, i.skipped) for i in items if isinstance(i, Refused)] == [("out/deep", True)]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_cannot_be_is_no_such_file(name: str) -> None:
    """A source of 300 characters is a wrong path, not a bug."""
    with pytest.raises(BriefError, match="no such file"):
        read(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """Missing permission is a reason for that file."""
    path = tmp_path / "a.txt"
    path.write_text("x", encoding="utf-8")
    path.chmod(0)
    assert "cannot read" in refused(path).reason


def test_a_lone_surrogate_in_json_is_refused(tmp_path: Path) -> None:
    """Text that is no valid Unicode is refused, not stored."""
    path = tmp_path / "a.json"
    path.write_text('{"text": "half \\ud800 pair"}', encoding="utf-8")
    assert "Unicode" in refused(path).reason


def test_a_date_that_does_not_exist_says_why(tmp_path: Path) -> None:
    """The line of the refusal tells what is wrong with the value."""
    (tmp_path / "a.md").write_text("---\npublished: 2026-13-45\n---\nText 1.\n")
    (refused,) = read(tmp_path)
    assert isinstance(refused, Refused)
    assert "(month must be in 1..12)" in refused.reason

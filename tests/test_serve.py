"""The served pages over real sockets: who may see and change what, and what is on disk afterwards."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from pipeline import review, store
from pipeline.disclosure import COMPOSITE
from pipeline.render.markdown import parse_markdown
from pipeline.serve import LARGEST_BODY
from tests.conftest import ROOT
from tests.sample_draft import DRAFT, RUN

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytestmark = pytest.mark.loopback

TODAY = date(2026, 5, 12)
BLOCKING = [finding.id for finding in DRAFT.report.blocking]


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def error(self) -> str:
        """The one line a page shows."""
        return str(json.loads(self.text)["error"])


class Served(NamedTuple):
    """A running server over one output folder with one draft."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        port = urlsplit(self.url).port
        assert port
        return port

    @property
    def token(self) -> str:
        """The token in its address."""
        return urlsplit(self.url).path.strip("/")

    @property
    def base(self) -> str:
        """The address of the draft."""
        return f"/{self.token}/{self.folder.name}"

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request on a connection of its own. A header "" is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            sent = {"Host": f"127.0.0.1:{self.port}"} | ({"Content-Length": str(len(body))} if body is not None else {})
            for name, value in (sent | (headers or {})).items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
        finally:
            connection.close()

    def post(self, what: str, value: Any, **headers: str) -> Answer:
        """What the script of a page sends; headers by name with underscores."""
        sent = {
            "Content-Type": "application/json",
            "Origin": f"http://127.0.0.1:{self.port}",
            "X-Commentary-Token": self.token,
        } | {name.replace("_", "-"): text for name, text in headers.items()}
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask("POST", f"{self.base}/{what}", body, sent)


Server = tuple[subprocess.Popen[str], str, Path]


@contextmanager
def running(out: Path) -> Iterator[Server]:
    """The command itself, on a free port of this machine."""
    out.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "review", "serve", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        yield process, url, out
    finally:
        process.kill()
        process.communicate(timeout=20)


def fresh(server: Server) -> Served:
    """A server, its folder as new."""
    process, url, out = server
    for left in out.iterdir():
        if left.is_dir():
            for file in left.iterdir():
                file.unlink()
            left.rmdir()
        elif left.name != ".writing":
            left.unlink()
    folder = store.save(DRAFT, RUN, out, today=TODAY)
    store.rebuild_index(out)
    return Served(process, url, folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this file."""
    out = tmp_path_factory.mktemp("served") / "out"
    with running(out) as server:
        (out.parent / "secret.txt").write_text("secret")
        yield server


@pytest.fixture
def served(server: Server) -> Served:
    """The server, its folder as new."""
    return fresh(server)


def decided(**changes: Any) -> dict[str, Any]:
    """A decision as the page sends it."""
    waivers = [{"finding_id": id, "note": "known"} for id in BLOCKING]
    return {
        "status": "approved", "reviewer": "Ann Lee", "note": "", "waivers": waivers,
        "content_sha256": DRAFT.content_sha256,
    } | changes  # fmt: skip


def typed(text: str, **changes: Any) -> dict[str, Any]:
    """An edit as the page sends it."""
    return {"language": "en", "field": "body[1]", "text": text, "content_sha256": DRAFT.content_sha256} | changes


def files(folder: Path) -> dict[str, bytes]:
    """All files of a draft."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages(served: Served) -> None:
    """The list leads to the page of the draft, which is the page of its file with buttons that send."""
    listed = served.ask("GET", f"/{served.token}/")
    assert listed.status == 200
    assert f'href="{served.folder.name}/review.html"' in listed.text
    page = served.ask("GET", f"{served.base}/review.html")
    assert page.status == 200
    data = json.loads(re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page.text, re.DOTALL)[1])  # type: ignore[index]
    assert (data["base"], data["token"]) == (served.base, served.token)
    assert data["texts"]["en"]["body[0]"].endswith("that is a change of trade.")
    assert "connect-src &#39;self&#39;" in page.text
    assert "connect-src" not in (served.folder / "review.html").read_text()


def test_the_token_stays_here(served: Served) -> None:
    """Answers go into no cache, no frame and no referrer; the address is not in the page's links."""
    for path in (f"/{served.token}/", f"{served.base}/review.html", f"/{served.token}/nothing/review.html"):
        headers = served.ask("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_other_hosts_are_refused(served: Served, host: str) -> None:
    """A name of another site that was pointed at this machine reaches nothing, be it with the token."""
    named = host.format(port=served.port)
    answer = served.ask("GET", f"{served.base}/review.html", headers={"Host": named})
    assert answer.status in (400, 403)
    assert "Harbor" not in answer.text
    assert served.post("decision", decided(), Host=named, Origin=f"http://{named}").status in (400, 403)
    assert review.look(served.folder).decision is None


def test_localhost_is_this_host(served: Served) -> None:
    """A browser may call this machine by its name, then for changes too."""
    host = f"localhost:{served.port}"
    assert served.ask("GET", f"/{served.token}/", headers={"Host": host}).status == 200
    assert served.post("decision", decided(), Host=host, Origin=f"http://{host}").status == 200


@pytest.mark.parametrize("token", ["", "x", "%C3%A9", "..", "%00", "x" * 3000], ids=lambda token: token[:8])
def test_without_the_token_there_is_nothing(served: Served, token: str) -> None:
    """A wrong token in the address shows nothing, whatever it holds."""
    answer = served.ask("GET", f"/{token}/{served.folder.name}/review.html")
    assert answer.status == 404
    assert "Harbor" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "none"},
        {"X_Commentary_Token": ""},
        {"X_Commentary_Token": "wrong"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
    ],
    ids=str,
)
def test_changes_from_elsewhere_are_refused(served: Served, headers: dict[str, str]) -> None:
    """A form or script of another site cannot decide or edit, even when it knows the address."""
    sent = {name: value.format(port=served.port) for name, value in headers.items()}
    before = files(served.folder)
    for what, value in (("decision", decided()), ("text", typed("New."))):
        answer = served.post(what, value, **sent)
        assert answer.status in (403, 415)
        assert answer.error
    assert files(served.folder) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GET"])
def test_other_methods_change_nothing(served: Served, method: str) -> None:
    """Decisions are posted; nothing else is an answer, and no other site is told that it may ask."""
    before = files(served.folder)
    answer = served.ask(method, f"{served.base}/decision", headers={"Origin": "http://evil.example"})
    assert answer.status in (404, 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert files(served.folder) == before


@pytest.mark.parametrize(
    "path",
    [
        "/{token}/../secret.txt",
        "/{token}/%2e%2e/secret.txt",
        "/{token}/..%2fsecret.txt",
        "/{token}/../review.html",
        "/{token}/%2e%2e/review.html",
        "/{token}/{folder}/../../secret.txt",
        "/{token}/{folder}/run.json",
        "/{token}/{folder}%00/review.html",
        "/{token}//etc/passwd",
        "//{token}/",
        "/{token}/.ledger/review.html",
        "/",
        "/favicon.ico",
    ],
)
def test_no_path_leads_elsewhere(served: Served, path: str) -> None:
    """Nothing is served but the list and the pages of listed drafts."""
    answer = served.ask("GET", path.format(token=served.token, folder=served.folder.name))
    assert answer.status in (400, 404)
    assert "secret" not in answer.text
    assert "Harbor" not in answer.text


@pytest.mark.parametrize("path", ["../{folder}/decision", "%2e%2e/decision", "nothing/decision"])
def test_no_change_outside_the_listed_drafts(served: Served, path: str) -> None:
    """A decision cannot be sent to a folder that is not listed."""
    headers = {
        "Content-Type": "application/json", "Origin": f"http://127.0.0.1:{served.port}",
        "X-Commentary-Token": served.token,
    }  # fmt: skip
    where = f"/{served.token}/{path.format(folder=served.folder.name)}"
    assert served.ask("POST", where, json.dumps(decided()).encode(), headers).status == 404


# --- decisions -------------------------------------------------------------------------------------------------------


def test_a_decision_is_recorded(served: Served) -> None:
    """An approval from a page is on disk at once, the same as from the command line."""
    assert served.post("decision", decided()).status == 200
    case = review.look(served.folder)
    assert case.standing == "approved"
    assert case.decision is not None
    assert case.decision.reviewer == "Ann Lee"
    assert "reviewed by Ann Lee" in (served.folder / "en.md").read_text()
    assert '"approved"' in (served.folder.parent / "drafts.jsonl").read_text()


def test_refusals_are_said(served: Served) -> None:
    """What blocks, a second decision and an old page are refused with the reason, for the page to show."""
    assert "blocking findings are open" in served.post("decision", decided(waivers=[])).error
    assert "text has changed" in served.post("decision", decided(content_sha256="0" * 64)).error
    served.post("decision", decided())
    answer = served.post("decision", decided(status="rejected", reviewer="Bo", note="no", waivers=[]))
    assert answer.status == 409
    assert "Ann Lee approved it" in answer.error


def test_two_reviewers_at_once(served: Served) -> None:
    """Of several who press a button at the same moment one decides and the others are told who."""
    answers: list[Answer] = []
    people = [
        threading.Thread(target=lambda name=name: answers.append(served.post("decision", decided(reviewer=name))))
        for name in ("Ann", "Bo", "Cy", "Di")
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(30)
    decision = review.look(served.folder).decision
    assert decision is not None
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert all(f"{decision.reviewer} approved it" in answer.error for answer in answers if answer.status == 409)


# --- edits -----------------------------------------------------------------------------------------------------------


def test_an_edit_is_checked_and_saved_everywhere(served: Served) -> None:
    """A paragraph that was typed is checked again and stands in en.md, draft.json and on the page alike."""
    text = "Four more would lift the site to 400 megawatts. [c2, c3] The rest is for 2031."
    assert served.post("text", typed(text)).status == 200
    draft = store.load(served.folder)
    assert draft.en is not None
    assert draft.en.body[1].text == "Four more would lift the site to 400 megawatts. The rest is for 2031."
    assert parse_markdown((served.folder / "en.md").read_text(), "en").edition == draft.en
    assert parse_markdown((served.folder / "zh.md").read_text(), "zh").edition == draft.zh
    assert draft.disclosure.digital_source_type == COMPOSITE
    assert store.load_original(served.folder) == DRAFT
    flagged = {finding.text for finding in draft.report.findings if finding.code == "figure.unsupported"}
    assert "2031" in flagged
    page = served.ask("GET", f"{served.base}/review.html").text
    assert "2031" in page
    assert "<del>gigawatts</del>" in page
    assert served.post("text", typed("Late.")).status == 409


HOSTILE = (
    '<script>alert(1)</script> </script> "><img src=x onerror=alert(1)> {{7*7}} {% raw %} ${x} \u202eabc\u202c \x00 '
    "\u2028 ]]> <!-- --> & &lt; # [c3] \\[c4] 【c5】 --- | *a* _b_ `c`"
)


@pytest.mark.parametrize("field", ["title", "lead", "body[0]", "body[1]"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_stays_text(served: Served, language: str, field: str) -> None:
    """Markup, templates, controls and false markers in an edit are text on the page and come back from the files."""
    assert served.post("text", typed(HOSTILE, language=language, field=field)).status == 200
    draft = store.load(served.folder)
    for name in ("en", "zh"):
        edition = next(edition for edition in draft.editions if edition.language == name)
        assert parse_markdown((served.folder / f"{name}.md").read_text(), name).edition == edition  # type: ignore[arg-type]
    page = served.ask("GET", f"{served.base}/review.html").text
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert review.look(served.folder).untaken == ()


def test_an_edited_file_is_taken_in(served: Served) -> None:
    """A page says that a file was edited, and takes it in; what cannot be read back is said and stays."""
    english = served.folder / "en.md"
    english.write_text(english.read_text().replace("400 gigawatts", "400 megawatts"))
    assert "en.md: edited, not checked yet" in served.ask("GET", f"{served.base}/review.html").text
    assert "edited, not checked yet" in served.post("decision", decided()).error
    assert served.post("rebuild", {}).status == 200
    assert "400 megawatts" in store.load(served.folder).en.body[1].text  # type: ignore[union-attr]
    assert "not checked yet" not in served.ask("GET", f"{served.base}/review.html").text
    english.write_text(broken := english.read_text().replace("title: ", "title: ["))
    answer = served.post("rebuild", {})
    assert answer.status == 422
    assert "not valid YAML" in answer.error
    assert english.read_text() == broken
    assert served.post("rebuild", {"path": "/etc"}).status == 400
    assert served.post("rebuild", {}, Origin="http://evil.example").status == 403


def test_a_rebuild_after_a_served_edit_changes_nothing(served: Served) -> None:
    """The page's edit is as if it had been made in the file: reading the files back gives the same draft."""
    served.post("text", typed(HOSTILE, language="zh"))
    before = files(served.folder)
    review.rebuild(served.folder)
    assert files(served.folder) == before


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 50_000, b'{"language": "en"}',
     b'{"language":"en","field":"title","text":"\\ud800","content_sha256":"x"}',
     b'{"language":"fr","field":"title","text":"x","content_sha256":"x"}',
     b'{"language":"en","field":"title","text":"x","content_sha256":"x","more":1}'],
)  # fmt: skip
def test_bad_bodies(served: Served, body: bytes) -> None:
    """What is not as a page sends it is refused in one line."""
    answer = served.post("text", body)
    assert answer.status == 400
    assert "\n" not in answer.error


def test_large_bodies_are_cut_off(served: Served) -> None:
    """A body over the limit is refused while it comes in, with a length or without one; the server goes on."""
    before = files(served.folder)
    assert served.post("text", typed("x" * (LARGEST_BODY + 1))).status == 413
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
        head = (
            f"POST {served.base}/text HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
            f"Origin: http://127.0.0.1:{served.port}\r\nX-Commentary-Token: {served.token}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        raw.sendall(head.encode())
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        try:
            for _ in range(200):
                raw.sendall(chunk)
        except OSError:
            pass
        else:
            assert b" 413 " in raw.recv(1000)
    assert files(served.folder) == before
    assert served.ask("GET", f"/{served.token}/").status == 200


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [False, True], ids=["idle", "connection open"])
def test_ctrl_c_ends_it(tmp_path: Path, held: bool) -> None:
    """The address is printed once; Ctrl-C ends the server within seconds with exit code 0 and no trace."""
    store.save(DRAFT, RUN, tmp_path, today=TODAY)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "review", "serve", str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        served = Served(process, url, tmp_path)
        assert served.ask("GET", f"/{served.token}/").status == 200
        connection = socket.create_connection(("127.0.0.1", served.port), timeout=10) if held else None
        if connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        if connection:
            connection.close()
        assert process.returncode == 0
        assert out == ""
        assert "Traceback" not in err
        assert served.token not in err
    finally:
        process.kill()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """A port that another program has is named, with the option to change it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "pipeline", "review", "serve", str(tmp_path), "--port"]
        done = subprocess.run(
            [*command, str(taken.getsockname()[1])],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 78
    assert "--port" in done.stderr
    assert done.stderr.count("\n") == 2


def test_without_the_extra(tmp_path: Path) -> None:
    """Where the server's packages are missing the command says how to get them."""
    code = (
        "import sys; sys.modules['uvicorn'] = None; sys.argv[1:] = ['review', 'serve', sys.argv[1]]\n"
        "from pipeline.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 78
    assert "pip install 'news-commentary[serve]'" in done.stderr

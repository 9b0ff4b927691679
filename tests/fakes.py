"""A scripted model and a small bilingual story for the tests of the flow.

The company of the story is made up; so is its data center.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.llm import Reply, Request
from pipeline.schema import Brief

BRIEF = Brief(
    text=(
        "Harbor Compute said it will build a data center with 300 megawatts of capacity in Ohio.\n"
        "The project will cost $2.4 billion and is due to open in 2027.\n"
        "Harbor Compute has signed customers for more than 60% of the capacity.\n"
    ),
    title="Harbor Compute plans Ohio data center",
    published=date(2026, 5, 4),
    origin="harbor.md",
)

CLAIMS = [
    {
        "text": "Harbor Compute will build a data center with 300 megawatts of capacity in Ohio.",
        "quote": "it will build a data center with 300 megawatts of capacity in Ohio",
        "kind": "plan",
        "subject": "Harbor Compute",
        "attributed_to": "Harbor Compute",
    },
    {
        "text": "The project will cost $2.4 billion.",
        "quote": "The project will cost $2.4 billion",
        "kind": "plan",
        "subject": "project",
    },
    {
        "text": "The data center is due to open in 2027.",
        "quote": "is due to open in 2027",
        "kind": "plan",
        "subject": "data center",
    },
    {
        "text": "Harbor Compute has signed customers for more than 60% of the capacity.",
        "quote": "Harbor Compute has signed customers for more than 60% of the capacity.",
        "kind": "fact",
        "subject": "Harbor Compute",
    },
]
TERMS = [
    {"en": "Harbor Compute", "zh": "Harbor Compute", "kind": "organisation"},
    {"en": "Ohio", "zh": "俄亥俄州", "kind": "place"},
]
EXTRACT = json.dumps({"claims": CLAIMS, "terms": TERMS}, ensure_ascii=False)

ENGLISH = (
    "Harbor Compute will build a data center with 300 megawatts of capacity in Ohio. [c1] The size matters because "
    "power, and not floor space, is what buyers of computing now ask for. [~c1]",
    "The project will cost $2.4 billion and is due to open in 2027. [c2, c3] Whoever builds that early carries the "
    "risk that demand turns out to be smaller.",
    "The company has signed customers for more than 60% of the capacity. [c4] That leaves the rest to be sold, and "
    "a reader may ask who would take it. [~c4]",
)
CHINESE = (
    "Harbor Compute将在俄亥俄州建设容量为300兆瓦的数据中心。[c1]"
    "规模之所以重要，是因为算力买家如今问的是电力，而不是机房面积。[~c1]",
    "该项目耗资24亿美元，预计2027年启用。[c2, c3]这么早动工的人，要承担需求不及预期的风险。",
    "该公司已为超过60%的容量签下客户。[c4]剩下的部分还待出售，谁会接手，读者不妨一问。[~c4]",
)
HEADLINE = {
    "title_en": "Harbor Compute plans a $2.4 billion data center in Ohio",
    "title_zh": "Harbor Compute拟在俄亥俄州建24亿美元数据中心",
    "lead_en": "Harbor Compute will build a data center with 300 megawatts of capacity in Ohio. The bet is on power.",
    "lead_zh": "Harbor Compute将在俄亥俄州建设容量为300兆瓦的数据中心。这场赌注押在电力上。",
    "tags": ["data-center", "energy", "compute"],
    "scores": {
        name: {"value": value, "reason_en": "A reason.", "reason_zh": "一个理由。"}
        for name, value in (("hot", 50), ("quality", 60), ("impact", 40))
    },
}

Place = tuple[str, str, int]


def script(**changed: str) -> dict[Place, list[str]]:
    """Replies that make a clean draft, by stage, part and round; `changed` exchanges some by name."""
    replies: dict[Place, list[str]] = {
        ("extract", "", 0): [changed.get("extract", EXTRACT)],
        ("write", "", 0): [changed.get("write", "\n\n".join(ENGLISH))],
        ("headline", "", 0): [changed.get("headline", json.dumps(HEADLINE, ensure_ascii=False))],
    }
    for index, text in enumerate(CHINESE):
        replies["translate", f"body[{index}]", 0] = [changed.get(f"zh{index}", text)]
    return replies


def story(text: str) -> str:
    """A brief of the story with one line more, so that it is another brief."""
    return f"{BRIEF.text}{text}\n"


def place_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Stage and part that a request over HTTP asks for: by the name of its schema, else by what its prompt says."""
    form = body.get("response_format", {}).get("json_schema", {})
    if form:
        return form["name"], ""
    number = re.search(r"请写第 (\d+) 段", body["messages"][-1]["content"])
    return ("translate", f"body[{int(number[1]) - 1}]") if number else ("write", "")


def told(body: Mapping[str, Any]) -> str:
    """The reply of the story to a request over HTTP."""
    stage, part = place_of(body)
    return script()[stage, part, 0][0]


class Scripted:
    """Answers by stage, part and round, in order of asking; remembers what it was asked, fails when it has no reply."""

    def __init__(self, replies: Mapping[Place, list[str | Reply | Exception]] | Mapping[Place, list[str]]) -> None:
        self._replies = {place: list(answers) for place, answers in replies.items()}
        self.requests: list[Request] = []

    async def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        waiting = self._replies.get((request.stage, request.part, request.round))
        assert waiting, f"nothing scripted for {request.place}"
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(text=answer, model="scripted")

    def asked(self, stage: str) -> list[Request]:
        """The requests of one stage."""
        return [request for request in self.requests if request.stage == stage]

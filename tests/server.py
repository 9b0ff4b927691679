"""What tests use in place of a model: `Queue`, which needs no network, and `Server`, a real one on loopback.

A test that starts a `Server` is marked `loopback`. `Server` speaks chat completions and can misbehave: drip, drop the
connection, never answer, send any bytes. It runs in threads, so it also serves a client in another process.
"""

from __future__ import annotations

import json
import select
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from pipeline.llm import Message, Reply, Request


def a_request(**changes: Any) -> Request:
    """A request of a made-up stage; any field can be changed."""
    fields: dict[str, Any] = {
        "brief": "0123456789ab",
        "stage": "write",
        "model": "some-model",
        "messages": (Message(role="system", content="Be brief."), Message(role="user", content="Hello.")),
        "max_output_tokens": 100,
    }
    return Request(**(fields | changes))


class Queue:
    """An LLM that gives its replies in order, remembers what it was asked, and fails loudly when it runs out.

    A reply is a text, a `Reply`, or an exception to raise.
    """

    def __init__(self, *replies: str | Reply | BaseException) -> None:
        self._replies = list(replies)
        self.asked: list[Request] = []

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        if not self._replies:
            raise AssertionError(f"the queue has no reply left for {request.place}")
        reply = self._replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(text=reply, model=request.model)


def completion(text: str | None, *, finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    """The JSON of a chat completion; more fields of its message as keywords."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "some-model",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
    }


def refusal(code: str | None, message: str, param: str | None = None) -> dict[str, Any]:
    """The JSON of an error in OpenAI's form."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `after` waits so many seconds before it, `drip` before each byte of the body, `drop` closes the
    connection after so many bytes of it, `hang` never answers, `gone` closes it at once.
    """

    body: bytes | str | Mapping[str, Any] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0
    drip: float = 0
    drop: int | None = None
    hang: bool = False
    gone: bool = False

    @property
    def payload(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Replies = Callable[[dict[str, Any]], "str | Answer"]


@dataclass
class Served:
    """A request: when it came, and when the last byte of a whole answer with status 200 was handed over."""

    body: dict[str, Any]
    came: float
    answered: float | None = None


class Server:
    """A chat-completions server on loopback, for a `with` block.

    `replies` gets the body of each request and gives a text or an `Answer`; or it is a list of these, the last of which
    is repeated. `bodies` and `headers` (names in lower case) are what was received, `open` the number of connections
    still open. `journal` has one entry a request, in the order they came.
    """

    def __init__(self, replies: Replies | Iterable[str | Answer]) -> None:
        self._replies = replies if callable(replies) else _in_order(list(replies))
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.journal: list[Served] = []
        self.open = 0

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._tcp.server_address[1]}/v1"

    def wait_until_closed(self, seconds: float = 2) -> None:
        """Wait until no connection is open; fails when one stays."""
        deadline = time.monotonic() + seconds
        while self.open:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.open} connections stayed open")
            time.sleep(0.005)

    def __enter__(self) -> Self:
        self._tcp = _Listener(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        self._tcp.shutdown()
        self._tcp.server_close()

    def answer(self, body: dict[str, Any], headers: dict[str, str]) -> tuple[Answer, Served]:
        """Note a request and give its answer."""
        served = Served(body, time.monotonic())
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            self.journal.append(served)
            reply = self._replies(body)
        return Answer(completion(reply)) if isinstance(reply, str) else reply, served

    def count(self, change: int) -> None:
        """Note that a connection was opened or closed."""
        with self._lock:
            self.open += change

    def pause(self, seconds: float) -> bool:
        """Wait, cut short when the server stops; whether it stops."""
        return self._stopping.wait(seconds)


def _in_order(answers: list[str | Answer]) -> Replies:
    return lambda body: answers.pop(0) if len(answers) > 1 else answers[0]


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True  # else the system holds a body back for 40 ms that was handed over

    def handle(self) -> None:
        self.owner.count(1)
        try:
            super().handle()
        except OSError:
            pass  # the client went away
        finally:
            self.owner.count(-1)

    def do_GET(self) -> None:
        self._send(*self.owner.answer({}, self._lower()))

    def do_POST(self) -> None:
        received = self.rfile.read(length := int(self.headers["content-length"]))
        if len(received) < length:
            raise OSError("the client went away")
        body = json.loads(received)
        self._send(*self.owner.answer(body, self._lower()))

    def _lower(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _send(self, answer: Answer, served: Served) -> None:
        if answer.after and self.owner.pause(answer.after):
            return
        if answer.gone:
            self.close_connection = True
            return
        if answer.hang:
            self._wait_for_close()
            return
        payload = answer.payload
        self.send_response(answer.status)
        for name, value in ({"content-type": "application/json"} | dict(answer.headers)).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        if answer.drip:
            self._drip(payload, answer.drip)
        else:
            self.wfile.write(payload[: answer.drop])
        if answer.drop is not None:
            self.close_connection = True
        elif answer.status == 200:
            served.answered = time.monotonic()

    def _drip(self, payload: bytes, seconds: float) -> None:
        for byte in payload:
            if self.owner.pause(seconds):
                break
            self.wfile.write(bytes([byte]))

    def _wait_for_close(self) -> None:
        self.close_connection = True
        while not self.owner.pause(0.01):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

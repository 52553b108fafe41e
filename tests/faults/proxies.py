"""A small HTTP proxy between a client and the simulator: it does to answers what networks and broken servers do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qbconsole.books.settings import change_setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.world import World

HUGE = 2 * 1024**3
"""Bytes of a body that no client should read."""


@dataclass(frozen=True)
class Asked:
    """A request as it passed by."""

    head: str
    body: bytes

    def says(self, *words: str) -> bool:
        """Whether its head and body hold all those words."""
        text = self.head + self.body.decode(errors="replace")
        return all(word in text for word in words)


@dataclass(frozen=True)
class Answer:
    """What the simulator answered: the status line and headers in order, and the body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def head(self, length: int | None = None) -> bytes:
        """The head for a body of that length, or its own."""
        kept = [
            f"{name}: {value}" for name, value in self.headers if name.lower() not in ("content-length", "connection")
        ]
        size = len(self.body) if length is None else length
        lines = [self.status, *kept, f"content-length: {size}", "connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def typed(self, content_type: str) -> Answer:
        """The same under another content type."""
        return self.named("content-type", content_type)

    def named(self, name: str, value: str) -> Answer:
        """The same with a header set."""
        others = tuple(pair for pair in self.headers if pair[0].lower() != name)
        return replace(self, headers=(*others, (name, value)))

    def holding(self, body: bytes) -> Answer:
        """The same with another body."""
        return replace(self, body=body)


def said(value: Any) -> Answer:
    """An answer of 200 that holds a JSON value."""
    return Answer("HTTP/1.1 200 OK", (("content-type", "application/json"),), json.dumps(value).encode())


Send = Callable[[bytes], Awaitable[None]]
Act = Callable[[Answer, Send], Awaitable[None]]


async def pass_on(answer: Answer, send: Send) -> None:
    """The answer as it is."""
    await send(answer.head() + answer.body)


def changed(change: Callable[[Answer], Answer]) -> Act:
    """The answer after somebody changed it."""

    async def act(answer: Answer, send: Send) -> None:
        await pass_on(change(answer), send)

    return act


def rewritten(change: Callable[[Any], None]) -> Act:
    """The answer after a change of its JSON, in place."""

    def rewrite(answer: Answer) -> Answer:
        if not answer.body:
            return answer
        value = json.loads(answer.body)
        change(value)
        return answer.holding(json.dumps(value).encode())

    return changed(rewrite)


def cut_after(share: float) -> Act:
    """Part of the body under the whole one's length, then the end of the connection."""

    async def act(answer: Answer, send: Send) -> None:
        await send(answer.head() + answer.body[: int(len(answer.body) * share)])

    return act


def trickled(pause: float) -> Act:
    """A byte every so many seconds."""

    async def act(answer: Answer, send: Send) -> None:
        await send(answer.head())
        for byte in answer.body:
            await send(bytes([byte]))
            await asyncio.sleep(pause)

    return act


async def headers_only(answer: Answer, send: Send) -> None:
    """The head, and then nothing for ever."""
    await send(answer.head())
    await asyncio.Event().wait()


async def hang(_answer: Answer, _send: Send) -> None:
    """Nothing for ever."""
    await asyncio.Event().wait()


async def flood(answer: Answer, send: Send) -> None:
    """A body of two gigabytes, or as much of it as is taken."""
    await send(answer.head(HUGE))
    piece = b" " * 1024 * 256
    for _ in range(HUGE // len(piece)):
        await send(piece)


@dataclass
class Rule:
    """What happens to the next answers to some requests; `hits` counts them.

    `lost` requests never arrive. `instead` is answered without asking the simulator. `told` is put in place of a text
    of the request's head, as (old, new).
    """

    words: tuple[str, ...]
    act: Act = pass_on
    times: int | None = 1
    first: Callable[[], None] = lambda: None
    """Done, in a thread of its own, before the request is passed on."""
    lost: bool = False
    instead: Answer | None = None
    told: tuple[str, str] = ("", "")
    hits: int = 0

    def strikes(self, asked: Asked) -> bool:
        """Whether it strikes a request; counted if it does."""
        if (self.times is not None and self.hits >= self.times) or not asked.says(*self.words):
            return False
        self.hits += 1
        return True


@dataclass
class Proxy:
    """A proxy on a port of its own. `rules` are tried in order; the first that strikes decides about an answer."""

    upstream: tuple[str, int]
    rules: list[Rule] = field(default_factory=list)
    seen: list[Asked] = field(default_factory=list)
    sent: int = 0
    """Bytes that went to clients."""
    url: str = ""

    def on(self, *words: str, **rule: Any) -> Rule:
        """Put a rule in force for requests whose line or body hold those words."""
        one = Rule(words, **rule)
        self.rules.append(one)
        return one

    def asked(self, *words: str) -> int:
        """How many requests held those words."""
        return sum(one.says(*words) for one in list(self.seen))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer."""
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        length = next((int(one.split(":")[1]) for one in lines if one.lower().startswith("content-length:")), 0)
        asked = Asked(head.decode("latin-1"), await reader.readexactly(length))
        self.seen.append(asked)
        rule = next((one for one in self.rules if one.strikes(asked)), Rule(()))
        await asyncio.to_thread(rule.first)
        if rule.lost:
            return

        async def send(data: bytes) -> None:
            writer.write(data)
            self.sent += len(data)
            await writer.drain()

        gone = asyncio.ensure_future(reader.read())
        lines = [line.replace(*rule.told) if rule.told[0] else line for line in lines]
        work = asyncio.ensure_future(self._answered(lines, asked.body, rule, send))
        await asyncio.wait((gone, work), return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, work):
            task.cancel()
        for outcome in await asyncio.gather(work, gone, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
                raise outcome

    async def _answered(self, lines: list[str], body: bytes, rule: Rule, send: Send) -> None:
        await rule.act(rule.instead or await self._forward(lines, body), send)

    async def _forward(self, lines: list[str], body: bytes) -> Answer:
        dropped = ("connection:", "accept-encoding:")
        kept = [line for line in lines if not line.lower().startswith(dropped)]
        reader, writer = await asyncio.open_connection(*self.upstream)
        try:
            writer.write("\r\n".join([*kept, "connection: close", "", ""]).encode("latin-1") + body)
            raw = await reader.read()
        finally:
            writer.close()
        head, _, content = raw.partition(b"\r\n\r\n")
        status, *pairs = head.decode("latin-1").split("\r\n")
        named = (pair.partition(":") for pair in pairs)
        return Answer(status, tuple((name, value.strip()) for name, _, value in named), content)


@contextmanager
def between(url: str, port: int = 0) -> Iterator[Proxy]:
    """A proxy before a server on this machine, on a port (0: any)."""
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "", parts.port or 80))
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve_forever()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    task = loop.create_task(run())
    thread = threading.Thread(target=loop.run_until_complete, args=(task,), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        loop.close()


@contextmanager
def behind(world: World, side: str = "accounting") -> Iterator[Proxy]:
    """A proxy between a book and one of its remotes; connectors that are opened meanwhile meet it."""
    own = world.simulator.base_url
    with between(own) as proxy:
        point(world, side, proxy.url)
        try:
            yield proxy
        finally:
            point(world, side, own)


def point(world: World, side: str, url: str) -> None:
    """Let a book look for a remote under another address."""
    for name in ("api_url", "oauth_url") if side == "accounting" else ("api_url",):
        change_setting(world.book.folder, f"{side}.{name}", url)
    world.book.reload()

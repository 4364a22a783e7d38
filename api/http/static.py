"""The pages for people: files known before the first request, each sent with a policy that allows no foreign script."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from string import Template
from typing import final

from starlette.routing import Route

from api.http.asgi import Receive, Scope, Send, head_of, send_answer, trace_of
from api.http.problems import Refusal, problem_body

PAGES = Path(__file__).parent.parent / "pages"
"""Where the files are, beside the code that serves them."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Scripts and styles are files of ours; text never becomes markup, and nobody frames the pages or takes their forms."""
_HEADERS = (
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_PAGE_AT = {
    "/": "search",
    "/search": "search",
    "/explore": "search",
    "/users/{id}": "search",
    "/hashtags/{tag:path}": "search",
    "/places/{id}": "search",
    "/groups/{id}": "search",
    "/media/{id}": "search",
    "/console": "console",
}
"""Which page stands at which path; one that stands at several looks at the path itself."""
_TITLES = {"search": "Monoceros", "console": "Console · Monoceros"}
_PAGE = "page.html"
"""What the pages are made from: the script and the style of each bear its name."""


@final
class StaticFiles:
    """Files of one directory, read when the service starts; no path of a request ever reaches the disk. None: no files."""

    def __init__(self, directory: Path | None) -> None:
        self._files: dict[str, tuple[str, str, bytes]] = {}
        if directory is None:
            return
        for path in sorted(directory.rglob("*")):
            if path.suffix in _TYPES and path.is_file() and not path.is_symlink():
                self._add(path.relative_to(directory).as_posix(), path.suffix, path.read_bytes())
        if _PAGE in self._files:
            page = Template(self._files.pop(_PAGE)[2].decode())
            for name, title in _TITLES.items():
                self._add(name, ".html", page.substitute(name=name, title=title).encode())

    def _add(self, name: str, suffix: str, data: bytes) -> None:
        self._files[name] = (_TYPES[suffix], f'"{blake2b(data, digest_size=12).hexdigest()}"', data)

    def routes(self) -> list[Route]:
        """Every file under /static/, and the pages at paths of their own."""
        pages = [Route(path, _Sent(self, name)) for path, name in _PAGE_AT.items() if name in self._files]
        return [Route("/static/{name:path}", _Sent(self)), *pages]

    async def send(self, name: str, scope: Scope, send: Send) -> None:
        """Answer one request with the file of that name."""
        head = head_of(scope)
        found = self._files.get(name)
        if found is None:
            trace = trace_of(head)
            missing = Refusal(404, "not-found", "there is no such file")
            status, headers, body = problem_body(missing, trace.request_id)
            await send_answer(send, status, body, trace.request_id, headers)
            return
        content_type, tag, data = found
        is_known = head.headers.get("if-none-match") == tag
        sent = [(b"content-type", content_type.encode()), (b"etag", tag.encode()), *_HEADERS]
        if not is_known:
            sent.append((b"content-length", str(len(data)).encode()))
        await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if is_known or scope["method"] == "HEAD" else data})


@final
class _Sent:
    """One file as an ASGI application; without a name, the one that the path names."""

    def __init__(self, files: StaticFiles, name: str | None = None) -> None:
        self._files = files
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self._files.send(self._name or scope["path_params"]["name"], scope, send)

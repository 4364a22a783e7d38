"""Static files for pages in a browser: known before the first request, each sent with a policy that allows no foreign script."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import final

from api.http.asgi import Receive, Scope, Send, head_of, send_answer, trace_of
from api.http.problems import Refusal, problem_body

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@final
class StaticFiles:
    """Files of one directory, read when the service starts; no path of a request ever reaches the disk."""

    def __init__(self, directory: Path | None) -> None:
        self._files: dict[str, tuple[str, str, bytes]] = {}
        if directory is None:
            return
        for path in sorted(directory.rglob("*")):
            if path.suffix in _TYPES and path.is_file() and not path.is_symlink():
                data = path.read_bytes()
                tag = f'"{blake2b(data, digest_size=12).hexdigest()}"'
                self._files[path.relative_to(directory).as_posix()] = (_TYPES[path.suffix], tag, data)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer one request, by its path parameter `name`; a directory is its index.html."""
        head = head_of(scope)
        trace = trace_of(head)
        name = scope["path_params"].get("name", "")
        found = self._files.get(name or "index.html")
        if found is None:
            missing = Refusal(404, "not-found", "there is no such file")
            status, headers, body = problem_body(missing, trace.request_id)
            await send_answer(send, status, headers["content-type"], body, trace.request_id, {})
            return
        content_type, tag, data = found
        is_known = head.headers.get("if-none-match") == tag
        sent = [
            (b"content-type", content_type.encode()),
            (b"etag", tag.encode()),
            (b"cache-control", b"no-cache"),
            (b"content-security-policy", POLICY.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]
        if not is_known:
            sent.append((b"content-length", str(len(data)).encode()))
        await send({"type": "http.response.start", "status": 304 if is_known else 200, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if is_known or scope["method"] == "HEAD" else data})

"""Redis: one set per key, over a Unix socket, each question one script call (one round trip).

Sets are loaded as integer sets whatever their length: four bytes a member, in order, so that an intersection comes out in the order
of document numbers; the default threshold is put back before the questions, since unions into long integer sets would be slow.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import redis

from bench.facts import Facts, Lists
from bench.memory import resident_mib
from bench.peers.protocol import Form

_LINE = 5_000
"""Members in one command: Redis takes inline commands of up to 64 KiB."""
_DEFAULT_INTSET = 512
_UNION = """
local function union(prefix, keys, out)
  redis.call('DEL', out)
  for from = 1, #keys, 4000 do
    local names = {}
    for i = from, math.min(from + 3999, #keys) do names[#names + 1] = prefix .. keys[i] end
    redis.call('SUNIONSTORE', out, out, unpack(names))
  end
end
local function best(key) return redis.call('SORT', key, 'LIMIT', 0, ARGV[1]) end
local function head(found)
  local cut = {}
  for i = 1, math.min(#found, tonumber(ARGV[1])) do cut[i] = found[i] end
  return cut
end
"""
SCRIPTS = {
    "and": "return head(redis.call('SINTER', 'h' .. ARGV[2], 'h' .. ARGV[3]))",
    "or": "redis.call('SUNIONSTORE', 't', 'h' .. ARGV[2], 'h' .. ARGV[3]) return best('t')",
    "difference": "redis.call('SDIFFSTORE', 't', 'h' .. ARGV[2], 'h' .. ARGV[3]) return best('t')",
    "typeahead": "return head(redis.call('SINTER', 'p' .. ARGV[2], 'p' .. ARGV[3]))",
    "both": "return head(redis.call('SINTER', 'f' .. ARGV[2], 'f' .. ARGV[3]))",
    "two_hop": "union('f', redis.call('SMEMBERS', 'f' .. ARGV[2]), 't') return best('t')",
    "friend_first": "union('f', redis.call('SMEMBERS', 'f' .. ARGV[3]), 't') "
    "redis.call('SINTERSTORE', 't', 't', 'p' .. ARGV[2]) return best('t')",
    "city": "union('o', redis.call('SMEMBERS', 'f' .. ARGV[2]), 't') "
    "redis.call('SINTERSTORE', 't', 't', 'c' .. ARGV[3]) return best('t')",
    "explore": "local media, owners = redis.call('SMEMBERS', 'l' .. ARGV[2]), {} "
    "for from = 1, #media, 4000 do "
    "for _, o in ipairs(redis.call('HMGET', 'owner', unpack(media, from, math.min(from + 3999, #media)))) do "
    "owners[#owners + 1] = o end end union('l', owners, 't') return best('t')",
}


class RedisSets:
    """A server of its own, started here and ended by its process."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("redis-server is not installed")
        told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        server = next(word[2:] for word in told.split() if word.startswith("v="))
        self.version = f"{server}, client {version('redis')}"
        self._directory = Path(tempfile.mkdtemp(prefix="bench-redis-"))  # a socket's path has to be short
        self._socket = self._directory / "redis.sock"
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "save": "",
            "appendonly": "no",
            "set-max-intset-entries": "1000000000",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._server = subprocess.Popen([program, *options], cwd=self._directory, stdout=subprocess.DEVNULL)
        self._client = redis.Redis(unix_socket_path=str(self._socket))
        ends = time.monotonic() + 10
        while not self._socket.exists():
            if self._server.poll() is not None or time.monotonic() > ends:
                self.close()
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:  # noqa: ARG002
        """Stream commands through `redis-cli --pipe`'s own way: inline commands, replies read at the end."""
        named = {"f": "followed_by", "l": "liker", "h": "hashtag", "o": "owner", "p": "prefix", "c": "city"}
        for prefix, name in named.items():
            self._send(_set_commands(prefix, facts.lists(name)))
        self._send(_owner_commands(np.array(facts.array("owner"))))
        self._client.config_set("set-max-intset-entries", _DEFAULT_INTSET)
        return {}

    def _send(self, commands: Iterator[bytes]) -> None:
        """Pipe the commands; an error in any of them is an error here."""
        cli = shutil.which("redis-cli")
        assert cli is not None, "redis-cli is not installed"
        with subprocess.Popen(
            [cli, "-s", str(self._socket), "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as pipe:
            assert pipe.stdin is not None
            assert pipe.stdout is not None
            for command in commands:
                pipe.stdin.write(command)
            pipe.stdin.close()
            told = pipe.stdout.read().decode()
        if "errors: 0" not in told:
            raise RuntimeError(f"redis-cli --pipe: {told.strip()}")

    def forms(self) -> dict[str, Form]:
        """Set commands inside one script; `SORT … LIMIT` or the order of integer sets gives the best."""
        found = {}
        for kind, text in SCRIPTS.items():
            digest = self._client.script_load(_UNION + text)
            found[kind] = Form(text, lambda a, n, sha=digest: list(map(int, self._client.evalsha(sha, 0, n, *a))))
        return found

    def memory_mib(self) -> float:
        """Of the server."""
        return resident_mib(self._server.pid)

    def close(self) -> None:
        """End the server."""
        self._client.close()
        self._server.terminate()
        self._server.wait(30)
        shutil.rmtree(self._directory, ignore_errors=True)


def _set_commands(prefix: str, lists: Lists) -> Iterator[bytes]:
    starts = lists.offsets.tolist()
    for row, (start, end) in enumerate(itertools.pairwise(starts)):
        for at in range(start, end, _LINE):
            members = " ".join(map(str, lists.values[at : min(at + _LINE, end)].tolist()))
            yield f"SADD {prefix}{row} {members}\r\n".encode()


def _owner_commands(owner: np.ndarray) -> Iterator[bytes]:
    """The owner of each media, as a hash."""
    step = _LINE // 2
    for start in range(0, len(owner), step):
        pairs = " ".join(f"{start + place} {user}" for place, user in enumerate(owner[start : start + step].tolist()))
        yield f"HSET owner {pairs}\r\n".encode()


def peer() -> RedisSets:
    """The peer."""
    return RedisSets()

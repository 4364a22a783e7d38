"""Real processes on a real port: starting, dying, reloading, following the index, and ending."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.client import Client, Credentials
from tests.servers.monoceros import ROOT, Running, running
from tests.service import SECRET, signed, target_of, write_keys
from tests.test_cli import build, run

KEY = Credentials("all", SECRET)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("processes"))


@pytest.fixture(scope="module")
def pair(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("pair")
    keys = write_keys(directory / "keys.json")
    with running(index, directory, "--workers", "2", "--keys", keys) as service:
        yield service


def asked(url: str, seconds: float, results: list[str], stop: threading.Event) -> None:
    """Ask again and again, each time over a new connection, until told to stop."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop.is_set():
        with Client(url, KEY, viewer=1, deadline_s=20, tries=5) as client:
            try:
                results.append(client.search("followed_by:me").results[0].name)
            except Exception as error:
                results.append(repr(error))


def test_a_request_over_a_socket(pair: Running) -> None:
    with Client(pair.url, KEY, viewer=1, deadline_s=20) as client:
        assert [hit.name for hit in client.search("followed_by:me").results] == ["bob", "cyd"]
    assert httpx.get(f"{pair.url}/readyz").json() == {"status": "ok"}


def said_to(service: Running, data: bytes) -> tuple[int, dict[str, Any]]:
    """What is answered to bytes on a new connection, which the service may close before it has read all of them."""
    parts = urlsplit(service.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        with suppress(OSError):
            connection.sendall(data)
        answer = connection.makefile("rb")
        status = int(answer.readline().split()[1])
        headers = dict(line.decode().lower().rstrip().split(": ", 1) for line in iter(answer.readline, b"\r\n"))
        assert headers["content-type"] == "application/problem+json"
        content: dict[str, Any] = json.loads(answer.read(int(headers["content-length"])))
    assert content["status"] == status
    return status, content


@pytest.mark.parametrize("length", [60_001, 65_000, 65_600])
@pytest.mark.parametrize("path", ["/v1/search", "/v1/completions", "/v1/typeahead"])
def test_a_query_string_has_one_bound_however_much_longer_it_is(pair: Running, path: str, length: int) -> None:
    line = f"GET {path}?q=".encode() + b"a" * (length - 2) + b" HTTP/1.1\r\nhost: x\r\n\r\n"
    status, content = said_to(pair, line)
    assert (status, content["code"]) == (413, "too-large")
    assert content["detail"] == "the query string is longer than 60,000 bytes"


def test_a_query_of_16_kib_fits_in_any_script(pair: Running) -> None:
    for path in ("/v1/search", "/v1/completions"):
        for text, status, code in (("한" * 5_461, None, None), ("한" * 5_462, 400, "limit")):
            target = target_of(path, q=text, vertical="user")
            told = httpx.get(pair.url + target, headers=signed("GET", target)).json()
            assert (told.get("status"), told.get("code")) == (status, code), (path, len(text))


def test_what_is_no_http_and_headers_without_end_are_problems(pair: Running) -> None:
    assert said_to(pair, b"\x16\x03\x01 hello\r\n\r\n")[1]["code"] == "no-http"
    many = b"".join(b"x-%d: %b\r\n" % (number, b"y" * 1_000) for number in range(80))
    status, content = said_to(pair, b"GET /livez HTTP/1.1\r\nhost: x\r\n" + many + b"\r\n")
    assert (status, content["code"]) == (413, "too-large")


def test_a_replay_is_refused_by_every_worker(pair: Running) -> None:
    headers = signed("GET", "/v1/search?q=name:a")
    statuses: list[int] = []
    while len(statuses) < 12:
        answer = httpx.get(f"{pair.url}/v1/search?q=name:a", headers=headers)
        if answer.status_code != 503:  # refused before anybody looked at it: the machine is busy
            statuses.append(answer.status_code)
    assert sorted(statuses) == [200] + [401] * 11


def test_a_cursor_of_one_worker_is_good_for_another(pair: Running) -> None:
    cursor = None
    names = []
    for _ in range(4):
        with Client(pair.url, KEY, viewer=1, deadline_s=20) as client:  # a new connection each: another worker, perhaps
            page = client.search("name:*", limit=1, cursor=cursor)
        names += [hit.name for hit in page.results]
        cursor = page.cursor
    assert names == ["ann", "bob", "cyd", "dan"]


def test_metrics_are_of_all_workers_and_never_fall(pair: Running) -> None:
    def count() -> float:
        text = httpx.get(f"{pair.url}/metrics").text
        found = re.search(r'monoceros_requests_total\{endpoint="typeahead",status="200"\} (\d+)', text)
        return float(found[1]) if found else 0.0

    before = count()
    for _ in range(10):
        with Client(pair.url, KEY, deadline_s=20) as client:
            client.typeahead("a")
    assert {count() for _ in range(8)} == {before + 10}


def test_a_killed_worker_is_replaced_and_answers_go_on(pair: Running) -> None:
    results: list[str] = []
    stop = threading.Event()
    threads = [threading.Thread(target=asked, args=(pair.url, 60, results, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    before = pair.workers()
    os.kill(before[0], signal.SIGKILL)
    until = time.monotonic() + 30
    while time.monotonic() < until and (len(pair.workers()) < 2 or before[0] in pair.workers()):
        time.sleep(0.05)
    time.sleep(1.0)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(results) == {"bob"}, set(results)
    assert len(pair.workers()) == 2
    assert before[0] not in pair.workers()
    assert any(line["event"] == "worker died" for line in pair.log())


def test_nobody_notices_that_workers_are_killed(pair: Running) -> None:
    """The front does what they were at once more: over one connection, without a second try by the client, all is answered."""
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.3):
            for pid in pair.workers()[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        with Client(pair.url, KEY, viewer=1, deadline_s=60, tries=1) as client:
            until = time.monotonic() + 4
            while time.monotonic() < until:
                assert client.search("followed_by:me").results[0].name == "bob"
    finally:
        stop.set()
        thread.join()
    while len(pair.workers()) < 2:
        time.sleep(0.05)


def test_a_killed_front_is_replaced(pair: Running) -> None:
    before, workers = pair.front(), set(pair.workers())
    os.kill(before, signal.SIGKILL)
    with Client(pair.url, KEY, viewer=1, deadline_s=30, tries=20) as client:
        assert client.search("followed_by:me").results[0].name == "bob"
    assert pair.front() != before
    assert set(pair.workers()) == workers  # they went over to the new one
    assert any(line["event"] == "front died" for line in pair.log())


def test_a_reload_replaces_all_workers_while_answers_go_on(pair: Running) -> None:
    results: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=asked, args=(pair.url, 120, results, stop))
    thread.start()
    before = {pair.front(), *pair.workers()}
    pair.process.send_signal(signal.SIGHUP)
    pair.await_event("reloaded")
    stop.set()
    thread.join()
    assert set(results) == {"bob"}, set(results)
    assert len(pair.workers()) == 2
    assert not before & {pair.front(), *pair.workers()}


def test_all_workers_follow_a_new_generation(tmp_path: Path) -> None:
    index = build(tmp_path)
    keys = write_keys(tmp_path / "keys.json")
    with running(index, tmp_path, "--workers", "2", "--keys", keys) as service:
        assert run("build", "--warehouse", tmp_path / "warehouse", "--index", index).exit_code == 0
        time.sleep(2.0)  # within which every change must hold
        found = set()
        for _ in range(8):
            with Client(service.url, KEY, deadline_s=20) as client:
                found.add(client.generation().generation)
        assert found == {"000002"}


def test_the_client_that_leaves_has_its_work_stopped(pair: Running) -> None:
    """A connection that is closed in the middle of a request leaves a service that answers the next one."""
    port = int(pair.url.rpartition(":")[2])
    for sent in (
        b"GET /v1/search?q=name:a HTTP/1.1\r\n",
        b"POST /v1/viewer-tokens HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(sent)
    for sent in (
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"A" * 100_000,
    ):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(5)
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            try:
                answer = connection.recv(1_000)
            except OSError:
                answer = b""
        assert b" 500 " not in answer
    with Client(pair.url, KEY, deadline_s=20) as client:
        assert client.typeahead("a").slots


def test_sigterm_ends_everything(index: Path, tmp_path: Path) -> None:
    with running(index, tmp_path, "--workers", "2") as service:
        workers = [service.front(), *service.workers()]
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(30) == 0
        for pid in workers:
            assert not Path(f"/proc/{pid}").exists()


def test_a_worker_that_hangs_is_ended_too(index: Path, tmp_path: Path) -> None:
    with running(index, tmp_path, "--workers", "2") as service:
        workers = service.workers()
        os.kill(workers[0], signal.SIGSTOP)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
        for pid in workers:
            assert not Path(f"/proc/{pid}").exists()


def test_workers_do_not_outlive_a_killed_parent(index: Path, tmp_path: Path) -> None:
    with running(index, tmp_path, "--workers", "2") as service:
        workers = [service.front(), *service.workers()]
        service.process.kill()
        service.process.wait()
        until = time.monotonic() + 20
        while time.monotonic() < until and any(_is_alive(pid) for pid in workers):
            time.sleep(0.1)
        assert not any(_is_alive(pid) for pid in workers)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _serve(*flags: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", "serve", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_cannot_be_served_is_said(index: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = _serve("--index", index, "--port", str(taken.getsockname()[1]))
    assert (answer.returncode, "cannot be served" in answer.stderr) == (2, True), answer.stderr
    answer = _serve("--index", index, "--host", "0.0.0.0", "--port", "0")
    assert (answer.returncode, "without keys" in answer.stderr) == (2, True), answer.stderr
    assert run("serve", "--index", index, "--keys", tmp_path / "none.json").exit_code == 2
    assert run("serve", "--index", tmp_path / "none").exit_code == 2
    assert run("serve", "--index", index, "--cache", "ftp://x").exit_code == 2


# -- commands around the service ---------------------------------------------------------------------------------------


def test_curl_asks_signed(pair: Running, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json")
    ask = ["curl", "--url", pair.url, "--keys", keys]
    answer = run(*ask, "--viewer", "1", "/v1/search?q=(apply followed_by: followed_by:me)&lineage=true")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["results"][1]["lineage"][0]["reads"] == "followed by bob and cyd"
    answer = run(*ask, "-i", "--data", '{"viewer": "1"}', "/v1/viewer-tokens")
    assert answer.stdout.startswith("200 OK\n")
    answer = run(*ask, "/v1/search?q=(")
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["code"] == "syntax"
    assert run(*ask, "nowhere").exit_code == 2
    assert run("curl", "--url", "ftp://x", "/").exit_code == 2
    assert run("curl", "--url", "http://127.0.0.1:9", "/livez").exit_code == 2


def test_curl_without_a_key_asks_a_service_of_this_machine(index: Path, tmp_path: Path) -> None:
    with running(index, tmp_path) as service:
        answer = run("curl", "--url", service.url, "--viewer", "1", "/v1/search?q=followed_by:me")
        assert answer.exit_code == 0, answer.output
        assert [hit["name"] for hit in json.loads(answer.stdout)["results"]] == ["bob", "cyd"]


def test_keys_are_added(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    assert run("keys", "add", "--keys", file, "--scope", "raw", "--scope", "tokens", "web-1").exit_code == 0
    assert run("keys", "add", "--keys", file, "--scope", "admin", "--not-after", "99", "web-2").exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    from api.keys import Scope, read_keys

    keys = read_keys(file)
    assert set(keys) == {"web-1", "web-2"}
    assert keys["web-1"].scopes == {Scope.RAW, Scope.TOKENS}
    assert keys["web-2"].not_after == 99
    assert keys["web-1"].secret != keys["web-2"].secret
    for wrong in (("--scope", "root", "x"), ("--scope", "raw", "web-1"), ("--scope", "raw", "A B")):
        assert run("keys", "add", "--keys", file, *wrong).exit_code == 2


def test_doctor_says_what_is_wrong(index: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", {"id": "a"}, {"id": "old", "not_after": 5})
    answer = run("doctor", "--index", index, "--keys", keys)
    assert answer.exit_code == 0, answer.output
    assert "no damage" in answer.output
    assert "key old does not hold now" in answer.output
    answer = run(
        "doctor", "--index", tmp_path / "none", "--cache", "redis://127.0.0.1:1", "--keys", tmp_path / "none.json"
    )
    assert answer.exit_code == 1
    assert answer.output.count("bad  ") == 3, answer.output

"""Who may ask: signatures, replays, tokens, keys and their rotation, and the service of one machine."""

from __future__ import annotations

import json
import os
import random
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from api.http import ServiceOptions, run_service
from api.http.nonces import Nonces
from api.keys import Keys, Scope, read_keys
from api.session import Session
from api.signatures import Message, Stamp, sign
from schemas.errors import InputError
from schemas.settings import Settings
from tests.service import SECRET, Site, signed, site, target_of, write_keys
from tests.signed_requests import Request, mutated, send
from tests.test_cli import build, run
from tests.test_http_api import problem

MUTATED = int(os.environ.get("MONOCEROS_MUTATED", "2000"))
TOKENS = "/v1/viewer-tokens"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("auth"))


@pytest.fixture(scope="module")
def here(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(index, tmp_path_factory.mktemp("site")) as running:
        yield running


def token(here: Site, viewer: int | None, headers: dict[str, str] | None = None, **wish: object) -> str:
    body = json.dumps({"viewer": None if viewer is None else str(viewer), **wish}).encode()
    sent = signed("POST", TOKENS, body=body) if headers is None else headers
    answer = here.client.post(TOKENS, content=body, headers=sent)
    assert answer.status_code == 200, answer.text
    minted: str = answer.json()["token"]
    return minted


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def test_the_form_of_a_signature_is_that_of_the_rfc() -> None:
    """A signature base put together by hand, as RFC 9421 §2.5 says."""
    import hmac
    from base64 import b64encode

    headers = sign(Message("GET", "/v1/search", "q=a", None, "5"), Stamp("k", 1_700_000_000, "n" * 16), SECRET)
    covered = '("@method" "@path" "@query" "x-viewer");created=1700000000;nonce="nnnnnnnnnnnnnnnn";keyid="k";alg="hmac-sha256"'
    base = f'"@method": GET\n"@path": /v1/search\n"@query": ?q=a\n"x-viewer": 5\n"@signature-params": {covered}'
    mac = b64encode(hmac.digest(SECRET, base.encode(), "sha256")).decode()
    assert headers == {"signature-input": f"sig1={covered}", "signature": f"sig1=:{mac}:"}


def test_no_mutated_request_is_accepted(here: Site) -> None:
    """MONOCEROS_MUTATED=100000 for the long run; the seed of a failure is printed."""
    seed = int(os.environ.get("MONOCEROS_SEED", random.randrange(1 << 32)))
    rng = Random(seed)
    accepted = []
    for number in range(MUTATED):
        original = Request.random(rng)
        changed = mutated(original, rng)
        while (answer := send(here, changed)).status_code == 503:
            time.sleep(0.05)  # the machine is busy, and nothing was looked at
        if answer.status_code not in (400, 401, 404, 405, 413, 415):
            accepted.append((number, changed, answer.status_code))
        elif answer.status_code in (400, 413, 415) and answer.json()["code"] not in ("bad-signature", "unsigned"):
            accepted.append((number, changed, answer.text))
    assert accepted == [], f"seed {seed}"


def test_originals_are_accepted(here: Site) -> None:
    rng = Random(5)
    for _ in range(50):
        original = Request.random(rng)
        assert send(here, original).status_code == 200, original
        problem(send(here, original), 401, "replayed")


def test_replays_are_refused_whatever_else_is_asked(here: Site) -> None:
    target = target_of("/v1/search", q="name:a")
    headers = signed("GET", target)
    assert here.client.get(target, headers=headers).status_code == 200
    for _ in range(3):
        problem(here.client.get(target, headers=headers), 401, "replayed")


def test_a_signature_holds_for_a_minute(here: Site) -> None:
    target, now = "/v1/search?q=name:a", int(time.time())
    for created, is_good in ((now - 58, True), (now - 62, False), (now + 3, True), (now + 10, False), (1, False)):
        answer = here.client.get(target, headers=signed("GET", target, created=created))
        if is_good:
            assert answer.status_code == 200
        else:
            problem(answer, 401, "signature-expired")


def test_unsigned_requests_are_refused_alike(here: Site) -> None:
    target = "/v1/search?q=name:a"
    problem(here.client.get(target), 401, "unsigned")
    problem(here.client.get(target, headers={"x-viewer": "1"}), 401, "unsigned")
    unknown = here.client.get(target, headers=signed("GET", target, key="nobody")).json()
    wrong = here.client.get(target, headers=signed("GET", target, secret=b"x" * 32)).json()
    for content in (unknown, wrong):
        del content["request_id"]
    assert unknown == wrong
    assert unknown["code"] == "bad-signature"


def test_headers_that_matter_stand_once(here: Site) -> None:
    target = "/v1/search?q=name:a"
    good = signed("GET", target, viewer=1)
    for name in ("x-viewer", "signature", "signature-input"):
        headers = [*good.items(), (name, good[name])]
        problem(here.client.get(target, headers=headers), 401, "unsigned")
    problem(here.client.get(target, headers=good | bearer("x")), 401, "unsigned")


def test_a_viewer_is_an_id(here: Site) -> None:
    target = "/v1/search?q=name:a"
    message = Message("GET", "/v1/search", "q=name:a", None, "ann")
    headers = sign(message, Stamp("all", int(time.time()), "n" * 20), SECRET) | {"x-viewer": "ann"}
    problem(here.client.get(target, headers=headers), 400, "bad-viewer")


def test_no_parameter_names_a_viewer(here: Site) -> None:
    for name in ("viewer", "x-viewer", "me"):
        target = target_of("/v1/search", q="name:a", **{name: "1"})
        problem(here.client.get(target, headers=signed("GET", target)), 400, "unknown-parameter")


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_a_token_is_one_viewer(here: Site) -> None:
    headers = bearer(token(here, 1))
    answer = here.client.get("/v1/search?q=followed_by:me", headers=headers)
    assert [hit["id"] for hit in answer.json()["results"]] == ["2", "3"]
    problem(here.client.get("/v1/search?q=name:a", headers=headers | {"x-viewer": "2"}), 401, "unsigned")
    stranger = bearer(token(here, None))
    problem(here.client.get("/v1/search?q=followed_by:me", headers=stranger), 400, "no-viewer")


def test_a_token_does_no_more_than_it_says(here: Site) -> None:
    headers = bearer(token(here, 1, scopes=["typeahead"]))
    assert here.client.get("/v1/typeahead?q=a", headers=headers).status_code == 200
    problem(here.client.get("/v1/search?q=name:a", headers=headers), 403, "no-scope")
    whole = bearer(token(here, 1))
    problem(here.client.get("/v1/search?q=name:a&operator=true", headers=whole), 403, "no-scope")
    problem(here.client.get("/v1/admin/generation", headers=whole), 403, "no-scope")
    body = b'{"viewer": "2"}'
    answer = here.client.post(TOKENS, content=body, headers=whole | {"content-type": "application/json"})
    problem(answer, 403, "no-scope")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"viewer": "1", "scopes": ["admin"]}, "bad-parameter"),
        ({"viewer": "1", "scopes": ["cats"]}, "bad-parameter"),
        ({"viewer": "1", "lifetime_s": 0}, "bad-parameter"),
        ({"viewer": "1", "lifetime_s": 86_400}, "bad-parameter"),
        ({"viewer": 1}, "bad-body"),
        ({"viewer": "ann"}, "bad-id"),
        ({"wiever": "1"}, "bad-body"),
        ([], "bad-body"),
    ],
)
def test_wishes_that_are_refused(here: Site, wish: object, code: str) -> None:
    body = json.dumps(wish).encode()
    problem(here.client.post(TOKENS, content=body, headers=signed("POST", TOKENS, body=body)), 400, code)


def test_no_changed_token_is_accepted(here: Site) -> None:
    minted = token(here, 1)
    data, _, mac = minted.partition(".")
    content = json.loads(urlsafe_b64decode(data + "=="))
    other = urlsafe_b64encode(json.dumps([content[0], 2, *content[2:]]).encode()).decode().rstrip("=")
    tries = [f"{other}.{mac}", data, f"{data}.", f"{data}=.{mac}", f"{minted}x", minted[:-1], "", ".", "é.é"]
    rng = Random(3)
    for _ in range(300):
        place = rng.randrange(len(minted))
        changed = rng.choice("ABab01-_.")
        if changed != minted[place]:
            tries.append(minted[:place] + changed + minted[place + 1 :])
    for text in tries:
        headers = {"authorization": f"Bearer {text}".encode()}
        problem(here.client.get("/v1/search?q=name:a", headers=headers), 401, "unsigned")  # type: ignore[arg-type]
    problem(here.client.get("/v1/search?q=name:a", headers={"authorization": f"Basic {minted}"}), 401, "unsigned")


def test_guesses_of_any_length_are_refused_and_not_kept(here: Site) -> None:
    before = len(here.service.gate._tokens)
    for letters in (20, 600, 40_000):
        guess = f"{'A' * letters}.{'A' * 43}"
        problem(here.client.get("/v1/search?q=name:a", headers=bearer(guess)), 401, "unsigned")
    assert len(here.service.gate._tokens) == before


def test_a_token_ends(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = bearer(token(here, 1, lifetime_s=30))
    assert here.client.get("/v1/search?q=name:a", headers=headers).status_code == 200
    monkeypatch.setattr(here.service.gate, "_now", lambda: time.time() + 31)
    problem(here.client.get("/v1/search?q=name:a", headers=headers), 401, "token-expired")


# -- scopes and keys ---------------------------------------------------------------------------------------------------


def test_each_scope_opens_its_own_endpoints(index: Path, tmp_path: Path) -> None:
    from api.http.endpoints import ENDPOINTS

    scopes = ("typeahead", "explore", "raw", "events", "tokens", "admin", "operator")
    keys = write_keys(tmp_path / "k.json", *({"id": scope, "scopes": [scope]} for scope in scopes))
    with site(index, tmp_path, keys=keys) as here:
        for endpoint in ENDPOINTS:
            if endpoint.name == "rollback":
                continue
            # what this service has not been told to keep, or does not have: the scope let the request through to that answer
            lacks = {"events": 409, "exposures": 404}
            lacks |= dict.fromkeys(("dead_letters", "dead_letters_redrive", "dead_letters_drop"), 409)
            names = {param.name for param in endpoint.params if param.is_path}
            values = endpoint.examples[0].values
            path = endpoint.path.format(**{name: values[name] for name in names})
            target = target_of(path, **{name: value for name, value in values.items() if name not in names})
            more = {"scopes": []} if endpoint.name == "viewer_tokens" else {}
            body = b"" if endpoint.body is None else json.dumps({**endpoint.examples[0].body, **more}).encode()
            for scope in scopes:
                headers = signed(endpoint.method, target, key=scope, body=body, viewer=1)
                answer = here.client.request(endpoint.method, target, content=body, headers=headers)
                wanted = lacks.get(endpoint.name, 200) if scope == endpoint.scope else 403
                assert answer.status_code == wanted, (
                    endpoint.name,
                    scope,
                    answer.text,
                )


def test_keys_are_rotated_without_a_restart(index: Path, tmp_path: Path) -> None:
    path = write_keys(tmp_path / "k.json", {"id": "old"})
    with site(index, tmp_path, keys=path) as here:
        target = "/v1/search?q=name:a"
        assert here.client.get(target, headers=signed("GET", target, key="old")).status_code == 200
        problem(here.client.get(target, headers=signed("GET", target, key="new")), 401, "bad-signature")
        new = bytes(32)
        from base64 import b64encode

        write_keys(path, {"id": "old", "not_after": 10**10}, {"id": "new", "secret": b64encode(new).decode()})
        assert here.service.gate.keys is not None
        here.service.gate.keys.refresh()
        for key, secret in (("old", SECRET), ("new", new)):
            assert here.client.get(target, headers=signed("GET", target, key=key, secret=secret)).status_code == 200
        minted = bearer(token(here, 1, headers=_tokens_of(here, "old")))
        assert here.client.get(target, headers=minted).status_code == 200
        write_keys(path, {"id": "old", "not_after": 1}, {"id": "new", "secret": b64encode(new).decode()})
        here.service.gate.keys.refresh()
        problem(here.client.get(target, headers=signed("GET", target, key="old")), 401, "bad-signature")
        problem(here.client.get(target, headers=minted), 401, "token-expired")
        write_keys(
            path,
            {"id": "old", "secret": b64encode(bytes(31) + b"x").decode()},
            {"id": "new", "secret": b64encode(new).decode()},
        )
        here.service.gate.keys.refresh()
        problem(here.client.get(target, headers=minted), 401, "unsigned")  # another key of that name
        path.write_text("{")
        with pytest.raises(InputError, match="no JSON"):
            here.service.gate.keys.refresh()
        headers = signed("GET", target, key="new", secret=new)
        assert here.client.get(target, headers=headers).status_code == 200


def _tokens_of(here: Site, key: str) -> dict[str, str]:
    return signed("POST", TOKENS, key=key, body=json.dumps({"viewer": "1"}).encode())


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "no JSON"),
        ("[]", "no file of keys"),
        ('{"keys": []}', "holds no key"),
        ('{"keys": [{"id": "A", "secret": "", "scopes": []}]}', "no id of a key"),
        ('{"keys": [{"id": "a", "secret": "!", "scopes": []}]}', "no base64"),
        ('{"keys": [{"id": "a", "secret": "AAAA", "scopes": []}]}', "fewer than 32"),
        ('{"keys": [{"id": "a", "secret": "AAAA", "scopes": ["root"]}]}', "no file of keys"),
        ('{"keys": [{"id": "a", "secret": "AAAA", "scope": []}]}', "no file of keys"),
    ],
)
def test_files_that_hold_no_keys(tmp_path: Path, content: str, match: str) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(InputError, match=match) as error:
        read_keys(path)
    assert error.value.code == "bad-keys"


def test_keys_are_added_with_quotas_and_every_scope(tmp_path: Path) -> None:
    said = run("keys", "add", "--help").output
    assert [scope for scope in Scope if scope not in said] == []
    file = tmp_path / "keys.json"
    scopes = [f"--scope={scope}" for scope in Scope]
    added = run("keys", "add", "--keys", file, *scopes, "--requests-per-s", 2.5, "--busy-ms-per-s", 40, "web-1")
    assert added.exit_code == 0, added.output
    key = read_keys(file)["web-1"]
    assert key.scopes == frozenset(Scope)
    assert (key.requests_per_s, key.busy_ms_per_s) == (2.5, 40)
    assert run("keys", "add", "--keys", file, "--scope=raw", "--requests-per-s", 0, "web-2").exit_code == 2


def test_a_file_of_keys_is_its_owners_alone(tmp_path: Path) -> None:
    path = write_keys(tmp_path / "keys.json")
    path.chmod(0o640)
    with pytest.raises(InputError, match="others than its owner"):
        Keys(path)


def test_nonces_are_remembered_as_long_as_signatures_hold() -> None:
    nonces = Nonces(buckets=1)
    assert nonces.use("k", "a", until=100, now=50)
    assert nonces.use("k", "a", until=100, now=99) is False
    assert nonces.use("other", "a", until=100, now=50)
    assert nonces.use("k", "a", until=200, now=100)
    for number in range(14):
        assert nonces.use("k", f"n{number}", until=200, now=100)
    assert nonces.use("k", "last", until=300, now=100)
    assert nonces.use("k", "one more", until=300, now=100) is None
    assert nonces.use("k", "one more", until=300, now=201)


# -- the service of one machine ----------------------------------------------------------------------------------------


def test_without_keys_this_machine_alone_is_answered(index: Path, tmp_path: Path) -> None:
    target = "/v1/search?q=name:a*"
    with site(index, tmp_path, is_keyed=False) as here:
        assert here.client.get(target).status_code == 200
        problem(here.client.get(target, headers={"x-viewer": "1"}), 401, "unsigned")
        problem(here.client.get(target, headers={"host": "evil.example"}), 401, "not-local")
        problem(here.client.get(target, headers={"x-forwarded-for": "10.0.0.1"}), 401, "not-local")
        problem(here.client.get(target, headers=signed("GET", target)), 401, "bad-signature")
        problem(here.client.get("/v1/admin/generation"), 403, "no-scope")
        problem(here.client.get(f"{target}&operator=true"), 403, "no-scope")
        minted = bearer(token(here, 1, headers={"content-type": "application/json"}))
        assert here.client.get("/v1/search?q=followed_by:me", headers=minted).status_code == 200
        problem(here.client.get(target, headers=minted | {"host": "evil.example"}), 401, "not-local")
        plain = here.client.post(TOKENS, content=b'{"viewer": "1"}', headers={"content-type": "text/plain"})
        problem(plain, 415, "not-json")
    with site(index, tmp_path, is_keyed=False, client=("10.0.0.9", 1)) as there:
        problem(there.client.get(target), 401, "not-local")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com"])
def test_other_machines_are_not_served_without_keys(index: Path, host: str) -> None:
    with pytest.raises(InputError, match="without keys"):
        run_service(ServiceOptions(host=host, port=0), Session(index, Settings()))

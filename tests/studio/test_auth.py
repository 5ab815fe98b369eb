"""Strangers are refused: no token, another Host, another Origin."""

import pytest

HOST, TOKEN = "127.0.0.1:8765", "the-token-of-the-tests"

PATHS = ["/", "/static/studio.js", "/static/studio.css", "/job/1", "/?token=wrong", "/?token=", f"/check?token={TOKEN}"]


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_shown(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "promptrec studio" in answer.text and TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/check", "/save", "/new", "/start/run", "/job/1/stop", f"/save?token={TOKEN}"])
def test_without_the_token_nothing_is_done(stranger, form, path):
    assert stranger.post(path, data=form()).status_code == 403


def test_the_token_of_the_link_becomes_a_cookie_and_leaves_the_address(stranger):
    answer = stranger.get(f"/?open=wine%2Fen%2Fquery-likelihood&token={TOKEN}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?open=wine%2Fen%2Fquery-likelihood"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "8765" in cookie
    assert stranger.get("/").status_code == 200


def test_the_token_may_come_as_a_header(stranger):
    assert stranger.get("/", headers={"X-Promptrec-Token": TOKEN}).status_code == 200
    assert stranger.get("/", headers={"X-Promptrec-Token": TOKEN[:-1]}).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8765.evil", ""]
)
def test_a_name_that_was_made_to_point_here_is_refused(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8888", f"https://{HOST}"])
def test_another_page_cannot_have_anything_done_although_the_browser_sends_the_cookie(client, form, origin):
    assert client.post("/check", data=form(), headers={"Origin": origin}).status_code == 403
    assert client.post("/check", data=form(), headers={"Origin": f"http://{HOST}"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/studio.js", "/no/such/page"])
def test_every_answer_forbids_what_is_not_from_here(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"] and "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"


def test_each_answer_has_a_nonce_of_its_own(client):
    first, second = (client.get("/") for _ in range(2))
    nonces = [answer.text.partition('data-nonce="')[2].partition('"')[0] for answer in (first, second)]
    assert all(nonces) and nonces[0] != nonces[1]
    assert f"'nonce-{nonces[0]}'" in first.headers["content-security-policy"]

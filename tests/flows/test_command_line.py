"""What `python -m flows` refuses: at once, in one sentence, with the exit code of the contract, without a server."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS = 30  # of a loaded machine; a server would take as long to start


@pytest.fixture(scope="module")
def web_page() -> Iterator[str]:
    """A web server that knows nothing of Prefect."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *_words: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def project(make_project) -> Path:
    return make_project("demo")


@pytest.mark.parametrize(
    ("api", "said"),
    [
        pytest.param("http://127.0.0.1:9/api", "No Prefect server answers", id="no server"),
        pytest.param("{page}/api", "No Prefect server answers", id="a web page"),
        pytest.param("http://no.such.host.invalid/api", "No Prefect server answers", id="no such host"),
        pytest.param("ftp://127.0.0.1/api", "no web address", id="a scheme that is none of the web"),
        pytest.param("127.0.0.1:4200", "no web address", id="no scheme at all"),
        pytest.param("http://127.0.0.1:port/api", "no web address", id="a port that is no number"),
    ],
)
def test_a_wrong_address_of_a_server(begin, end, project, web_page, api, said):
    since = time.monotonic()
    ran = end(begin("refresh", "--project", project, env={"PREFECT_API_URL": api.format(page=web_page)}))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("flows: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert time.monotonic() - since < SECONDS


def test_a_password_in_an_address_is_not_shown(begin, end, project):
    ran = end(begin("refresh", "--project", project, env={"PREFECT_API_URL": "http://ann:secret@127.0.0.1:9/api"}))
    assert ran.code == 2
    assert "127.0.0.1:9" in ran.err
    assert "secret" not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["refresh", "--project", "{tmp}"], "No project in", id="a folder that is no project"),
        pytest.param(["publish", "--project", "{tmp}/none"], "No project in", id="no folder"),
        pytest.param(["refresh", "--project", "{project}", "--input", "{tmp}/none"], "no such file", id="no export"),
        pytest.param(["refresh", "--project", "{project}", "--truth", "{tmp}/none"], "no such file", id="no truth"),
        pytest.param(["refresh", "--project", "{spoilt}"], "crm_clean.toml", id="settings nobody understands"),
        pytest.param(["refresh", "--workers", "0"], "--workers", id="a number that makes no sense"),
        pytest.param(["refresh", "--whole"], "--whole", id="an option that does not exist"),
        pytest.param(["rush"], "rush", id="a flow that does not exist"),
        pytest.param(["serve", "--port", "{taken}"], "taken by another program", id="a port that is taken"),
    ],
)
def test_wrong_usage(begin, end, make_project, project, tmp_path, web_page, words, said):
    spoilt = make_project("spoilt")
    (spoilt / "crm_clean.toml").write_text("[link]\nprecison = 0.9\n")
    given = {"tmp": tmp_path, "project": project, "spoilt": spoilt, "taken": web_page.rpartition(":")[2]}
    env = {"PREFECT_API_URL": "", "PREFECT_HOME": str(tmp_path / "prefect")}
    ran = end(begin(*[word.format(**given) for word in words], env=env))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_help_is_instant_and_names_every_flow(begin, end):
    since = time.monotonic()
    ran = end(begin("--help"))
    assert ran.code == 0
    assert all(name in ran.out for name in ("serve", "refresh", "ingest", "deduplicate", "publish"))
    assert time.monotonic() - since < SECONDS

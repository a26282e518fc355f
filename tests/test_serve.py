"""`python -m imgcls serve`: its configuration, its sentences, and README's words about it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from imgcls import serve
from imgcls.cli import main
from imgcls.serve import COOKIE, haproxy_configuration
from tests.serving import ROOT

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
TWO = ["10.0.0.1:8501", "10.0.0.2:8501"]


def test_every_process_has_a_cookie_of_its_own() -> None:
    text = haproxy_configuration("*:8501", TWO)
    assert re.findall(r"server (\S+) (\S+) cookie (\S+) ", text) == [
        ("process1", TWO[0], "process1"),
        ("process2", TWO[1], "process2"),
    ]
    assert f"cookie {COOKIE} insert" in text


@pytest.mark.skipif(not HAPROXY, reason="no HAProxy on this machine")
def test_haproxy_understands_it(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text(haproxy_configuration("127.0.0.1:8501", TWO))
    subprocess.run([HAPROXY, "-c", "-q", "-f", tmp_path / "haproxy.cfg"], check=True)


def test_the_readme_prints_the_configuration_that_serve_uses() -> None:
    (printed,) = re.findall(r"^```haproxy\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert printed == haproxy_configuration("*:8501", TWO)


def test_without_a_balancer_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(serve.shutil, "which", lambda *_args, **_more: None)
    assert main(["serve", "--processes", "2"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1 and "install" in said.err


@pytest.mark.parametrize("number", ["0", "-1", "65", "two", "1.5"])
def test_a_number_of_processes_without_sense_is_refused(number: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--processes", number])
    assert "whole number from 1 to 64" in capsys.readouterr().err


def test_the_command_that_only_starts_others_needs_no_torch() -> None:
    code = "import sys, imgcls.serve; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)

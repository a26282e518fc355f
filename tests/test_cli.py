"""The command line: what it prints, what it returns, and that nothing makes it print a traceback."""

import io
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

from imgcls import cli
from imgcls.labels import IMAGENET_LABELS
from imgcls.models import registry
from imgcls.models.specs import MODELS

# The program with a command that prints without end and needs no torch.
CHATTER = [
    sys.executable,
    "-c",
    "import sys; from imgcls import cli\n"
    "cli.classify_photos = lambda args: [print(number, flush=True) for number in range(10**6)]\n"
    "sys.exit(cli.main(['classify', 'x.png']))",
]
ROOT = Path(cli.__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> dict[str, str]:
    """Paths of a cat, a cup of coffee and a text that calls itself a picture."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("chelsea", "coffee"):
        Image.fromarray(getattr(skimage.data, name)()).save(folder / f"{name}.png")
    (folder / "text.jpg").write_text("not a picture")
    return {path.stem: str(path) for path in folder.iterdir()}


def run(arguments: list[str], capsys) -> tuple[int, str, str]:
    """Exit status, standard output and standard error; argparse exits by itself."""
    try:
        status = cli.main(arguments)
    except SystemExit as error:
        status = error.code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return status, out, err


def test_json_gives_one_object_a_line(photos, capsys):
    status, out, err = run(["classify", photos["chelsea"], photos["coffee"], "--top", "3", "--json"], capsys)
    cat, coffee = (json.loads(line) for line in out.splitlines())
    assert (status, err) == (0, "")
    assert set(cat) == {"file", "model", "dog", "top"}
    assert (cat["file"], cat["model"]) == (photos["chelsea"], "efficientnet-lite0")
    assert cat["top"][0]["index"] in range(281, 286)  # the cats
    assert coffee["top"][0]["label"] in ("espresso", "cup", "coffee mug")
    for answer in (cat, coffee):
        assert 0 <= answer["dog"] < 0.5
        assert len(answer["top"]) == 3
        chances = [each["probability"] for each in answer["top"]]
        assert chances == sorted(chances, reverse=True)
        for each in answer["top"]:
            assert set(each) == {"index", "label", "probability"}
            assert each["label"] == IMAGENET_LABELS[each["index"]]


def test_all_thousand_probabilities_sum_to_one(photos, capsys):
    _, out, _ = run(["classify", photos["coffee"], "--top", "1000", "--json"], capsys)
    answer = json.loads(out)
    assert sorted(each["index"] for each in answer["top"]) == list(range(1000))
    assert sum(each["probability"] for each in answer["top"]) == pytest.approx(1)
    dogs = sum(each["probability"] for each in answer["top"] if 151 <= each["index"] <= 268)
    assert answer["dog"] == pytest.approx(dogs)


def test_a_model_without_breeds_says_null(photos, capsys, monkeypatch):
    from dataclasses import replace

    no_dogs = replace(registry.load(), dog_indices=())
    monkeypatch.setattr(registry, "load", lambda *_args, **_kwargs: no_dogs)
    _, out, _ = run(["classify", photos["coffee"], "--json"], capsys)
    assert json.loads(out)["dog"] is None
    _, out, _ = run(["classify", photos["coffee"]], capsys)
    assert "dog" not in out.replace(photos["coffee"], "")


def test_the_table_is_for_people(photos, capsys):
    status, out, _ = run(["classify", photos["coffee"]], capsys)
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == photos["coffee"]
    assert len(lines) == 7
    assert lines[1].strip().split("%")[0].replace(".", "").isdigit()
    assert any("Espresso" in line for line in lines)
    assert lines[-1].endswith("any of the dog breeds together")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_failed_photo_is_reported_and_the_others_go_on(form, photos, capsys, tmp_path):
    files = [photos["text"], str(tmp_path / "missing.png"), str(tmp_path), photos["coffee"]]
    status, out, err = run(["classify", *files, "--top", "1", *form], capsys)
    assert (status, err) == (1, "")
    if form:
        *failed, good = (json.loads(line) for line in out.splitlines())
        assert [each["file"] for each in failed] == files[:3]
        assert all(set(each) == {"file", "error"} and each["error"].endswith(".") for each in failed)
        assert good["top"]
    else:
        assert [line for line in out.splitlines() if not line.startswith(" ")] == files


def test_an_unknown_model_gives_the_names(photos, capsys):
    status, out, err = run(["classify", photos["coffee"], "--model", "resnet-5000"], capsys)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "'resnet-5000'" in err
    assert all(name in err for name in MODELS)


@pytest.mark.parametrize("top", ["0", "-1", "1001", "five", "2.5", "", "²"])
def test_top_out_of_range_is_refused(top, photos, capsys):
    status, out, err = run(["classify", photos["coffee"], f"--top={top}"], capsys)
    assert (status, out) == (2, "")
    assert "is not a whole number from 1 to 1000" in err


@pytest.mark.parametrize("arguments", [[], ["classify"], ["paint"], ["classify", "--sideways", "x.png"]])
def test_wrong_arguments_are_refused(arguments, capsys):
    status, out, err = run(arguments, capsys)
    assert (status, out) == (2, "")
    assert err.startswith("usage: python -m imgcls")


def test_a_mistake_of_ours_is_told_in_a_sentence(photos, capsys, monkeypatch):
    def broken(*_args, **_kwargs):
        raise KeyError("oh")

    monkeypatch.setattr(registry, "load", broken)
    status, _, err = run(["classify", photos["coffee"]], capsys)
    assert (status, err) == (1, "This should not have happened: KeyError: 'oh'\n")


def test_the_default_is_the_registrys():
    assert cli.DEFAULT_MODEL == registry.DEFAULT


def test_a_file_name_that_is_no_text_can_be_printed(photos, tmp_path, capsys):
    odd = os.fsencode(tmp_path) + b"/caf\xe9.png"
    try:
        os.symlink(photos["coffee"], odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    status, out, _ = run(["classify", os.fsdecode(odd)], capsys)
    assert status == 0
    assert r"caf\udce9.png" in out.splitlines()[0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_told_in_a_sentence():
    with open("/dev/full", "wb") as full:
        done = subprocess.run(CHATTER, cwd=ROOT, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, b"The answers cannot be written: No space left on device.\n")


def test_a_reader_that_leaves_is_no_error():
    with subprocess.Popen(CHATTER, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_each_answer_is_written_before_the_next_photo_is_opened(capsys, monkeypatch):
    written, seen = io.BytesIO(), []

    def answer(_classifier, file, _k):
        seen.append(written.getvalue().count(b"\n"))
        return {"file": file, "error": "No."}

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    monkeypatch.setattr(cli, "answer_for", answer)
    cli.main(["classify", "a", "b", "c", "--json"])
    assert seen == [0, 1, 2]


def test_help_needs_no_torch():
    script = (
        "import sys; from imgcls.cli import main\n"
        "try: main(['classify', '--help'])\n"
        "finally: assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m imgcls classify")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to the whole console, this test included")
def test_answers_stream_without_a_screen_and_ctrl_c_stops_with_one_word(photos):
    """The whole program in a process of its own, where nothing was imported before."""
    script = (
        "import sys, runpy\n"
        "try: runpy.run_module('imgcls', run_name='__main__')\n"
        "finally: print(sorted({'streamlit', 'plotly', 'timm', 'torch._dynamo'} & set(sys.modules)))\n"
    )
    arguments = ["classify", *[photos["coffee"]] * 1000, "--top", "1", "--json"]
    # Whoever starts pytest in the background has Ctrl-C ignored, and all that it starts, too.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=heard,
    ) as process:  # fmt: skip
        assert json.loads(process.stdout.readline())["file"] == photos["coffee"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"Stopped.\n")
    *answers, screens = out.splitlines()
    assert len(answers) < 999
    assert screens == b"[]"

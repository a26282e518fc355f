"""`datasets look PATH`: what training would use, as text or JSON, and one sentence for whatever cannot be used."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imgcls.cli import main
from imgcls.data.own import keep_pictures
from imgcls.models.small import SmallConfig
from imgcls.training.config import DataChoice, TrainConfig
from imgcls.training.onnx import to_onnx
from imgcls.training.runs import RunFiles
from imgcls.training.trained import load_trained
from imgcls.training.trainer import train
from tests.data.test_datasets import picture, zipped
from tests.serving import ROOT

Look = Callable[..., tuple[int, str, str]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Look:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))

    def run(path: object, *more: str) -> tuple[int, str, str]:
        status = main(["datasets", "look", str(path), *more])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def a_set(folder: Path) -> Path:
    files = {
        f"{part}/{label}/{n}.png": picture(n) for part in ("train", "valid") for label in ("cat", "dog") for n in (1, 2)
    }
    files |= {"train/cat/9.png": b"broken", "train/cat/x.MOV": b"film", "train/cat/y.mov": b"film"}
    files |= {f"predict/{n}.png": picture(n) for n in range(3)}
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_the_object_says_what_training_would_use(look: Look, tmp_path: Path) -> None:
    status, out, err = look(a_set(tmp_path / "Große Hunde"), "--json")
    assert (status, err) == (0, "")
    seen = json.loads(out)
    assert list(seen) == ["title", "layout", "classes", "left_out"]
    assert seen["title"] == "Große Hunde"
    assert "“train” for training" in seen["layout"]
    assert seen["classes"] == [
        {"name": "cat", "train": 2, "validation": 2},
        {"name": "dog", "train": 2, "validation": 2},
    ]
    assert sorted((left["what"], left["count"], left["example"]) for left in seen["left_out"]) == [
        ("pictures beside the parts of the set", 3, "predict/0.png"),
        ("pictures that cannot be read", 1, "train/cat/9.png"),
        ("videos", 2, "train/cat/x.MOV"),
    ]
    records = list(train(TrainConfig(DataChoice(str(tmp_path / "Große Hunde")), SMALL, epochs=1, **FAST)))
    started = next(record for record in records if type(record).__name__ == "Started")
    assert started.classes == ("cat", "dog")


SMALL = SmallConfig(size=16, classes=2, channels=(4,), convolutions=1)
FAST = {"batch_size": 4, "mode": "fp32", "device": "cpu"}


def test_as_text_it_names_the_other_ways_to_read_the_set(look: Look, tmp_path: Path) -> None:
    status, out, _ = look(a_set(tmp_path / "set"))
    assert status == 0
    assert "set: 4 pictures to learn from and 4 for validation, in 2 classes" in out
    assert "left out: videos (2), for example train/cat/x.MOV: Only pictures are learned from." in out
    assert "--reading folders: Each folder is a class" in out
    assert [
        row["name"] for row in json.loads(look(tmp_path / "set", "--reading", "folders", "--json")[1])["classes"]
    ] == [
        "train",
        "valid",
    ]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_password(data: bytes) -> bytes:
    return data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.jpg", bytes(60 * 2**20))
    return buffer.getvalue()


GOOD = {f"{label}/{n}.png": picture(n) for label in "ab" for n in range(3)}
FILES: dict[str, tuple[bytes | None, str]] = {
    "missing.zip": (None, "There is no zip or folder"),
    "empty.zip": (b"", "no zip archive"),
    "a.txt": (b"hello", "no zip archive"),
    "a.png": (picture(), "no zip archive"),
    "a.tar.gz": (b"\x1f\x8b\x08" + bytes(40), "a gzip archive, and only zips are read"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(40), "a RAR archive, and only zips are read"),
    "cut.zip": (cut(zipped(GOOD).getvalue()), "The end of this zip archive is missing"),
    "zips.zip": (zipped({"a.zip": zipped(GOOD).getvalue()}).getvalue(), r"an archive \(a.zip\): unpack that"),
    "password.zip": (with_password(zipped(GOOD).getvalue()), "password"),
    "outside.zip": (zipped(GOOD | {"../x.png": b"x"}).getvalue(), "outside its folder"),
    "bomb.zip": (bomb(), "many times its size"),
    "no pictures.zip": (zipped({"a/1.txt": b"x"}).getvalue(), "no picture in it"),
    "one class.zip": (zipped({"a/1.png": picture(), "a/2.png": picture()}).getvalue(), "There is 1 class"),
    "broken.zip": (zipped(dict.fromkeys(GOOD, b"x")).getvalue(), "Not one picture"),
    "x" * 300: (None, "There is no zip or folder|cannot be read"),
    "nul\0": (None, "no path|There is no zip"),
    "surrogate\udcff.zip": (None, "There is no zip or folder"),
}


def test_names_send_no_control_codes_to_the_terminal(look: Look, tmp_path: Path) -> None:
    files = {f"{label}/{n}.png": picture(n) for label in ("a", "b\x1b[31m") for n in range(3)} | {
        "a/\x1b]0;x\x07\n.png": b"x"
    }
    (tmp_path / "\u202eset.zip").write_bytes(zipped(files).getvalue())
    status, out, err = look(tmp_path / "\u202eset.zip")
    assert status == 0
    assert "left out: pictures that cannot be read (1)" in out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", out + err)


@pytest.mark.parametrize("name", FILES)
def test_whatever_cannot_be_used_gets_one_sentence(name: str, look: Look, tmp_path: Path) -> None:
    data, sentence = FILES[name]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    status, out, err = look(tmp_path / name, "--json")
    assert (status, err) == (1, "")
    (error,) = json.loads(out).items()
    assert error[0] == "error"
    assert re.search(sentence, error[1]), error[1]
    assert error[1].endswith(".")
    assert "\n" not in error[1]
    status, out, err = look(tmp_path / name)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1


def test_folders_and_devices_that_are_no_sets_get_a_sentence(look: Look, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in (
        (tmp_path / "empty", "no picture in it"),
        (tmp_path / "pipe", "no zip or folder"),
        ("", "no path"),
    ):
        status, out, _ = look(path, "--json")
        assert status == 1
        assert sentence in json.loads(out)["error"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be opened here")
def test_what_may_not_be_opened_gets_a_sentence_or_is_left_out(look: Look, tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set")
    (folder / "train" / "cat" / "deep").mkdir(mode=0)
    assert {"folders that cannot be opened"} <= {
        left["what"] for left in json.loads(look(folder, "--json")[1])["left_out"]
    }
    folder.chmod(0)
    assert "cannot be read" in json.loads(look(folder, "--json")[1])["error"]
    folder.chmod(0o755)


def test_looking_needs_no_torch(tmp_path: Path) -> None:
    a_set(tmp_path / "set")
    code = (
        "import sys; from imgcls.cli import main\n"
        f"main(['datasets', 'look', {str(tmp_path / 'set')!r}]); assert 'torch' not in sys.modules"
    )
    environment = {**os.environ, "IMGCLS_CACHE": str(tmp_path / "cache")}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_corrected_class_names_stand_in_the_run_its_network_and_its_onnx_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    pictures = {label: [picture(n) for n in range(5)] for label in ("cat", "kitten", "Sch3ferhund")}
    data = DataChoice(str(keep_pictures(pictures)[0]), renamed=(("kitten", "cat"), ("Sch3ferhund", "Schäferhund")))
    folder = tmp_path / "run"
    list(train(TrainConfig(data, SMALL, epochs=1, **FAST), folder=folder))
    info = RunFiles(folder).info()
    assert info.classes == ("cat", "Schäferhund")
    assert info.config.data == data
    network = load_trained(folder)
    assert network.labels == ("cat", "Schäferhund")
    said = to_onnx(network)
    assert "Schäferhund".encode() in said or b"Sch\\u00e4ferhund" in said

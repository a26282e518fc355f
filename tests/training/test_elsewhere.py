"""Another program that knows only the ONNX file gives the app's answer: a reader written from the metadata alone."""

import inspect
import io
import json
import re
import runpy
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image, ImageCms, ImageOps

from imgcls.data.pictures import open_picture
from imgcls.models.classify import Classifier, classify
from imgcls.models.preprocess import Preprocess
from imgcls.models.presets import PRESETS
from imgcls.models.registry import load
from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.training.elsewhere import LONGEST_SIDE
from imgcls.training.onnx import to_onnx
from imgcls.training.runs import RunFiles
from imgcls.training.script import training_pictures, training_script
from imgcls.training.trained import load_trained
from imgcls.training.trainer import train
from imgcls.training.transfer import head, whole
from tests.training.toy import MODEL, toy, toy_config

SIZES = {"photo": (4000, 3000), "portrait": (1200, 2700), "tiny": (7, 5), "wide": (3000, 90), "odd": (333, 1001)}
FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
}
ROUNDING = {"nearest": lambda x: max(1, round(x)), "down": int, "half to even": round}


@cache
def photo(width: int, height: int, kind: str = "JPEG", **settings: int) -> bytes:
    """A picture file full of edges: what a filter that is not antialiased sees otherwise."""
    rng = np.random.default_rng(width)
    across, down = np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32)[:, None]
    colours = [
        np.sin(40 * across * (1 + down)),
        np.cos(25 * down + 3 * across),
        (across - 0.4) ** 2 + (down - 0.5) ** 2 < 0.1,
    ]
    pixels = 120 + 60 * np.stack(np.broadcast_arrays(*colours), 2) + rng.normal(0, 40, (height, width, 1))
    file, image = io.BytesIO(), Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if "orientation" in settings:
        image.getexif()[0x0112] = settings["orientation"]
    image.save(file, kind, exif=image.getexif(), **({"quality": 92} if kind == "JPEG" else {"compress_level": 1}))
    return file.getvalue()


def answer(model: bytes, file: bytes, draft: bool = True) -> tuple[list[str], np.ndarray]:
    """What the file says about a photo, for someone who has only the file, Pillow and onnxruntime."""
    session = onnxruntime.InferenceSession(model)
    known = session.get_modelmeta().custom_metadata_map
    picture = Image.open(io.BytesIO(file))
    orientation, x = picture.getexif().get(0x0112, 1), None
    for step in json.loads(known["preprocessing"]):
        rounded = ROUNDING.get(step.get("rounding"))
        size = np.array(picture.size)
        match step["step"]:
            case "decode":
                if draft:
                    scale = min(1, step["jpeg_draft"] / max(size))
                    picture.draft(None, tuple(int(length) for length in np.round(size * scale)))
                whole_size, above = size, picture.convert("RGBA")
                picture = Image.new("RGB", above.size, tuple(step["background"]))
                picture.paste(above, mask=above)
            case "fit":
                scale = step["longest_side"] / max(whole_size)
                if scale < 1:
                    size = tuple(rounded(length * scale) for length in whole_size)
                    picture = picture.resize(size, FILTERS[step["interpolation"]], reducing_gap=step["reducing_gap"])
            case "turn":
                picture.getexif()[0x0112] = orientation
                picture = ImageOps.exif_transpose(picture)
            case "resize":
                size = tuple(rounded(step["shorter_side"] * int(length) / int(min(size))) for length in size)
                picture = picture.resize(size, FILTERS[step["interpolation"]])
            case "centre crop":
                left, top = (rounded(gap / 2) for gap in size - (step["width"], step["height"]))
                picture = picture.crop((left, top, left + step["width"], top + step["height"]))
            case "scale":
                x = np.asarray(picture, np.float32) / step["divide_by"]
            case "layout":
                order = [("red", "green", "blue").index(colour) for colour in step["colours"]]
                x = x[None, :, :, order].transpose(["NHWC".index(axis) for axis in step["axes"]])
            case "normalise" if not step["in_graph"]:
                x = (x - np.reshape(step["mean"], (3, 1, 1))) / np.reshape(step["std"], (3, 1, 1))
            case "softmax":
                (logits,) = session.run(["logits"], {"pictures": x})
                powers = np.exp(logits[0] - logits[0].max())
    return json.loads(known["labels"]), powers / powers.sum()


def small(config: SmallConfig) -> Classifier:
    """A SmallCNN with random weights, so large that its answer is not the same for every photo."""
    module = SmallCNN(config, seed=1)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.endswith("weight") and parameter.dim() > 1:
                parameter.mul_(1.7)
    preprocess = Preprocess(config.size, config.size, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3))
    labels = [f"class {place}" for place in range(config.classes)]
    return Classifier("mine", "Mine", module.eval(), preprocess, labels)


@cache
def network(name: str) -> Classifier:
    if name == "transfer":
        return Classifier("mine", "Mine", whole(head(4, 0)), Preprocess(), ["Pudel", "Dackel", "Collie", "Boxer"])
    if name == "efficientnet":
        return load()
    if name == "grey":
        return small(SmallConfig(4, 24, (6, 8), padding="same", grey=True, batch_norm=True, activation="maxout"))
    return small(PRESETS[name].config)


def same_answer(classifier: Classifier, file: bytes, **settings: bool) -> None:
    ours = classify(classifier, open_picture(file).image).probabilities.numpy()
    labels, theirs = answer(to_onnx(classifier), file, **settings)
    assert labels == list(classifier.labels)
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("name", [*PRESETS, "grey", "transfer", "efficientnet"])
def test_the_metadata_lead_another_program_to_the_same_answer(name: str) -> None:
    same_answer(network(name), photo(*SIZES["photo"]))


@pytest.mark.parametrize("size", ["portrait", "tiny", "wide", "odd"])
@pytest.mark.parametrize("name", ["tinyvgg", "grey", "transfer"])
def test_so_they_do_for_pictures_of_other_shapes(name: str, size: str) -> None:
    same_answer(network(name), photo(*SIZES[size]))


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_so_they_do_for_photos_that_lie_on_their_side(orientation: int) -> None:
    same_answer(network("tinyvgg"), photo(900, 2000, orientation=orientation))


def test_so_they_do_for_files_that_are_no_jpegs_and_for_programs_that_cannot_draft() -> None:
    same_answer(network("tinyvgg"), photo(2000, 1500, "PNG"))
    same_answer(network("tinyvgg"), photo(*SIZES["photo"]), draft=False)


def test_the_answers_compared_differ_from_photo_to_photo() -> None:
    """Else the comparisons above could not fail: what is not antialiased, or another colour order, must show."""
    answers = [classify(network("tinyvgg"), open_picture(photo(*size)).image).probabilities for size in SIZES.values()]
    assert min((one - other).abs().max() for one, other in pairwise(answers)) > 0.01


def test_labels_are_written_letter_by_letter() -> None:
    classifier = small(SmallConfig(4, 16, (4,), convolutions=1))
    labels = ["Schäferhund", "柴犬", "C# $x$ *a*", "half \udce4"]
    model = to_onnx(Classifier("mine", "Zwölf \udce4", classifier.module, classifier.preprocess, labels))
    known = onnxruntime.InferenceSession(model).get_modelmeta()
    assert json.loads(known.custom_metadata_map["labels"]) == [*labels[:3], "half ?"]
    assert "Schäferhund".encode() in model
    assert "preprocessing" in known.description
    assert known.graph_name == "Zwölf \\udce4"
    assert known.custom_metadata_map["Image.BitmapPixelFormat"] == "Rgb8"


def test_photos_are_opened_as_large_as_the_metadata_say() -> None:
    assert inspect.signature(open_picture).parameters["longest_side"].default == LONGEST_SIDE


def test_the_script_gives_the_same_answer_on_photos(tmp_path: Path, monkeypatch, capsys) -> None:
    dataset = toy()
    list(train(toy_config(model=MODEL.with_(grey=True), epochs=1, lr=0.05), dataset=dataset, folder=tmp_path / "run"))
    (tmp_path / "train.py").write_text(training_script(RunFiles(tmp_path / "run").info(), "fp32"))
    (tmp_path / "pictures.npz").write_bytes(training_pictures(dataset))
    files = {f"{name}.jpg": photo(*size) for name, size in SIZES.items()}
    with Image.open(io.BytesIO(photo(*SIZES["odd"]))) as plain:
        for name, profile in (
            ("srgb.png", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
            ("no.png", b"x"),
        ):
            plain.save(tmp_path / name, icc_profile=profile)
            files[name] = (tmp_path / name).read_bytes()
    files["turned.jpg"], files["flat.png"] = photo(900, 2000, orientation=6), photo(300, 200, "PNG")
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py", *files])
    with torch.random.fork_rng():
        runpy.run_path("train.py")
    said = re.findall(r"^(\w+\.\w+): (\w+) ([\d.]+), (\w+) ([\d.]+)$", capsys.readouterr().out, flags=re.MULTILINE)
    assert [line[0] for line in said] == list(files)
    classifier = load_trained(tmp_path / "run")
    for name, first, first_chance, second, second_chance in said:
        ours = classify(classifier, open_picture(files[name]).image).top(2)
        assert [each.label for each in ours] == [first, second]
        assert [each.probability for each in ours] == pytest.approx(
            [float(first_chance), float(second_chance)], abs=1e-3
        )

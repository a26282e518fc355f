"""Loading networks: once, complete, from the network only what is missing, and one sentence when it cannot be."""

import hashlib
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from torch import nn

from imgcls.models import registry
from imgcls.models.classify import classify_batch
from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import ModelUnavailable, is_ready, load
from imgcls.models.specs import EMBEDDED, MODELS, ModelSpec


def build() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))


@dataclass
class Server:
    """Serves `files` by path and counts what it is asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body = served.files.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_args) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        served.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield served
        http.shutdown()
        thread.join()


@pytest.fixture
def spec(server, tmp_path, monkeypatch) -> ModelSpec:
    """A tiny network on offer, its weights on the local server; forgotten after the test."""
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    monkeypatch.setattr(registry, "loaded", {})
    torch.manual_seed(5)
    buffer = io.BytesIO()
    torch.save(build().state_dict(), buffer)
    file_name = f"tiny-{hashlib.sha256(buffer.getvalue()).hexdigest()[:8]}.pth"
    server.files[f"/{file_name}"] = buffer.getvalue()
    tiny = ModelSpec(
        name="tiny",
        title="Tiny net",
        parameters=130,
        megabytes=0.0,
        top1=None,
        top5=None,
        build=build,
        preprocess=Preprocess(resize=8, crop=8),
        file_name=file_name,
        url=f"{server.address}/{file_name}",
        labels=("yes", "no"),
        dog_indices=(),
        layers={"1": "Convolution"},
    )
    monkeypatch.setitem(MODELS, "tiny", tiny)
    return tiny


def test_weights_are_downloaded_kept_and_loaded(spec, server, monkeypatch):
    assert not is_ready("tiny")
    seen = []
    classifier = load("tiny", progress=lambda done, total: seen.append((done, total)))
    assert is_ready("tiny")
    size = len(server.files[f"/{spec.file_name}"])
    assert seen[-1] == (size, size)

    expected = build()
    expected.load_state_dict(torch.load(io.BytesIO(server.files[f"/{spec.file_name}"]), weights_only=True))
    inputs = torch.rand(2, 3, 8, 8)
    torch.testing.assert_close(classify_batch(classifier, inputs)[1].logits, expected.eval()(inputs)[1].detach())
    assert (classifier.labels, classifier.layers, classifier.title) == (spec.labels, spec.layers, spec.title)

    monkeypatch.setattr(registry, "loaded", {})  # another process: the file is there, the server need not be asked
    assert load("tiny") is not classifier
    assert len(server.asked) == 1


def test_a_loaded_network_is_frozen_and_in_evaluation_mode(spec):
    module = load("tiny").module
    assert not module.training
    assert not any(parameter.requires_grad or parameter.is_meta for parameter in module.parameters())
    assert not any(buffer.is_meta for buffer in module.buffers())
    assert module[0].weight.is_contiguous(memory_format=torch.channels_last)


def test_many_sessions_at_once_load_one_copy(spec, server):
    with ThreadPoolExecutor(8) as pool:
        classifiers = list(pool.map(load, ["tiny"] * 16))
    assert all(classifier is classifiers[0] for classifier in classifiers)
    assert len(server.asked) == 1


def test_loading_one_network_does_not_hold_up_another(spec, monkeypatch):
    started, may_go_on = threading.Event(), threading.Event()

    def slow_build() -> nn.Module:
        started.set()
        assert may_go_on.wait(30)
        return build()

    monkeypatch.setitem(MODELS, "slow", replace(spec, name="slow", build=slow_build))
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(load, "slow")
        assert started.wait(30)
        assert load("tiny").name == "tiny"
        cancelled = pool.submit(load, "slow", cancelled=lambda: True)
        with pytest.raises(ModelUnavailable, match="cancelled"):
            cancelled.result(30)
        may_go_on.set()
        assert slow.result(30).name == "slow"


def test_a_download_can_be_cancelled(spec):
    with pytest.raises(ModelUnavailable) as caught:
        load("tiny", cancelled=lambda: True)
    assert_one_sentence(caught.value)
    assert not is_ready("tiny")


def test_offline_is_one_sentence_and_the_next_attempt_tries_again(spec, server):
    body = server.files.pop(f"/{spec.file_name}")
    with pytest.raises(ModelUnavailable) as caught:
        load("tiny")
    assert_one_sentence(caught.value)
    assert "Tiny net" in str(caught.value)
    assert not is_ready("tiny")
    server.files[f"/{spec.file_name}"] = body
    assert load("tiny").name == "tiny"


def test_a_machine_that_can_keep_no_downloads_says_so(spec, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "file" / "folder"))
    assert not is_ready("tiny")
    with pytest.raises(ModelUnavailable, match="IMGCLS_CACHE"):
        load("tiny")


def test_a_download_that_is_not_what_its_name_says_is_refused_and_removed(spec, server):
    path = f"/{spec.file_name}"
    server.files[path] = server.files[path][:-1] + b"?"
    with pytest.raises(ModelUnavailable) as caught:
        load("tiny")
    assert_one_sentence(caught.value)
    assert not is_ready("tiny")


def test_a_stored_file_that_was_damaged_is_removed_and_can_be_downloaded_again(spec, server):
    spec.weights_file.parent.mkdir(parents=True)
    spec.weights_file.write_bytes(server.files[f"/{spec.file_name}"][:100])
    with pytest.raises(ModelUnavailable, match="damaged") as caught:
        load("tiny")
    assert_one_sentence(caught.value)
    assert not is_ready("tiny")
    assert load("tiny").name == "tiny"


def test_a_stored_file_with_other_weights_of_the_same_shapes_is_refused(spec):
    spec.weights_file.parent.mkdir(parents=True)
    torch.save(build().state_dict(), spec.weights_file)
    with pytest.raises(ModelUnavailable, match="damaged"):
        load("tiny")


def test_weights_of_another_network_are_refused(spec, monkeypatch):
    monkeypatch.setitem(MODELS, "tiny", replace(spec, build=lambda: nn.Linear(2, 2)))
    with pytest.raises(ModelUnavailable, match="damaged"):
        load("tiny")


def test_a_pickle_that_would_run_code_is_refused(spec, server, monkeypatch, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "owned"), "w"))

    buffer = io.BytesIO()
    torch.save({"0.weight": Evil()}, buffer)
    file_name = f"evil-{hashlib.sha256(buffer.getvalue()).hexdigest()[:8]}.pth"
    server.files[f"/{file_name}"] = buffer.getvalue()
    evil = replace(spec, file_name=file_name, url=f"{server.address}/{file_name}")
    monkeypatch.setitem(MODELS, "tiny", evil)
    with pytest.raises(ModelUnavailable):
        load("tiny")
    assert not (tmp_path / "owned").exists()


def test_missing_embedded_weights_name_the_package(spec, monkeypatch):
    gone = replace(EMBEDDED, name="gone", package="no_such_package_at_all")
    monkeypatch.setitem(MODELS, "gone", gone)
    assert not is_ready("gone")
    with pytest.raises(ModelUnavailable, match="install the package no-such-package-at-all again"):
        load("gone")


@pytest.mark.parametrize("ask", [load, is_ready])
def test_an_unknown_name_gives_all_names(ask):
    with pytest.raises(ModelUnavailable) as caught:
        ask("resnet-5000")
    assert_one_sentence(caught.value)
    assert all(name in str(caught.value) for name in MODELS)


def test_the_default_is_loaded_without_the_network(monkeypatch):
    monkeypatch.setattr(registry, "loaded", {})
    monkeypatch.setattr(registry, "fetch", lambda *_args, **_kwargs: pytest.fail("went to the network"))
    load()
    assert list(registry.loaded) == [registry.DEFAULT]


def assert_one_sentence(error: Exception) -> None:
    text = str(error)
    assert text[0].isupper()
    assert text.endswith(".")
    assert "\n" not in text
    assert "Traceback" not in text

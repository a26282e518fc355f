import hashlib
import http.server
import re
import socket
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imgcls.data import samples
from imgcls.data.drawn.tiny_breeds import BREEDS
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal
from imgcls.data.pictures import PictureError
from imgcls.data.samples import DEFAULT_SAMPLE, REAL_DOG, SAMPLES, fetch_real_dog, load_sample
from imgcls.data.sources import drawn_counts
from imgcls.models.classify import classify
from imgcls.models.registry import load
from imgcls.store.download import DownloadError
from imgcls.training.runs import RunFiles
from imgcls.training.trained import TINYVGG, tinyvgg


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("slug", SAMPLES)
def test_every_sample_opens_without_the_network(slug, no_network):
    picture = load_sample(slug)
    assert picture.image.mode == "RGB"
    if slug.startswith("small-"):
        assert picture.image.size == (64, 64)
    else:
        assert min(picture.image.size) >= 224
    assert picture.name == SAMPLES[slug].title


def test_the_samples_are_several_photographs_then_drawings():
    kinds = [sample.kind for sample in SAMPLES.values()]
    assert kinds.count("photograph") >= 8
    assert kinds.count("drawing") >= 6
    assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=lambda sample: sample.slug)
def test_every_sample_says_what_it_is_who_made_it_and_what_there_is_to_see(sample):
    assert SAMPLES[sample.slug] is sample
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", sample.slug)
    assert sample.credit.endswith(".")
    assert sample.about.endswith((".", "?"))
    assert len(sample.alt) > 30
    drawn = sample.slug.startswith("drawn-")
    assert ("(drawing)" in sample.title) == drawn
    assert ("(small drawing)" in sample.title) == sample.slug.startswith("small-")
    assert ("search" in sample.about) == drawn  # the drawings own up to having been tuned


def test_the_default_sample_is_a_drawn_dog():
    assert SAMPLES[DEFAULT_SAMPLE].slug.startswith("drawn-")


def test_the_drawings_are_small_files_of_512_pixels():
    drawings = [sample for sample in SAMPLES.values() if sample.slug.startswith("drawn-")]
    for sample in drawings:
        assert sample.file.stat().st_size < 460_000
        assert Image.open(sample.file).size == (512, 512)


@pytest.mark.parametrize("breed", BREEDS)
def test_the_small_drawings_are_those_that_the_code_draws(breed):
    drawn = drawn_animal(breed, SHOWN[breed])
    assert np.array_equal(np.asarray(load_sample(f"small-{breed.lower()}").image), drawn)


def test_tinyvgg_has_not_seen_the_small_drawings_and_knows_most_of_them():
    data, classifier = RunFiles(TINYVGG).info().config.data, tinyvgg()
    assert min(SHOWN.values()) >= max(drawn_counts(data.task, data.count).values())  # training used those before
    answers = [classify(classifier, load_sample(f"small-{label.lower()}").image) for label in classifier.labels]
    right = [answer.labels[int(answer.logits.argmax())] == label for answer, label in zip(answers, BREEDS, strict=True)]
    assert 4 <= sum(right) <= 5  # the page says that it is wrong somewhere


def test_an_unknown_sample_is_a_key_error():
    with pytest.raises(KeyError):
        load_sample("unicorn")


@pytest.mark.parametrize(("slug", "remedy"), [("cat", "scikit-image"), ("drawn-husky", "assets.dogs.drawing")])
def test_a_missing_file_is_named_with_a_remedy(slug, remedy, monkeypatch):
    gone = replace(SAMPLES[slug], file=SAMPLES[slug].file.with_name("gone.png"))
    monkeypatch.setitem(SAMPLES, slug, gone)
    with pytest.raises(PictureError, match=f"is not on this machine; .*{remedy}") as caught:
        load_sample(slug)
    assert gone.title in str(caught.value)


def test_the_network_knows_the_cat_is_no_dog_and_takes_the_horse_for_one():
    classifier = load()
    assert classify(classifier, load_sample("cat").image).dog < 0.1
    assert classify(classifier, load_sample("horse").image).dog > 0.5  # as the sample's text says


# The photograph from the network, here from a server on this machine --------------------------------------------


@pytest.fixture
def photo_server(tmp_path):
    """Serves one PNG; gives its address and its SHA-256."""
    folder = tmp_path / "served"
    folder.mkdir()
    Image.linear_gradient("L").save(folder / "dog.png")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, directory=folder, **kwargs)

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    digest = hashlib.sha256((folder / "dog.png").read_bytes()).hexdigest()
    yield f"http://127.0.0.1:{server.server_port}/dog.png", digest
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "cache_folder", lambda: tmp_path / "cache")


def test_the_real_dog_is_downloaded_once_then_read_from_the_cache(photo_server, monkeypatch):
    url, digest = photo_server
    photo, seen = replace(REAL_DOG, url=url, sha256=digest), []
    first = fetch_real_dog(lambda done, total: seen.append((done, total)), photo=photo)
    assert first.image.size == (256, 256)
    assert first.name == REAL_DOG.title
    assert seen[-1][0] > 0
    monkeypatch.setattr(socket, "create_connection", None)  # a second download would fail
    assert fetch_real_dog(photo=photo) == first


def test_another_file_at_the_address_is_refused(photo_server):
    url, _ = photo_server
    with pytest.raises(DownloadError):
        fetch_real_dog(photo=replace(REAL_DOG, url=url))


def test_without_a_connection_one_sentence_says_so():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(DownloadError) as caught:
        fetch_real_dog(photo=replace(REAL_DOG, url=f"http://127.0.0.1:{port}/dog.jpg"))
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert "photo" in message


def test_the_real_dog_is_pinned_to_one_file_with_a_licence():
    assert REAL_DOG.url.startswith("https://")
    assert re.search(r"/[0-9a-f]{40}/", REAL_DOG.url)  # a commit, not a branch that may move
    assert re.fullmatch(r"[0-9a-f]{64}", REAL_DOG.sha256)
    assert "public domain" in REAL_DOG.licence

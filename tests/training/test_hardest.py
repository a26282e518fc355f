"""Hard pictures are those with the highest cross-entropy, whoever judges; and what workers say about it."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.statistics import duplicates, summarise
from imgcls.training import hardest as module
from imgcls.training.hardest import hardest, probe, ranked
from imgcls.training.picture_work import THREAD, Cached, Survey, Working, cache, find_hardest, survey

RECIPE = Recipe(count=120, size=16)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a worker: steps this small gain nothing from a second thread, and lose much where a core is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_order_is_that_of_the_cross_entropy() -> None:
    logits = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(60) % 4
    found = ranked(logits.softmax(1).numpy(), labels.numpy(), np.arange(100, 160))
    losses = F.cross_entropy(logits, labels, reduction="none")
    assert found.places.tolist() == (100 + losses.argsort(descending=True)[: module.SHOWN]).tolist()
    assert found.losses == pytest.approx(losses.sort(descending=True).values[: module.SHOWN].numpy(), rel=1e-5)
    assert found.accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())
    assert found.said.tolist() == logits.argmax(1)[found.places - 100].tolist()
    assert found.judged == 60


def test_softmax_regression_separates_what_a_line_separates() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 3)).astype(np.float32)
    labels = (x @ [1.0, -2.0, 0.5] > 0).astype(np.int64)
    p = probe(x[:400], x[400:], labels[:400], 2)
    assert p.sum(1) == pytest.approx(np.ones(200), abs=1e-5)
    assert (p.argmax(1) == labels[400:]).mean() > 0.95
    assert np.array_equal(p, probe(x[:400], x[400:], labels[:400], 2))


def test_a_linear_model_judges_the_validation_part_alone() -> None:
    cache_pictures(RECIPE)
    dataset = open_cached(RECIPE, 0.25, 1)
    found = hardest(dataset, RECIPE, "linear")
    assert set(found.places) <= set(dataset.validation)
    assert found.truth.tolist() == dataset.labels[found.places].tolist()
    assert (found.judged, found.learned) == (len(dataset.validation), len(dataset.training))
    assert (np.diff(found.p_truth) >= 0).all()


def test_a_run_judges_with_its_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls.models.classify import Classifier
    from imgcls.models.preprocess import Preprocess

    cache_pictures(RECIPE)
    dataset = open_cached(RECIPE, 0.25, 1)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 6)).eval()
    classifier = Classifier("run", "Run", network, Preprocess(16, 16), dataset.classes)
    monkeypatch.setattr("imgcls.training.trained.load_trained", lambda folder: classifier)
    found = hardest(dataset, RECIPE, "run", "somewhere")
    images = torch.from_numpy(np.array(dataset.images[dataset.validation])).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        expected = network((images - 0.5) / 0.5).softmax(1)[
            torch.arange(len(images)), dataset.labels[dataset.validation]
        ]
    assert found.p_truth == pytest.approx(expected.sort().values[: module.SHOWN].numpy(), rel=1e-4)
    other = Classifier("run", "Run", network, Preprocess(16, 16), tuple("abcdef"))
    monkeypatch.setattr("imgcls.training.trained.load_trained", lambda folder: other)
    with pytest.raises(ValueError, match="other classes"):
        hardest(dataset, RECIPE, "run", "somewhere")


def test_workers_say_how_far_they_are_and_end_with_what_they_found(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    recipe = Recipe(count=700, size=32)
    told = list(cache(recipe))
    assert told[-1] == Cached(recipe)
    assert all(isinstance(record, Working) and 0 < record.share <= 1 for record in told[:-1])
    assert len(told) > 1
    (*_, last) = survey(recipe, 0.3, 2)
    assert isinstance(last, Survey)
    dataset = open_cached(recipe, 0.3, 2)
    assert np.array_equal(last.summary.mean_picture, summarise(dataset).mean_picture)
    assert last.duplicates == duplicates(dataset)
    (*_, judged) = find_hardest(recipe, 0.3, 2, "linear")
    assert judged.judged == len(dataset.validation)


def test_work_that_nobody_waits_for_ends(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    working = cache(Recipe(count=5000, size=64))
    assert next(working).done < 5000
    working.close()
    for thread in [each for each in threading.enumerate() if each.name == THREAD]:
        thread.join(10)
        assert not thread.is_alive()
    assert not (tmp_path / "shelf").exists()


def test_bad_sets_end_with_their_sentence() -> None:
    from imgcls.data.datasets import DatasetError

    with pytest.raises(DatasetError, match="can be drawn"):
        list(cache(Recipe(count=3)))


def test_features_are_those_of_the_pictures_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls.training import transfer

    cache_pictures(RECIPE)
    dataset = open_cached(RECIPE, 0.25, 1)
    monkeypatch.setattr(module, "MOST_FEATURES", (40, 10))
    asked: list[np.ndarray] = []

    def features(some, progress=None) -> np.ndarray:  # a "feature" that gives the class away
        asked.append(some.chosen)
        return np.eye(6, dtype=np.float16)[some.labels] + 0.01 * some.images.mean((1, 2, 3))[:, None].astype(np.float16)

    monkeypatch.setattr(transfer, "features", features)
    found = hardest(dataset, RECIPE, "features")
    assert (found.learned, found.judged, found.accuracy) == (40, 10, 1.0)
    assert set(found.places) <= set(dataset.validation)
    assert (np.diff(asked[0]) > 0).all()


def test_a_download_says_how_many_bytes_and_that_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from imgcls.training import picture_work as jobs

    def open_source(name: str, progress) -> None:
        for done in (10, 40, 100):
            progress(done, 100)
            time.sleep(0.25)

    monkeypatch.setattr(jobs, "open_source", open_source)
    told = list(jobs.download("pets"))
    assert [record.done for record in told] == [10, 40, 100]
    assert {record.unit for record in told} == {"bytes"}
    assert told[1].share == 0.4
    assert [record.what for record in told] == ["Downloading", "Downloading", "Checking and unpacking"]

"""Whether places matter: not to a network that averages its last maps, but to one that flattens them."""

import torch

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.classify import Classifier, classify
from imgcls.models.places import last_maps
from imgcls.ops.pooling import global_average, shuffled_places
from imgcls.training.trained import tinyvgg


def test_shuffled_places_leave_the_answer_of_a_network_that_averages(embedded: Classifier, photographs: dict) -> None:
    inputs = embedded.preprocess(photographs["chelsea"])
    plain, shuffled = last_maps(embedded, inputs), last_maps(embedded, inputs, seed=1)
    torch.testing.assert_close(plain.prediction.logits, classify(embedded, photographs["chelsea"]).logits)
    assert plain.maps.shape == (1280, 7, 7)
    torch.testing.assert_close(shuffled.maps, shuffled_places(plain.maps, 1))
    torch.testing.assert_close(shuffled.prediction.logits, plain.prediction.logits, rtol=1e-4, atol=1e-4)
    head = embedded.module.classifier
    torch.testing.assert_close(head(global_average(plain.maps)), plain.prediction.logits, rtol=1e-4, atol=1e-4)


def test_a_network_that_flattens_gives_other_answers_for_most_drawn_dogs_and_orders() -> None:
    tiny, changed = tinyvgg(), []
    for slug in (slug for slug in SAMPLES if slug.startswith("small-")):
        inputs = tiny.preprocess(load_sample(slug).image)
        right = last_maps(tiny, inputs).prediction.top(1)[0].index
        changed += [last_maps(tiny, inputs, seed).prediction.top(1)[0].index != right for seed in range(1, 6)]
    assert len(changed) == 30
    assert sum(changed) > 15

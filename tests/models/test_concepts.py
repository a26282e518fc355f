import pytest
import torch

from imgcls.labels import IMAGENET_LABELS
from imgcls.models.classify import Prediction
from imgcls.models.concepts import CONCEPTS, concept_probabilities


@pytest.mark.parametrize(
    ("word", "edges_inside", "just_outside"),
    [
        ("Animal", ("tench", "puffer"), ("abacus",)),
        ("Mammal", ("tusker", "wombat", "grey whale", "meerkat", "wood rabbit", "giant panda"),
         ("black swan", "jellyfish", "tiger beetle", "sea cucumber", "barracouta")),
        ("Dog", ("Chihuahua", "Mexican hairless"), ("sea lion", "timber wolf")),
        ("Cat", ("tabby", "Egyptian cat"), ("grey fox", "cougar")),
        ("Food or drink", ("guacamole", "eggnog"), ("plate", "alp")),
    ],
)  # fmt: skip
def test_a_word_holds_its_categories_and_not_their_neighbours(
    word: str, edges_inside: tuple[str, ...], just_outside: tuple[str, ...]
) -> None:
    names = {IMAGENET_LABELS[index] for index in CONCEPTS[word]}
    assert names.issuperset(edges_inside)
    assert not names & set(just_outside)


def test_probabilities_of_overlapping_words_add_up_over_their_categories() -> None:
    probabilities = torch.zeros(1000)
    probabilities[[200, 283, 967]] = torch.tensor([0.5, 0.3, 0.2])
    found = concept_probabilities(Prediction(probabilities.log(), probabilities, IMAGENET_LABELS))
    assert found == pytest.approx({"Animal": 0.8, "Mammal": 0.8, "Dog": 0.5, "Cat": 0.3, "Food or drink": 0.2})


def test_other_networks_have_no_such_words() -> None:
    with pytest.raises(ValueError, match="1000"):
        concept_probabilities(Prediction(torch.zeros(2), torch.ones(2) / 2, ("a", "b")))

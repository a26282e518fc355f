"""The category list against timm's copy of ImageNet's synsets, which also holds every synonym."""

import pytest
from timm.data import ImageNetInfo

from imgcls import labels
from imgcls.labels import DOG_INDICES, IMAGENET_LABELS, UNKNOWABLE, display_name


@pytest.fixture(scope="module")
def synonyms() -> list[str]:
    """For each index its names, in small letters: "golden retriever", "basset, basset hound"."""
    info = ImageNetInfo()
    return [info.index_to_description(index).lower() for index in range(1000)]


def plain(name: str) -> str:
    return name.lower().replace("-", " ")


def test_labels_are_in_imagenets_order(synonyms):
    assert len(IMAGENET_LABELS) == len(set(IMAGENET_LABELS)) == 1000
    differing = {label for label, names in zip(IMAGENET_LABELS, synonyms, strict=True) if label.lower() not in names}
    assert differing == {"crane bird", "maillot tank suit"}  # torchvision told two pairs of namesakes apart


def test_dogs_are_the_118_breeds_from_chihuahua_to_mexican_hairless(synonyms):
    dogs = [IMAGENET_LABELS[index] for index in DOG_INDICES]
    assert (len(dogs), dogs[0], dogs[-1]) == (118, "Chihuahua", "Mexican hairless")
    assert IMAGENET_LABELS[DOG_INDICES[0] - 1] == "sea lion"
    assert "wolf" in synonyms[DOG_INDICES[-1] + 1]


@pytest.mark.parametrize("missing", UNKNOWABLE, ids=lambda missing: missing.breed)
def test_unknowable_breeds_are_in_no_synset(missing, synonyms):
    assert not [names for names in synonyms if plain(missing.breed) in [plain(name) for name in names.split(", ")]]
    assert missing.sentence.endswith(".")


@pytest.mark.parametrize(
    ("breed", "word", "there"),
    [
        ("English bulldog", "bulldog", ["French bulldog"]),
        ("dachshund", "dachs", []),
        ("Jack Russell terrier", "russell", []),
        ("bull terrier", "bull", ["Staffordshire bullterrier", "Boston bull", "bull mastiff", "French bulldog"]),
        ("Akita", "akita", []),
        ("Shiba Inu", "inu", []),
        ("Australian shepherd", "shepherd", ["German shepherd"]),
        ("Australian cattle dog", "cattle", []),
        ("bichon frise", "bichon", []),
        ("greyhound", "greyhound", ["Italian greyhound"]),
        ("English pointer", "pointer", ["German short-haired pointer"]),
        ("labradoodle", "doodle", []),
        ("mixed breed", "mixed", []),
    ],
)
def test_the_nearest_categories_of_unknowable_breeds_are_these(breed, word, there):
    assert breed in [missing.breed for missing in UNKNOWABLE]
    dogs = [IMAGENET_LABELS[index] for index in DOG_INDICES]
    assert sorted(dog for dog in dogs if word in dog.lower()) == sorted(there)


def test_display_names_of_dogs_are_unique_and_capitalised():
    names = [display_name(IMAGENET_LABELS[index]) for index in DOG_INDICES]
    assert len(set(names)) == 118
    assert all(name[0].isupper() for name in names)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("golden retriever", "Golden retriever"),
        ("Pembroke", "Pembroke Welsh corgi"),
        ("basset", "Basset hound"),
        ("Shih-Tzu", "Shih-Tzu"),
        ("Old_English_sheepdog", "Old English sheepdog"),
        ("", ""),
    ],
)
def test_display_name(label, shown):
    assert display_name(label) == shown


def test_display_names_are_given_for_labels_that_exist():
    assert set(labels._DISPLAY_NAMES) <= {IMAGENET_LABELS[index] for index in DOG_INDICES}


def test_own_classes_keep_their_letters() -> None:
    assert [display_name(label, ["boxer", "my_dog"]) for label in ("boxer", "my_dog")] == ["boxer", "my_dog"]

"""ImageNet's 1000 categories, and which of them are dogs."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgcls.vision import torchvision

# All torchvision weights for ImageNet carry the same list; reading it needs no download.
IMAGENET_LABELS: tuple[str, ...] = tuple(torchvision.models.ResNet50_Weights.DEFAULT.meta["categories"])

# 118 breeds, Chihuahua to Mexican hairless. The dingo (273) and other wild dogs come after and do not count.
DOG_INDICES = range(151, 269)

# ImageNet names a synset by its first word; these are the names people know.
_DISPLAY_NAMES = {
    "Japanese spaniel": "Japanese Chin",
    "Maltese dog": "Maltese",
    "Pekinese": "Pekingese",
    "Blenheim spaniel": "Blenheim spaniel (King Charles)",
    "basset": "Basset hound",
    "bluetick": "Bluetick coonhound",
    "Walker hound": "Treeing Walker coonhound",
    "redbone": "Redbone coonhound",
    "Staffordshire bullterrier": "Staffordshire bull terrier",
    "Airedale": "Airedale terrier",
    "cairn": "Cairn terrier",
    "Dandie Dinmont": "Dandie Dinmont terrier",
    "Boston bull": "Boston terrier",
    "Scotch terrier": "Scottish terrier",
    "silky terrier": "Australian silky terrier",
    "Lhasa": "Lhasa Apso",
    "Brittany spaniel": "Brittany",
    "clumber": "Clumber spaniel",
    "English springer": "English springer spaniel",
    "groenendael": "Groenendael (Belgian shepherd)",
    "malinois": "Malinois (Belgian shepherd)",
    "kelpie": "Australian kelpie",
    "collie": "Rough collie",
    "Appenzeller": "Appenzeller Sennenhund",
    "EntleBucher": "Entlebucher Sennenhund",
    "boxer": "Boxer (dog)",
    "bull mastiff": "Bullmastiff",
    "malamute": "Alaskan malamute",
    "Leonberg": "Leonberger",
    "Newfoundland": "Newfoundland dog",
    "chow": "Chow Chow",
    "Brabancon griffon": "Brabançon griffon",
    "Pembroke": "Pembroke Welsh corgi",
    "Cardigan": "Cardigan Welsh corgi",
    "Mexican hairless": "Mexican hairless dog",
}


def display_name(label: str, labels: Sequence[str] = IMAGENET_LABELS) -> str:
    """A label as people write it: the breed's common name, else the label with a capital and without underscores.

    That is for ImageNet's `labels`. A network that has learned others calls its classes what their owner called them.
    """
    if labels is not IMAGENET_LABELS and tuple(labels) != IMAGENET_LABELS:
        return label
    name = _DISPLAY_NAMES.get(label, label.replace("_", " "))
    return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class Unknowable:
    """A breed that no ImageNet network can name, and what to tell the owner of such a dog."""

    breed: str
    sentence: str


def _missing(breed: str, why: str = "") -> Unknowable:
    return Unknowable(breed, why or f"ImageNet has no {breed}; the answer is always some other breed.")


UNKNOWABLE: tuple[Unknowable, ...] = (
    _missing("dachshund"),
    _missing("English bulldog", "ImageNet has the French bulldog only; an English one comes out as another breed."),
    _missing("Jack Russell terrier"),
    _missing("bull terrier", "ImageNet has the Staffordshire bull terriers, but not the egg-headed bull terrier."),
    _missing("rat terrier"),
    _missing("Australian shepherd"),
    _missing("Australian cattle dog"),
    _missing("Akita"),
    _missing("Shiba Inu"),
    _missing("bichon frise"),
    _missing("Havanese"),
    _missing("Coton de Tulear"),
    _missing("greyhound", "ImageNet has the Italian greyhound and the whippet, but not their larger cousin."),
    _missing("English pointer", "Of the pointers, ImageNet has the German short-haired one and the vizsla."),
    _missing("cane corso"),
    _missing("Shar-Pei"),
    _missing("Belgian Tervuren", "Of the Belgian shepherds, ImageNet has the Groenendael and the Malinois."),
    _missing("Lagotto Romagnolo"),
    _missing("Chinese crested"),
    _missing("American bulldog"),
    _missing("goldendoodle", "A crossbreed has no category of its own; it comes out as a breed that it resembles."),
    _missing("labradoodle", "A crossbreed has no category of its own; it comes out as a breed that it resembles."),
    _missing("cavapoo", "A crossbreed has no category of its own; it comes out as a breed that it resembles."),
    _missing("mixed breed", "A mongrel has no category; the answer names one breed that it happens to resemble."),
)

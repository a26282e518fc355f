"""Classes that stand in the names of files: "cat.0.jpg", "n02085620_10074.jpg", "Abyssinian 12.png", "dog (3)"."""

import re
from collections import Counter

from imgcls.data.folders import PLAIN, role_of, words_of
from imgcls.data.names import word_set

# What cameras, phones and programs call their pictures.
_CAMERAS = word_set(
    """
    img imgp image images dsc dscn dscf dsci pxl pict pic picture photo photos foto fotos bild cimg dcim mvi
    gopr gh gx dji sam hpim wp win wa p s e e1 kic cam video snap snapshot snapchat screenshot screenshots
    screen shot bildschirmfoto whatsapp telegram signal received fb messenger instagram facebook at from on am
    pm scan scanned scannable document frame file download downloads unnamed untitled unknown copy kopie edited
    edit mp burst hdr pano portrait cover night collage temp tmp output result res thumb thumbnail index item
    object obj default camera front back vid im i n no nr num number id jan feb mar apr may jun jul aug sep oct
    nov dec
    """
)
_AT_THE_END = re.compile(
    r"^(.*?[^\W\d_].*?)[\s._\-#]*[(\[]?\d+[)\]]?[\s._\-]*(?:copy|kopie)?$", re.IGNORECASE | re.DOTALL
)
_IN_THE_MIDDLE = re.compile(r"^([^\d]*[^\W\d_][^\d]*?)[\s._\-#(\[]*\d.*$", re.DOTALL)
_AFTER_A_NUMBER = re.compile(r"^\d+[\s._\-]+([^\d]*[^\W\d_][^\d]*)$")
_LONGEST = 250  # letters of a name that are looked at: no system writes longer ones, and the patterns would take hours
_MOST_ALONE = 0.2  # share of pictures that may be the only one of their name


def labels_in_names(paths: tuple[str, ...]) -> dict[str, str]:
    """Path -> class as its file's name says it, where that gives classes with several pictures each; else {}."""
    for pattern in (_AT_THE_END, _IN_THE_MIDDLE, _AFTER_A_NUMBER):
        labels = {}
        for path in paths:
            stem = re.sub(r"\.[A-Za-z]{3,5}$", "", path.rsplit("/", 1)[-1])
            if len(stem) <= _LONGEST and (found := pattern.match(stem)) and (label := _of_a_class(found[1])):
                labels[path] = label
        counts = Counter(map(without_part, labels.values()))
        several = {path: label for path, label in labels.items() if counts[without_part(label)] > 1}
        if len(set(map(without_part, several.values()))) >= 2 and len(labels) - len(several) <= _MOST_ALONE * len(
            labels
        ):
            return several
    return {}


def _of_a_class(text: str) -> str:
    """The part in front of the number; "" where it speaks of no class."""
    label = text.strip(" ._-#([")
    words = words_of(label)
    if re.fullmatch(r"n\d{8}", label):  # as ImageNet numbers its classes
        return label
    if all(word in _CAMERAS or word in PLAIN or word.isdigit() for word in words):
        return ""
    role, rest = role_of(label)
    return label if rest or not role else ""


def without_part(label: str) -> str:
    """A class as a file's name says it, without "train" or "test" in front."""
    role, rest = role_of(label)
    if not role or not rest:
        return label
    return (
        re.sub(r"^(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)[\s._\-]+", "", label, flags=re.IGNORECASE)
        or label
    )

"""What lies beside pictures, by kind: nothing of it is opened, only counted."""

from collections.abc import Callable, Iterable

from imgcls.data.datasets import Skipped
from imgcls.data.names import word_set
from imgcls.data.picture_files import kind_of

# Endings of pictures. What has another one is a picture if it begins like one.
PICTURES = word_set("jpg jpeg jpe jfif pjpeg pjp png apng webp gif bmp dib tif tiff avif heic heif hif")
_KINDS = {
    "tables": "csv tsv tab xls xlsx ods parquet arrow feather jsonl ndjson",
    "text files": "txt md rst log html htm rtf url webloc",
    "annotations and settings": "json xml yaml yml ini cfg toml conf",
    "documents": "pdf doc docx odt ppt pptx key pages",
    "videos": "mov mp4 m4v avi mkv webm wmv flv mpg mpeg 3gp mts m2ts",
    "sound recordings": "mp3 wav m4a aac ogg flac wma",
    "pictures of a kind that is not read": "svg psd ai eps ico cr2 cr3 nef arw dng orf rw2 raf raw jp2 j2k jxl xcf "
    "exr hdr dcm tga pgm ppm pbm",
    "archives": "zip rar 7z tar gz tgz bz2 xz zst iso dmg",
    "programs": "exe msi bat cmd com dll so sh ps1 py pyc ipynb js jar apk app lnk",
    "arrays and weights": "npy npz mat h5 hdf5 pkl pickle pt pth ckpt safetensors onnx tfrecord tfrecords lmdb",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
HIDDEN = "system files such as .DS_Store"
_SYSTEM = frozenset(
    ["__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "system volume information"]
)
_REASON = "Only pictures are learned from."
FIRST_BYTES = 64
_TRIED = 300  # files of one ending; if none of them is a picture, the rest are not either


def is_hidden(path: str) -> bool:
    """Whether a computer put it there, not a person."""
    return any(part.startswith(".") or part.lower() in _SYSTEM for part in path.split("/"))


def is_archive(path: str) -> bool:
    """Whether a file's ending is that of a zip or another archive."""
    return _BY_ENDING.get(ending(path)) == "archives"


def ending(path: str) -> str:
    """In small letters, without its dot; "" if there is none."""
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in path.rsplit("/", 1)[-1] else ""


def sorted_out(paths: Iterable[str], first_bytes: Callable[[str], bytes]) -> tuple[list[str], list[str]]:
    """Pictures, and other files: by the ending where it is one of a picture, else by the first bytes."""
    pictures, others = [], []
    tried: dict[str, int] = {}
    for path in paths:
        kind = ending(path)
        if kind in PICTURES:
            pictures.append(path)
        elif tried.get(kind, 0) < _TRIED and is_picture(first_bytes(path)):
            pictures.append(path)
            tried[kind] = -(10**9)
        else:
            others.append(path)
            tried[kind] = tried.get(kind, 0) + 1
    return pictures, others


def left_out(others: Iterable[str], hidden: Iterable[str]) -> list[Skipped]:
    """Files that are no pictures: a row a kind, the first of them as its example."""
    kinds: dict[str, list[str]] = {}
    for path in others:
        kinds.setdefault(_BY_ENDING.get(ending(path), "other files"), []).append(path)
    rows = [Skipped(paths[0], _REASON, kind, len(paths)) for kind, paths in sorted(kinds.items())]
    system = list(hidden)
    return rows + ([Skipped(system[0], _REASON, HIDDEN, len(system))] if system else [])


def is_picture(data: bytes) -> bool:
    """Whether a file begins as those of pictures do; only reading it shows whether it is whole."""
    try:
        return bool(kind_of(data))
    except ValueError:
        return False

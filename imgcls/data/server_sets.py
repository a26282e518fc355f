"""Sets that a teacher has put on the server: zips and folders in the folder that IMGCLS_DATA names.

They are too large to upload. Pages and addresses know them by name only; what leads out of the folder is not offered.
"""

import os
from pathlib import Path

from imgcls.data.names import clean_name

VARIABLE = "IMGCLS_DATA"
MOST_SETS = 200


def server_folder() -> Path | None:
    """The folder that IMGCLS_DATA names; None if it names none, or what it names is no folder."""
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return None
    try:
        folder = Path(named).expanduser().resolve()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def server_sets() -> dict[str, Path]:
    """The zips and folders in it by the names that people see, in the order of these names.

    Hidden ones and links that lead out of the folder are passed over.
    """
    folder = server_folder()
    if folder is None:
        return {}
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name.casefold())
    except OSError:
        return {}
    sets: dict[str, Path] = {}
    for entry in entries:
        if len(sets) < MOST_SETS and not entry.name.startswith((".", "__")) and _is_set(entry, folder):
            shown = clean_name(entry.name.encode(errors="replace").decode()) or "unnamed"
            name, number = shown, 2
            while name in sets:
                name = f"{shown} ({number})"
                number += 1
            sets[name] = Path(entry.path)
    return sets


def _is_set(entry: os.DirEntry, folder: Path) -> bool:
    try:
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(folder):
            return False
        return entry.is_dir() or (entry.is_file() and entry.name.lower().endswith(".zip"))
    except OSError:
        return False


def name_on_server(path: str) -> str:
    """The name of the set at this path; "" if it is none of these."""
    return next((name for name, file in server_sets().items() if str(file) == path), "")

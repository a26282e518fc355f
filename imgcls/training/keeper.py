"""The files of a run while it trains: a disk that takes no more ends the files, not the run."""

from collections.abc import Callable, Iterator

from imgcls.store.files import why
from imgcls.training.records import Unsaved
from imgcls.training.runs import RunFiles


class Keeper:
    """Writes to `files`, if there are any, for as long as the disk takes it; `unsaved` says since when it does not."""

    def __init__(self, files: RunFiles | None) -> None:
        self.files = files
        self.unsaved: Unsaved | None = None
        self._told = False

    def keep(self, write: Callable[[RunFiles], None], step: int) -> bool:
        """Lets `write` write what belongs to this step; whether that is on the disk."""
        if self.files is None or self.unsaved:
            return False
        try:
            write(self.files)
        except OSError as error:
            self.unsaved = Unsaved(step, why(error))
        return self.unsaved is None

    def news(self) -> Iterator[Unsaved]:
        """That nothing is written any more, once."""
        if self.unsaved and not self._told:
            self._told = True
            yield self.unsaved

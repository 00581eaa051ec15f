"""Exceptions of the project.

::

    ChithiError
    ├── UnusableInput      a file, folder or value that cannot be used (exit status 2)
    │   ├── UnreadableFile     one file: reported in ``skipped``, the run goes on
    │   ├── UnknownDocument    a document id that the index does not have
    │   └── UnknownOption      an option value that is not among those accepted
    ├── IndexProblem       the saved index is missing, damaged or of another make (exit status 2)
    │   ├── MissingIndex
    │   ├── DamagedIndex
    │   └── OtherModel
    └── ModelUnavailable   an encoder that cannot be loaded (exit status 2)

Every message is Vietnamese and says what is wrong, with which file or value, and what to do.
"""

from __future__ import annotations


class ChithiError(Exception):
    """Base of every error that a user may see; ``str(error)`` is the Vietnamese message."""


class UnusableInput(ChithiError):
    """A file, folder or value that cannot be used."""


class UnreadableFile(UnusableInput):
    """One file that cannot be read; ``reason`` goes into ``skipped``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class UnknownDocument(UnusableInput):
    """No document of that id stands in the index."""


class UnknownOption(UnusableInput):
    """An option value that is not among those accepted."""


class IndexProblem(ChithiError):
    """The saved index cannot be used."""


class MissingIndex(IndexProblem):
    """No index stands where one was expected."""


class DamagedIndex(IndexProblem):
    """The files of the index do not fit together."""


class OtherModel(IndexProblem):
    """The index was built with another encoder than the one asked for."""


class ModelUnavailable(ChithiError):
    """An encoder that cannot be loaded."""

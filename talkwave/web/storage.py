"""Static files as browsers get them: hashed names, without what only readers of the sources need, compressed.

The sources stay as they are written, and are what runs in development and in tests. Modules stay modules.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import rjsmin
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# `@import "tokens.css";`: how css/app.css names the style sheets it is made of.
_IMPORT: Final = re.compile(r'^@import "([\w-]+\.css)";$', re.MULTILINE)

# A string, which stays as it is, or a comment; and what stands around the ends of lines. No more is done to style
# sheets: minifiers of them (rcssmin 1.3) take `.a :hover` for a declaration where rules are nested, and make it another.
_STRING_OR_COMMENT: Final = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/""", re.DOTALL)
_LINE_END: Final = re.compile(r"\s*\n\s*")


class LeanStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Ours without comments and needless space, style sheets with their imports written in; Brotli and gzip beside."""

    def post_process(self, paths: dict[str, tuple[Storage, str]], **options: Any) -> Iterator[tuple[str, str, Any]]:
        lean = {name: (LeanStorage(storage), path) for name, (storage, path) in paths.items()}
        yield from super().post_process(lean, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        # Nobody is sent to the other names; they are there for browsers that know no import maps.
        yield from super().compress_files(set(paths) & set(self.hashed_files.values()))


class LeanStorage:
    """A finder's storage, with sources made smaller as they are read."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def open(self, path: str, mode: str = "rb") -> "File[Any]":
        if not path.startswith(("js/", "css/")) or not path.endswith((".js", ".css")):
            return self._storage.open(path, mode)
        text = self._text(path)
        if path.endswith(".css"):
            folder = posixpath.dirname(path)
            text = _IMPORT.sub(lambda found: self._text(posixpath.join(folder, found[1])), text)
            lean = _LINE_END.sub("\n", _STRING_OR_COMMENT.sub(lambda found: found[1] or "", text)).strip()
        else:
            lean = rjsmin.jsmin(text)
        return ContentFile(lean.encode(), name=path)

    def _text(self, path: str) -> str:
        with self._storage.open(path) as file:
            text: str = file.read().decode()
        return text

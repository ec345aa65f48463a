"""The front page of a PDF as a picture. Runs in a process of its own alone (opening.py): a decoder meets a stranger's file here."""

from pathlib import Path
from typing import Any, Final

_SIDE: Final = 480


def front(source: Path, folder: Path) -> dict[str, Any]:
    """How many pages it has, and the first of them as `thumb` in `folder`. Nothing of one that cannot be drawn."""
    import pypdfium2  # most files are no PDF

    try:
        with pypdfium2.PdfDocument(source) as document:
            pages = len(document)
            first = document[0]
            scale = _SIDE / max(1.0, *first.get_size())
            drawn = first.render(scale=scale, may_draw_forms=False).to_pil()
            drawn.convert("RGB").save(folder / "thumb", "WEBP", quality=80, method=4)
    except (pypdfium2.PdfiumError, IndexError, ValueError, OSError):
        # Encrypted, broken, or without a page: a card like any other, to be downloaded.
        return {}
    return {"pages": pages, "thumb": "thumb"}

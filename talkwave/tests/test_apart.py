"""What strangers send is opened in a process that has nothing and is ended in time."""

import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.pictures import small_picture
from rooms.pictures import small_emoji
from rooms.previews import pictures as previews
from talkwave.errors import Refused


def jpeg_of_many_scans(side: int = 2_000, size: int = 900_000) -> bytes:
    """One grey picture, and the same small step towards it told over and over: each goes over all its pixels."""
    out = BytesIO()
    Image.new("L", (side, side), 120).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    return data[:-2] + scan * ((size - len(data)) // len(scan)) + b"\xff\xd9"


def test_a_picture_that_would_keep_a_processor_for_minutes_is_ended_wherever_it_comes_from(settings: Any) -> None:
    settings.FILE_LOOK_SECONDS = settings.PREVIEW_IMAGE_SECONDS = 1
    data = jpeg_of_many_scans()
    for draw in (small_picture, small_emoji):
        with pytest.raises(Refused) as refused:
            draw(BytesIO(data), size=len(data))
        assert (refused.value.code, refused.value.status) == ("bad_request", 400)
    assert previews.small_picture(data) is None


def test_what_runs_there_knows_no_django() -> None:
    modules = "rooms.files.opening, rooms.files.boxes, rooms.files.tiff, rooms.files.pictures, rooms.files.paper"
    modules += ", rooms.files.documents, rooms.files.signatures, rooms.drawing, accounts.drawing, talkwave.apart.child"
    code = f"import sys, {modules}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

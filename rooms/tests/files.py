"""Files for tests: good ones, and such as somebody hostile would send."""

import io
import struct
import zipfile
import zlib

from django.test import Client
from PIL import Image

JSON = {"Accept": "application/json"}
PIECE = 4 * 1024 * 1024


def picture(size=(60, 40), form="JPEG", color=(200, 30, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, form, **options)
    return out.getvalue()


def photo_of_a_phone(size=(60, 40)):
    """Lying on its side, as phones store them, and knowing where it was taken."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (52.0, 31.0, 12.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"taken by SecretPerson")
    return out.getvalue()


def photo_with_another_behind_it(size=(60, 40)):
    """As many cameras write a JPEG: with a smaller one for their screen behind it (MPO)."""
    out = io.BytesIO()
    photo = Image.new("RGB", size, (200, 30, 30))
    smaller = Image.new("RGB", (size[0] // 2, size[1] // 2), (30, 200, 30))
    photo.save(out, "MPO", save_all=True, append_images=[smaller])
    return out.getvalue()


def moving(form="GIF", frames=3, size=(40, 30)):
    images = [Image.new("RGB", size, (80 * number, 10, 10)) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, form, save_all=True, append_images=images[1:], duration=120, loop=0)
    return out.getvalue()


def png_that_says(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return out.getvalue()


def docx(*lines):
    ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return archive(
        **{
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {ns}><w:body>{body}</w:body></w:document>",
        }
    )


def pdf(text):
    """One page with a line."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        out
        + head
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            len(out),
        )
    )


def begin(client: Client, room, name, size, **place):
    return client.post("/uploads/", {"room": room.pk, "name": name, "size": size, **place}, headers=JSON)


def piece(client: Client, upload_id, offset, data):
    return client.patch(
        f"/uploads/{upload_id}/",
        data,
        content_type="application/octet-stream",
        headers={**JSON, "Upload-Offset": str(offset)},
    )


def finish(client: Client, upload_id, **told):
    return client.post(f"/uploads/{upload_id}/done/", told, headers=JSON)


def upload(client: Client, room, name, data, thread=None, **told):
    """The whole way; gives the answer of the last step."""
    begun = begin(client, room, name, len(data), **({"thread": thread.pk} if thread else {}))
    assert begun.status_code == 201, begun.text
    upload_id = begun.json()["id"]
    for offset in range(0, len(data), PIECE):
        answer = piece(client, upload_id, offset, data[offset : offset + PIECE])
        assert answer.status_code == 200, answer.text
    return finish(client, upload_id, **told)


def ready(client: Client, room, name="note.txt", data=b"hello", **told):
    """A file ready to be sent, as the wire shows it."""
    answer = upload(client, room, name, data, **told)
    assert answer.status_code == 200, answer.text
    return answer.json()["file"]

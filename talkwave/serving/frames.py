"""The bytes of WebSocket frames (RFC 6455, 5.2), of the kinds that make up nearly all traffic."""


def frame_head(size: int) -> bytes:
    """The head of an unfragmented text frame from a server, which is not masked (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def whole_text_frame(data: bytes, begin: int) -> tuple[str, int] | None:
    """The text of the frame that begins there, and where it ends.

    None where that is not a whole, unfragmented, masked text frame of less than 64 KiB, valid in every way.
    """
    if len(data) < begin + 6 or data[begin] != 0x81:
        return None
    size = data[begin + 1] - 0x80
    head = 6
    if size == 126:
        head = 8
        size = int.from_bytes(data[begin + 2 : begin + 4], "big")
        if size < 126:
            return None
    elif not 0 <= size < 126:
        return None
    payload = begin + head
    end = payload + size
    if len(data) < end:
        return None
    # As two large numbers the bytes are unmasked in one operation.
    mask = data[payload - 4 : payload] * (size // 4 + 1)
    unmasked = int.from_bytes(data[payload:end], "big") ^ int.from_bytes(mask[:size], "big")
    try:
        return unmasked.to_bytes(size, "big").decode(), end
    except UnicodeDecodeError:
        return None

"""Bytes in any usual encoding as UTF-8."""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from byname.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["Source", "encoding_of"]

_CHUNK = 1 << 20
_NOT_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
_MOST_ODD = 0.05  # the share of control characters from which on it is no text
_PLAIN = "\t\n\r\f\v\x1a"


class Source(io.RawIOBase):
    """A file's bytes as UTF-8.

    Args:
        name: the file's name, for errors.
        inner: its bytes, unpacked.
        encoding: what they are; "utf-8" is passed on as it is. What cannot be decoded becomes U+FFFD.
        told: called with the number of bytes read.
    """

    def __init__(
        self, name: str, inner: BinaryIO, encoding: str = "utf-8", told: Callable[[int], None] = lambda _bytes: None
    ) -> None:
        self._name, self._inner, self._told = name, inner, told
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        self._pending = b""
        self.tail = b""  # the last bytes read, by which a closed quotation is known

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as possible; 0 at the end."""
        while not self._pending and (chunk := self._chunk()) is not None:
            self._pending = chunk
        given = self._pending[: len(buffer)]
        self._pending = self._pending[len(given) :]
        buffer[: len(given)] = given
        self.tail = (self.tail + given)[-16:]
        return len(given)

    def _chunk(self) -> bytes | None:
        """The next bytes in UTF-8; None at the end."""
        try:
            read = self._inner.read(_CHUNK)
        except (EOFError, OSError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile) as broken:
            raise UnreadableFile(
                where=self._name, found=f"a broken or locked gzip or zip ({broken})", expected="a whole file"
            ) from broken
        self._told(len(read))
        if self._decoder is None:
            return read or None
        text = self._decoder.decode(read, final=not read)
        return text.encode("utf-8", "replace") if read or text else None

    def close(self) -> None:
        """Close the file, too."""
        self._inner.close()
        super().close()


def encoding_of(name: str, opened: Callable[[], BinaryIO]) -> str:
    """By byte order mark; else UTF-8 if the whole file is; else the Windows code page that Excel writes.

    Raises:
        UnreadableFile: it is no text.
    """
    with io.BufferedReader(Source(name, opened())) as file:
        head = file.peek(_CHUNK)
        encoding = _guess(head) or ("utf-8" if _is_utf_8(file) else "cp1252")
    if encoding == "cp1252" and head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"  # says that it is UTF-8, but not all of it is
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    odd = sum(character == "\ufffd" or (character < " " and character not in _PLAIN) for character in text[:4096])
    if head.startswith(_NOT_TEXT) or odd > _MOST_ODD * len(text[:4096]):
        raise UnreadableFile(
            where=name, found="bytes that are not text", expected="CSV, TSV, Excel, JSON, JSON lines or Parquet"
        )
    return encoding


def _guess(head: bytes) -> str:
    """UTF-16, by its mark or by the zeros that Western text has in it; else nothing."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" not in head:
        return ""
    first, second = (head[start:2048:2].count(0) for start in (0, 1))
    few = len(head[:2048]) // 16
    if max(first, second) <= few or min(first, second) > few:
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _is_utf_8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

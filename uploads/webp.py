"""Reading a WebP with libwebp's own scaling: 80 megapixels never lie in memory whole, as Pillow's reader would have them.

Pillow hands WebP to its reader of animations, which keeps four copies of the canvas. This asks the very library that
Pillow has loaded, by the C interface that libwebp has kept since 2013 (webp/decode.h). Meant for a codec process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, _webp

# Structures grow at their ends only while this number's upper byte stays; the library refuses another one.
_ABI_VERSION = 0x0209
_MODE_RGB, _MODE_RGBA = 0, 1
_OUT_OF_MEMORY, _SUSPENDED, _NOT_ENOUGH_DATA = 1, 5, 7
# The chunks that say something, as Pillow names them.
_STATEMENTS = {b"ICCP": "icc_profile", b"EXIF": "exif", b"XMP ": "xmp"}
_MAX_CHUNKS = 1000


class WebPError(Exception):
    """libwebp's refusal, in words."""


@dataclass(frozen=True, slots=True)
class WebPHeader:
    """What the first chunks say; `width` and `height` are the canvas's."""

    width: int
    height: int
    has_alpha: bool
    is_animated: bool


def read_header(data: bytes) -> WebPHeader:
    """Read as much as it takes to know the size; nothing is decoded. Raises `WebPError`."""
    features = _Features()
    _check(_LIBRARY.WebPGetFeaturesInternal(data, len(data), ctypes.byref(features), _ABI_VERSION))
    return WebPHeader(features.width, features.height, bool(features.has_alpha), bool(features.has_animation))


def decode(data: bytes, header: WebPHeader, size: tuple[int, int]) -> Image.Image:
    """Decode a still picture to its last pixel, scaled to `size` on the way; its statements are in `info`.

    Raises `WebPError`; `MemoryError` where the library gets none.
    """
    config = _Config()
    if not _LIBRARY.WebPInitDecoderConfigInternal(ctypes.byref(config), _ABI_VERSION):
        raise WebPError("another libwebp than the one this was written for")
    mode, samples = ("RGBA", 4) if header.has_alpha else ("RGB", 3)
    width, height = size
    pixels = (ctypes.c_uint8 * (width * height * samples))()
    config.output.colorspace = _MODE_RGBA if header.has_alpha else _MODE_RGB
    config.output.is_external_memory = 1
    config.output.u.rgba.pixels = ctypes.addressof(pixels)
    config.output.u.rgba.stride = width * samples
    config.output.u.rgba.size = len(pixels)
    if size != (header.width, header.height):
        config.options.use_scaling, config.options.scaled_width, config.options.scaled_height = (
            1,
            width,
            height,
        )
    _check(_LIBRARY.WebPDecode(data, len(data), ctypes.byref(config)))
    image = Image.frombytes(mode, size, memoryview(pixels).cast("B"))
    image.info.update(_statements(data))
    return image


def _statements(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Profile, EXIF and XMP out of the RIFF container's chunks, each of an even length."""
    position, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _ in range(_MAX_CHUNKS):
        if position + 8 > end:
            return
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        name = _STATEMENTS.get(data[position : position + 4])
        if name is not None and position + 8 + length <= end:
            yield name, data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _check(status: int) -> None:
    if status == _OUT_OF_MEMORY:
        raise MemoryError
    if status in (_SUSPENDED, _NOT_ENOUGH_DATA):
        raise WebPError("unexpected end of the file")
    if status:
        raise WebPError(f"libwebp says {status}")


class _Features(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _RgbaBuffer(ctypes.Structure):
    _fields_ = (("pixels", ctypes.c_void_p), ("stride", ctypes.c_int), ("size", ctypes.c_size_t))


class _YuvaBuffer(ctypes.Structure):
    _fields_ = (
        ("planes", ctypes.c_void_p * 4),
        ("strides", ctypes.c_int * 4),
        ("sizes", ctypes.c_size_t * 4),
    )


class _Pixels(ctypes.Union):
    _fields_ = (("rgba", _RgbaBuffer), ("yuva", _YuvaBuffer))


class _Output(ctypes.Structure):
    _fields_ = (
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("u", _Pixels),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        ("bypass_filtering", ctypes.c_int),
        ("no_fancy_upsampling", ctypes.c_int),
        ("use_cropping", ctypes.c_int),
        ("crop", ctypes.c_int * 4),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("use_threads", ctypes.c_int),
        ("dithering_strength", ctypes.c_int),
        ("flip", ctypes.c_int),
        ("alpha_dithering_strength", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("input", _Features), ("output", _Output), ("options", _Options))


def _load() -> ctypes.CDLL:
    """What Pillow's extension is linked to is found through the extension itself, wherever it lies."""
    library = ctypes.CDLL(_webp.__file__)
    data = (ctypes.c_char_p, ctypes.c_size_t)
    library.WebPGetFeaturesInternal.argtypes = (*data, ctypes.POINTER(_Features), ctypes.c_int)
    library.WebPInitDecoderConfigInternal.argtypes = (ctypes.POINTER(_Config), ctypes.c_int)
    library.WebPDecode.argtypes = (*data, ctypes.POINTER(_Config))
    return library


_LIBRARY = _load()

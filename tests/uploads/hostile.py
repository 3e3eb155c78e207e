"""Broken and hostile files, made in code: (name, bytes) pairs, the same in every run."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pillow_heif
from PIL import Image

from tests.uploads.images import FORMATS, encoded, phone_exif, photo_bytes

Case = tuple[str, bytes]


def textured(width: int = 320, height: int = 240) -> Image.Image:
    """Something that fills a few dozen kilobytes in every format."""
    noise = Image.effect_noise((width, height), 50)
    return Image.merge(
        "RGB",
        (noise, noise.rotate(90).resize((width, height)), Image.linear_gradient("L").resize((width, height))),
    )


def bit_flips(per_format: int = 40) -> Iterator[Case]:
    """One to fifty bits turned over anywhere, the metadata and the headers included."""
    number = random.Random(7)
    for kind in FORMATS:
        whole = encoded(textured(), kind, exif=phone_exif(6).tobytes())
        for turn in range(per_format):
            data = bytearray(whole)
            for _ in range(number.choice((1, 1, 3, 10, 50))):
                # Half of them where the headers are.
                at = number.randrange(len(data) if number.random() < 0.5 else min(600, len(data)))
                data[at] ^= 1 << number.randrange(8)
            yield f"{kind} bit flips {turn}", bytes(data)


def truncations() -> Iterator[Case]:
    """Every format cut at every kilobyte, and byte by byte at its start and end."""
    for kind in FORMATS:
        whole = encoded(textured(), kind, exif=phone_exif().tobytes())
        cuts = {*range(0, len(whole), 1024), *range(0, 40, 3), *range(len(whole) - 12, len(whole), 3)}
        for cut in sorted(cuts):
            yield f"{kind} cut at {cut}", whole[:cut]


def headers() -> Iterator[Case]:
    """Sizes that are only said."""
    yield "PNG header of 60000 x 60000", png_of(60_000, 60_000, b"")
    yield "PNG header of 2^31-1 squared", png_of(2**31 - 1, 2**31 - 1, b"")
    yield "PNG of no width", png_of(0, 100, b"")
    yield "JPEG header of 65500 x 65500", jpeg_sized(65_500, 65_500)
    yield "JPEG header of no height", jpeg_sized(100, 0)
    yield "WebP header of 16384 x 16384", webp_canvas(16_384, 16_384)


def bombs() -> Iterator[Case]:
    """Little to send, much to decode."""
    yield "PNG of 81 megapixels, all zero", png_of(9_000, 9_000, zeros(9_001 * 9_000))
    yield "PNG of 79 megapixels RGBA", png_of(8_900, 8_900, zeros((8_900 * 4 + 1) * 8_900), colour=6)
    yield (
        "PNG of 79 megapixels RGBA in 16 bits",
        png_of(8_900, 8_900, zeros((8_900 * 8 + 1) * 8_900), colour=6, depth=16),
    )
    yield (
        "PNG of 79 megapixels grey in 16 bits",
        png_of(8_900, 8_900, zeros((8_900 * 2 + 1) * 8_900), colour=0, depth=16),
    )
    yield (
        "PNG of 79 megapixels in one bit",
        png_of(8_900, 8_900, zeros((8_900 // 8 + 2) * 8_900), colour=0, depth=1),
    )
    yield "PNG interlaced", png_of(8_900, 8_900, zeros(8_901 * 8_900 + 100_000), colour=0, interlaced=1)
    yield "PNG text of a gigabyte", png_with(b"zTXt", b"k\0\0" + zlib.compress(bytes(60_000_000), 9))
    yield "PNG profile of 60 MB", png_with(b"iCCP", b"k\0\0" + zlib.compress(bytes(60_000_000), 9))
    yield "PNG of 20000 chunks", png_with_many(b"tEXt", 20_000)
    yield "JPEG of 78 megapixels, progressive", encoded(Image.new("L", (8_900, 8_800), 90), progressive=True)
    yield (
        "JPEG of 30 megapixels, CMYK, progressive",
        encoded(Image.new("CMYK", (6_000, 5_000)), progressive=True),
    )
    yield "JPEG of 65500 x 1", encoded(Image.new("RGB", (65_500, 1)))
    yield "JPEG of 1 x 65500", encoded(Image.new("RGB", (1, 65_500)))
    yield "JPEG of 30000 segments", jpeg_with(b"".join(b"\xff\xfe\x00\x04ab" for _ in range(30_000)))
    yield "JPEG of 4000 scans", scans(4_000)
    yield "JPEG of 30 scans over 60 megapixels", scans(20, size=(8_000, 7_500))
    yield (
        "WebP of 79 megapixels",
        encoded(textured(895, 890).resize((8_950, 8_900)), "WEBP", quality=50, method=0),
    )
    yield (
        "WebP of 79 megapixels, transparent",
        encoded(Image.new("RGBA", (8_950, 8_900), (9, 9, 9, 9)), "WEBP", quality=50, method=0),
    )
    yield "WebP of 79 megapixels, lossless", lossless_webp(8_950, 8_900)
    yield "WebP of 16383 x 1", encoded(Image.new("RGB", (16_383, 1)), "WEBP", method=0)
    yield "WebP of 1 x 16383", encoded(Image.new("RGB", (1, 16_383)), "WEBP", method=0)
    yield "WebP animation of 16 megapixels", frames("WEBP", 2, (4_618, 3_464))
    yield "WebP animation of 50 megapixels", frames("WEBP", 2, (8_000, 6_250))
    yield "AVIF of 16 megapixels", encoded(Image.new("RGBA", (4_618, 3_464), (9, 90, 9, 9)), "AVIF", speed=10)
    yield "WebP of 300 frames", frames("WEBP", 300)
    yield "AVIF of 48 megapixels", encoded(Image.new("RGB", (8_000, 6_000), "blue"), "AVIF", speed=10)
    yield "HEIF of 48 megapixels", heif(8_000, 6_000)
    yield "APNG of 500 frames", frames("PNG", 500)


def polyglots() -> Iterator[Case]:
    """Two things at once, and things that only say what they are."""
    jpeg = photo_bytes()
    yield "JPEG and ZIP", jpeg + b"PK\x03\x04" + b"x" * 2000 + b"PK\x05\x06" + bytes(18)
    yield "JPEG and PHP", jpeg_with(b"\xff\xfe\x00\x22" + b"<?php system($_GET['c']); ?>    ")
    yield "JPEG and HTML", jpeg_with(b"\xff\xfe\x00\x20" + b"<script>alert(document)</script>"[:30])
    yield "PDF with a JPEG in it", b"%PDF-1.4\n" + jpeg
    yield "GIF", b"GIF89a" + struct.pack("<HH", 10, 10) + bytes(100)
    yield "TIFF", b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    yield "BMP", b"BM" + bytes(200)
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file"
    yield "executable", b"\x7fELF" + bytes(500)
    yield "MP4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100)
    yield "HEIC brand and nothing else", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    yield "WebP that is RIFF audio", b"RIFF" + struct.pack("<I", 100) + b"WAVE" + bytes(100)
    yield "zeros", bytes(5_000)
    yield "one byte", b"\xff"
    yield "JPEG start twice", b"\xff\xd8" * 2 + jpeg
    yield "endless markers", b"\xff\xd8\xff" + b"\xff" * 200_000


def metadata() -> Iterator[Case]:
    """Sound pictures with metadata that leads nowhere, or round in circles."""
    for name, exif in (
        ("directory of no entries", tiff(b"\0\0\0\0\0\0")),
        ("directory that follows itself", tiff(b"\x00\x00\x08\x00\x00\x00")),
        ("directory that holds itself", tiff(entries((0x8769, 4, 1, 8)))),
        ("65535 entries announced", tiff(b"\xff\xff" + bytes(40))),
        ("value of 4 GB", tiff(entries((0x010F, 2, 0xFFFFFFFF, 8)))),
        ("value far behind the end", tiff(entries((0x010F, 2, 100, 0xFFFFFF00)))),
        ("rational by zero", tiff(entries((0x8825, 4, 1, 26)) + entries((2, 5, 3, 60)) + bytes(64))),
        ("unknown types", tiff(entries(*[(0x0112, kind, 1, 6) for kind in range(20)]))),
        ("directories 200 deep", tiff(nested(200))),
        ("orientation 99", tiff(entries((0x0112, 3, 1, 99)))),
        ("nothing", b"Exif\0\0"),
        ("letters", b"Exif\0\0" + b"A" * 60_000),
    ):
        yield f"EXIF: {name}", jpeg_with(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    yield "broken profile", encoded(textured(), icc_profile=b"not a profile" * 50)
    yield "XMP of 60 kB of brackets", encoded(textured(), xmp=b"<a>" * 20_000)


def tiff(directory: bytes) -> bytes:
    return b"Exif\0\0II*\x00\x08\x00\x00\x00" + directory


def entries(*fields: tuple[int, int, int, int]) -> bytes:
    return (
        struct.pack("<H", len(fields)) + b"".join(struct.pack("<HHII", *each) for each in fields) + bytes(4)
    )


def nested(depth: int) -> bytes:
    """Each directory's sub-directory begins where it ends."""
    return b"".join(entries((0x8769, 4, 1, 8 + 18 * (level + 1))) for level in range(depth)) + bytes(6)


def zeros(length: int) -> bytes:
    """A zlib stream of so many zeros, one squeezed block again and again; none of them changes the checksum's low half."""
    block = zlib.compressobj(9, wbits=-15)
    squeezed = block.compress(bytes(1_000_000)) + block.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-15)
    end = rest.compress(bytes(length % 1_000_000)) + rest.flush()
    return b"\x78\xda" + squeezed * (length // 1_000_000) + end + struct.pack(">HH", length % 65_521, 1)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(
    width: int, height: int, pixels: bytes, colour: int = 0, depth: int = 8, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_with(kind: bytes, data: bytes) -> bytes:
    whole = photo_bytes("PNG")
    return whole[:33] + chunk(kind, data) + whole[33:]


def png_with_many(kind: bytes, count: int) -> bytes:
    whole = photo_bytes("PNG")
    return whole[:33] + b"".join(chunk(kind, b"k%d\0v" % number) for number in range(count)) + whole[33:]


def jpeg_with(segments: bytes) -> bytes:
    whole = photo_bytes()
    return whole[:2] + segments + whole[2:]


def jpeg_sized(width: int, height: int) -> bytes:
    """The frame header rewritten."""
    data = bytearray(photo_bytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def scans(count: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """A progressive JPEG whose last scan comes again and again; each costs a pass over all its pixels."""
    whole = encoded(Image.new("L", size, 128), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def webp_canvas(width: int, height: int) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossless_webp(width: int, height: int) -> bytes:
    """Smooth in all four channels: every pixel is decoded by itself, and the whole still fits a body."""
    rise, disc = Image.linear_gradient("L"), Image.radial_gradient("L")
    picture = Image.merge("RGBA", (rise, disc, rise.rotate(90), disc.rotate(45))).resize((width, height))
    return encoded(picture, "WEBP", lossless=True, method=0, quality=0)


def frames(kind: str, count: int, size: tuple[int, int] = (160, 120)) -> bytes:
    pictures = [Image.new("RGB", size, (number * 100 % 256, 0, 0)) for number in range(count)]
    out = BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def heif(width: int, height: int) -> bytes:
    pillow_heif.register_heif_opener()
    # How well it is squeezed is no matter here.
    fast = {"preset": "ultrafast"}
    return encoded(Image.new("RGB", (width, height), "blue"), "HEIF", quality=10, enc_params=fast)

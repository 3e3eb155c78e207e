"""Photos made in code: small, with known pixels and known metadata."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

pillow_heif.register_heif_opener()

TOP, BOTTOM = (200, 30, 30), (30, 60, 200)
SECRET_MODEL = "SecretPhone-X99"
FORMATS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heif",
    "AVIF": "image/avif",
}


def two_halves(width: int = 64, height: int = 48) -> Image.Image:
    """Red above, blue below: shows which way up a picture is."""
    image = Image.new("RGB", (width, height), TOP)
    image.paste(BOTTOM, (0, height // 2, width, height))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **({"quality": 90} | options if kind != "PNG" else options))
    return out.getvalue()


def photo_bytes(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    return encoded(two_halves(*size), kind, **options)


def phone_exif(orientation: int = 1) -> Image.Exif:
    """Chongming, Chenjia town, on the morning of 1 November 2026."""
    exif = Image.Exif()
    exif[Base.Make] = "Acme"
    exif[Base.Model] = SECRET_MODEL
    exif[Base.Software] = "Camera 3.1"
    exif[Base.Orientation] = orientation
    exif[Base.DateTime] = "2026:11:01 09:05:00"
    detail = exif.get_ifd(IFD.Exif)
    detail[Base.DateTimeOriginal] = "2026:11:01 08:30:15"
    detail[Base.OffsetTimeOriginal] = "+08:00"
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef] = "N"
    gps[GPS.GPSLatitude] = (31.0, 30.0, 36.0)
    gps[GPS.GPSLongitudeRef] = "E"
    gps[GPS.GPSLongitude] = (121.0, 48.0, 0.0)
    gps[GPS.GPSDateStamp] = "2026:11:01"
    gps[GPS.GPSTimeStamp] = (0.0, 30.0, 14.0)
    gps[GPS.GPSHPositioningError] = 4.5
    gps[GPS.GPSImgDirection] = 271.5
    return exif


def gain_mapped(base: Image.Image, gain: Image.Image, **options: Any) -> bytes:
    """An Ultra HDR photo as Android's cameras write it: the picture, then its gain map, told by XMP and an MPF index."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description hdrgm:Version="1.0"><Container:Directory>'
        b'<rdf:Seq><rdf:li><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>'
        b'<rdf:li><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="4000"/></rdf:li>'
        b"</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    out = BytesIO()
    base.save(out, "MPO", save_all=True, append_images=[gain], quality=92, subsampling=0, xmp=xmp, **options)
    return out.getvalue()


def pixel(data: bytes, across: float, down: float) -> tuple[int, int, int]:
    """The colour at a relative position, 0 to 1 both ways."""
    with Image.open(BytesIO(data)) as image:
        value = image.convert("RGB").getpixel((int(across * image.width), int(down * image.height)))
    assert isinstance(value, tuple)
    return value[0], value[1], value[2]


def is_near(one: tuple[int, ...], other: tuple[int, ...], tolerance: int = 8) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))

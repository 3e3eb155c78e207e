from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngInfo

from tests.factories import NOW
from tests.uploads.images import FORMATS, encoded, phone_exif, photo_bytes, two_halves
from uploads.evidence import EvidenceMarks, read_evidence
from uploads.evidence_flags import FlagCode, PhotoFacts, PhotoFlag, flags_of
from uploads.validation import validate_photo
from uploads.xmp import XmpMarks, read_xmp

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
# As Lightroom writes it: the program in the tool and in each step of the history.
LIGHTROOM = PACKET.format(
    attributes='xmp:CreatorTool="Adobe Photoshop Lightroom Classic 7.4 (Macintosh)" photoshop:DateCreated="2018-10-27"',
    elements="""<xmpMM:History><rdf:Seq>
<rdf:li stEvt:action="derived" stEvt:parameters="converted from image/x-canon-cr2 to image/jpeg"/>
<rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Photoshop Lightroom Classic 7.4" stEvt:changed="/"/>
</rdf:Seq></xmpMM:History>""",
)


def packet(attributes: str = "", elements: str = "") -> bytes:
    return PACKET.format(attributes=attributes, elements=elements).encode()


def written_as(kind: str, xmp: str) -> dict[str, object]:
    """How Pillow is told to write it: in PNG a packet is a text of its own name."""
    if kind != "PNG":
        return {"xmp": xmp.encode()}
    notes = PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", xmp)
    return {"pnginfo": notes}


def marks_of(data: bytes) -> EvidenceMarks:
    return read_evidence(validate_photo(data, None).image)


def edited(marks: EvidenceMarks) -> PhotoFlag | None:
    flags = flags_of(PhotoFacts(received_at=NOW, marks=marks))
    return next((flag for flag in flags if flag.code is FlagCode.EDITED), None)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_editor_in_the_history_is_read_from_every_format(kind: str) -> None:
    data = encoded(two_halves(), kind, **written_as(kind, LIGHTROOM))
    marks = marks_of(data)

    assert marks.creator_tool == "Adobe Photoshop Lightroom Classic 7.4 (Macintosh)"
    assert marks.history_software == "Adobe Photoshop Lightroom Classic 7.4"
    flag = edited(marks)
    assert flag is not None
    assert flag.figures == {"software": "Adobe Photoshop Lightroom Classic 7.4"}


def test_it_is_read_beside_an_exif_that_says_nothing_of_it() -> None:
    data = encoded(two_halves(), exif=phone_exif().tobytes(), xmp=LIGHTROOM.encode())
    marks = marks_of(data)
    assert marks.software == "Camera 3.1"
    assert edited(marks) is not None


@pytest.mark.parametrize(
    "written",
    [
        packet('xmp:CreatorTool="Snapseed 2.0"'),
        packet("xmp:CreatorTool='Snapseed 2.0'"),
        packet('xap:CreatorTool = "Snapseed 2.0"'),
        packet("", "<xmp:CreatorTool>Snapseed 2.0</xmp:CreatorTool>"),
        packet("", "<stEvt:softwareAgent>Snapseed 2.0</stEvt:softwareAgent>"),
    ],
)
def test_attributes_and_elements_say_the_same(written: bytes) -> None:
    flag = edited(marks_of(photo_bytes(xmp=written)))
    assert flag is not None
    assert flag.figures == {"software": "Snapseed 2.0"}


def test_any_program_in_the_history_counts_even_one_that_is_not_known() -> None:
    """Cameras keep no history of a picture; whoever does has handled it."""
    marks = marks_of(photo_bytes(xmp=packet("", '<rdf:li stEvt:softwareAgent="Retouch 9"/>')))
    flag = edited(marks)
    assert flag is not None
    assert "Retouch 9" in flag.zh


@pytest.mark.parametrize(
    "written",
    [
        # iPhones write the system's version there, Pixels what they need for depth and gain maps.
        packet('xmp:CreatorTool="17.5.1" photoshop:DateCreated="2026-11-20T10:00:00"'),
        packet('hdrgm:Version="1.0"', '<Container:Item Item:Semantic="GainMap" Item:Length="7817"/>'),
        packet(
            'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"'
        ),
        packet(
            'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/computationalCapture"'
        ),
        packet("""TC260:AIGC='{"Label":"0"}'"""),
        b"",
        b"<",
        b"\xff" * 100,
    ],
)
def test_what_phones_write_is_not_flagged(written: bytes) -> None:
    assert edited(EvidenceMarks(creator_tool=(found := read_xmp(written)).creator_tool)) is None
    assert (found.history_software, found.source_mark) == (None, None)


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        (
            "Iptc4xmpExt:DigitalSourceType="
            '"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"',
            "compositeWithTrainedAlgorithmicMedia",
        ),
        (
            "TC260:AIGC="
            '"{&quot;Label&quot;: &quot;1&quot;, &quot;ContentProducer&quot;: &quot;某平台&quot;}"',
            "AIGC 1",
        ),
        ("""TC260:AIGC='{"Label":"3","ContentProducer":"x"}'""", "AIGC 3"),
    ],
)
def test_the_mark_of_a_made_picture_is_told(written: str, mark: str) -> None:
    """IPTC's source types, and the mark that GB 45438-2025 asks of pictures made by artificial intelligence."""
    flag = edited(marks_of(photo_bytes(xmp=packet(written))))
    assert flag is not None
    assert flag.figures == {"source_mark": mark}
    assert mark in flag.zh


def test_entities_of_the_packets_own_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
    )
    found = read_xmp(bomb + b"]><x:xmpmeta><xmp:CreatorTool>&j;</xmp:CreatorTool></x:xmpmeta>")
    assert found.creator_tool == "&j;"


@pytest.mark.parametrize(
    "hostile",
    [
        b"<a>" * 5_000_000,
        b":CreatorTool=" * 1_000_000,
        b':CreatorTool="' * 1_000_000,
        b":CreatorTool" + b" " * 10_000_000,
        b" CreatorTool>" * 1_000_000,
        (b":CreatorTool" + b" " * 200) * 50_000,
    ],
)
def test_a_packet_of_many_megabytes_costs_next_to_nothing(hostile: bytes) -> None:
    began = time.process_time()
    read_xmp(hostile)
    assert time.process_time() - began < 1


@given(st.binary() | st.text() | st.none() | st.integers())
def test_whatever_stands_there_nothing_fails(written: object) -> None:
    assert isinstance(read_xmp(written), XmpMarks)


@given(st.text(max_size=300))
def test_what_is_read_is_printable_and_bounded(name: str) -> None:
    written = packet("", f"<stEvt:softwareAgent>{name}</stEvt:softwareAgent>")
    software = marks_of(photo_bytes(xmp=written)).history_software or ""
    assert software.isprintable()
    assert len(software) <= 100

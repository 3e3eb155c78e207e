"""Reading files: encodings, spreadsheets, and files that are broken or hostile."""

import contextlib
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid import tables, workbooks
from grid.table_files import MAXIMUM_FILE_BYTES, read_table
from grid.tables import Column, UnreadableTable
from server.errors import DomainError, TooLarge

COLUMNS = (
    Column("name", ("名称",), is_required=True),
    Column("code", ("代码",), is_required=True),
    Column("note"),
)
TEXT = "名称,代码\n南门居委会,310151101001\n花园弄,2\n"


def workbook(*rows, prepare=lambda sheet: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    prepare(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cells(content):
    return [(row.line, row["name"], row["code"]) for row in read_table(content, COLUMNS).rows]


def refused(content):
    with pytest.raises(UnreadableTable) as caught:
        read_table(content, COLUMNS)
    return caught.value.errors[0].code


def with_member(content, name, text):
    """The same archive with one member replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, text if member == name else old.read(member))
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_reads_the_same_in_every_encoding_offices_use(encoding):
    assert cells(TEXT.encode(encoding)) == [(2, "南门居委会", "310151101001"), (3, "花园弄", "2")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_taken_from_the_header(delimiter):
    assert cells(TEXT.replace(",", delimiter).encode())[0][1] == "南门居委会"


def test_lines_are_counted_as_the_file_has_them_across_quoted_breaks_and_empty_lines():
    assert [line for line, *_ in cells(b'name,code\n"a\nb",1\n\n,\nc,2\n')] == [2, 6]


def test_a_workbook_reads_like_a_csv_and_codes_stored_as_numbers_stay_whole():
    content = workbook(
        ["名称", "代码"], ["南门居委会", 310151101001], ["花园弄", 2.0], [None, None], ["乙", "003"]
    )
    assert cells(content) == [(2, "南门居委会", "310151101001"), (3, "花园弄", "2"), (5, "乙", "003")]


def test_a_merged_title_above_the_header_does_no_harm():
    content = workbook(
        ["某镇小区汇总表"],
        ["填表日期"],
        ["名称", "代码"],
        ["甲", 1],
        prepare=lambda sheet: sheet.merge_cells("A1:B1"),
    )
    assert cells(content) == [(4, "甲", "1")]
    assert read_table(content, COLUMNS).bad_cells == ()


def test_merged_cells_among_the_rows_are_bad_cells():
    content = workbook(
        ["名称", "代码"], ["甲", 1], [None, 2], prepare=lambda sheet: sheet.merge_cells("A2:A3")
    )
    assert [(bad.line, bad.code) for bad in read_table(content, COLUMNS).bad_cells] == [(2, "merged_cells")]


def test_a_formula_is_a_bad_cell():
    bad_cells = read_table(workbook(["名称", "代码"], ["甲", "=1+1"]), COLUMNS).bad_cells
    assert [(bad.line, bad.column, bad.code) for bad in bad_cells] == [(2, "代码", "formula")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,code,colour\na,1,red\n", [(1, "colour", "unknown_column")]),
        ("name,code,name\na,1,b\n", [(1, "name", "repeated_column")]),
        ("name,code\na,1,b\n", [(2, "#3", "stray_cell")]),
        ("name,code\na\x07,1\n", [(2, "name", "control_character")]),
    ],
)
def test_cells_that_are_wrong_whatever_they_mean_are_told(text, expected):
    bad_cells = read_table(text.encode(), COLUMNS).bad_cells
    assert [(bad.line, bad.column, bad.code) for bad in bad_cells] == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n ", "empty_file"),
        (b"name,code\n", "no_rows"),
        (b"name,colour\na,b\n", "missing_columns"),
        (b'name,code\n"a,b\n', "broken_csv"),
        (b"name,code\n\x00\x00,1\n", "not_a_table"),
        (b"\xff\xff\xfe\xff", "unknown_encoding"),
        (b"PK\x03\x04 cut short", "damaged_xlsx"),
        (workbook(["name", "code"], ["a", 1])[:-200], "damaged_xlsx"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(content, code):
    assert refused(content) == code


def test_an_archive_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refused(buffer.getvalue()) == "damaged_xlsx"


def test_xml_entities_are_refused_even_behind_a_long_comment():
    bomb = f'<?xml version="1.0"?><!--{"x" * 9000}--><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'
    content = with_member(workbook(["name", "code"], ["a", 1]), "xl/worksheets/sheet1.xml", bomb)
    assert refused(content) == "hostile_xlsx"


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(workbooks, "MAXIMUM_UNPACKED_BYTES", 200_000)
    small = workbook(["name", "code"], ["a", 1])
    assert cells(small)
    bomb = with_member(small, "xl/styles.xml", " " * 300_000)
    assert len(bomb) < 20_000
    with pytest.raises(TooLarge):
        read_table(bomb, COLUMNS)
    # The same archive, saying in its directory that the member is one byte long.
    with pytest.raises((TooLarge, UnreadableTable)):
        read_table(bomb.replace((300_000).to_bytes(4, "little"), (1).to_bytes(4, "little")), COLUMNS)


def test_a_sheet_that_lies_about_its_size_is_read_by_its_rows():
    original = workbook(["name", "code"], ["a", 1], ["b", 2])
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    lying = sheet.replace('<dimension ref="A1:B3"', '<dimension ref="A1:A1"')
    assert lying != sheet
    assert cells(with_member(original, "xl/worksheets/sheet1.xml", lying)) == [(2, "a", "1"), (3, "b", "2")]


def test_a_file_or_table_beyond_the_limits_is_refused(monkeypatch):
    with pytest.raises(TooLarge):
        read_table(b"x" * (MAXIMUM_FILE_BYTES + 1), COLUMNS)
    monkeypatch.setattr(tables, "MAXIMUM_ROWS", 2)
    assert len(cells(b"name,code\na,1\nb,2\n")) == 2
    with pytest.raises(TooLarge):
        read_table(b"name,code\na,1\nb,2\nc,3\n", COLUMNS)


@settings(max_examples=60)
@given(st.integers(0, 4000), st.integers(0, 255))
def test_a_workbook_with_any_byte_changed_is_read_or_refused_and_never_breaks(position, value):
    content = bytearray(WORKBOOK)
    content[position % len(content)] = value
    with contextlib.suppress(DomainError):
        assert read_table(bytes(content), COLUMNS).rows


WORKBOOK = workbook(["name", "code"], ["a", 1], ["b", "=1+1"])

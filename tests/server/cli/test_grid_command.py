"""`flask grid`, as an operator types it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

import grid
from grid.models import Account, Area, AreaLevel, Community, Post
from grid.outbox import put_in_outbox
from grid.passwords import is_password_right
from grid.phone_numbers import PhoneKeys
from server.cli.grid import ENCRYPTED_COLUMNS
from server.db import Base
from tests.factories import NOW, make_area, make_grid
from tests.grid.bad_tables import bad_areas, bad_communities

DATA = Path(grid.__file__).parent / "data"


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def run(*arguments):
        return runner.invoke(args=["grid", *map(str, arguments)])

    return run


@pytest.fixture
def xincheng(run):
    result = run("import", DATA / "xincheng_divisions.csv")
    assert result.exit_code == 0, result.output


def test_a_district_s_areas_are_imported_and_again_change_nothing(run, session):
    first = run("import", DATA / "xincheng_divisions.csv")
    assert (first.exit_code, "created 14" in first.output) == (0, True)
    again = run("import", DATA / "xincheng_divisions.csv")
    assert "created 0" in again.output
    assert "unchanged 14" in again.output


def test_every_bad_row_is_told_with_line_and_reason_and_nothing_is_imported(run, session, tmp_path):
    text = (DATA / "xincheng_divisions.csv").read_text("utf-8")
    file = tmp_path / "bad.csv"
    file.write_text(text.replace("310114001006", "31011400100").replace("村委会\n", "街坊\n"), "utf-8")
    result = run("import", file)
    assert result.exit_code == 1
    assert "line 4  community_code  '31011400100'  应为 12 位数字" in result.output
    assert "line 13  kind" in result.output
    assert session.query(Area).count() == 0


def test_a_district_outside_shanghai_is_imported_under_the_given_name(run, session, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text(
        "township,township_code,community,community_code,kind\n某街道,440103001,甲居委会,440103001001,居委会\n",
        "utf-8",
    )
    assert run("import", file).exit_code == 1
    assert run("import", file, "--district-name", "荔湾区").exit_code == 0
    assert session.get(Area, "440103").name == "荔湾区"


def test_communities_are_imported(run, session, xincheng, tmp_path):
    file = tmp_path / "communities.csv"
    file.write_bytes("小区名称,居村委代码,电梯数\n甲村,310114001001,2\n".encode("gb18030"))
    result = run("import-communities", file)
    assert (result.exit_code, "created 1" in result.output) == (0, True)
    community = session.scalars(sa.select(Community)).one()
    assert (community.name, community.attributes) == ("甲村", {"lifts": 2})


def told_places(output):
    """Lines and columns as the command tells them, in its order."""
    return [(int(line), column) for line, column in re.findall(r"^第 \d+ 行 line (\d+)  (\S+)", output, re.M)]


def test_every_mistake_of_a_file_of_communities_is_told_at_once(run, session, tmp_path):
    table, told = bad_communities(make_grid()["township"])
    file = tmp_path / "communities.csv"
    file.write_text(table, "utf-8")
    result = run("import-communities", file)
    assert result.exit_code == 1
    assert told_places(result.output) == [(line, column) for line, column, _ in told]
    assert "11 行有误" in result.output
    assert session.query(Community).count() == 2


def test_every_mistake_of_a_file_of_areas_is_told_at_once(run, session, tmp_path):
    table, told = bad_areas(make_area(AreaLevel.DISTRICT, code="310151", name="崇明区"))
    file = tmp_path / "areas.csv"
    file.write_text(table, "utf-8")
    result = run("import", file)
    assert result.exit_code == 1
    assert told_places(result.output) == [(line, column) for line, column, _ in told]
    assert session.query(Area).count() == 4


def test_a_community_of_an_unknown_neighbourhood_keeps_the_file_out(run, session, xincheng, tmp_path):
    file = tmp_path / "communities.csv"
    file.write_text("name,neighbourhood_code\n甲,310114001001\n乙,310114009999\n", "utf-8")
    result = run("import-communities", file)
    assert result.exit_code == 1
    assert "line 3  neighbourhood_code  '310114009999'" in result.output
    assert session.query(Community).count() == 0


def test_an_administrator_is_made_with_a_first_password(run, session, xincheng):
    result = run("create-admin", "qu.admin", "--district", "310114")
    assert result.exit_code == 0, result.output
    account = session.scalars(sa.select(Account)).one()
    password = result.output.rsplit(": ", 1)[1].strip()
    assert is_password_right(account.password_hash, password)
    assert account.must_change_password
    post = session.scalars(sa.select(Post)).one()
    assert (post.role, post.area_code) == ("district_admin", "310114")


@pytest.mark.parametrize("arguments", [("qu.admin", "--district", "999999"), ("区", "--district", "310114")])
def test_an_administrator_that_cannot_be_is_refused_in_one_line(run, session, xincheng, arguments):
    result = run("create-admin", *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert session.query(Account).count() == 0


def test_the_outbox_is_shown_with_masked_numbers(run, session, config):
    keys = PhoneKeys(config.phone_keys, config.lookup_key)
    put_in_outbox("+8613812345678", "验证码 123456", keys, NOW)
    result = run("outbox")
    assert "138****5678  验证码 123456" in result.output
    assert "1 条待发送" in result.output


def test_keys_are_rotated_and_a_lost_one_is_told(run, session, config):
    keys = PhoneKeys(config.phone_keys, config.lookup_key)
    message = put_in_outbox("+8613812345678", "验证码 123456", keys, NOW)
    before = message.text_encrypted
    result = run("rotate-keys")
    assert (result.exit_code, "encrypted anew: 2" in result.output) == (0, True)
    session.expire_all()
    assert message.text_encrypted != before
    put_in_outbox("+8613812345678", "旧", PhoneKeys((Fernet.generate_key().decode(),), ""), NOW)
    assert run("rotate-keys").exit_code == 1


def test_every_encrypted_column_is_rotated():
    names = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_encrypted")
    }
    assert {f"{column.class_.__tablename__}.{column.key}" for column in ENCRYPTED_COLUMNS} == names

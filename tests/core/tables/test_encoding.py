"""Encodings are decided by the bytes, with evidence; an override always wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.errors import UsageError
from citygrid_core.tables import preview, read
from citygrid_core.tables.encoding import MARK, detect, detect_values, undecodable, unmarked
from tests.core.tables.common import FIELDS, balanced, rules, table

TEXT = "编号,名称\nA1,南昌市东湖区公园街道上水井盖\nA2,民德路社区居委会果皮箱\nA3,plain\n"


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_each_encoding_is_found(tmp_path: Path, codec: str, said: str) -> None:
    path = table(tmp_path, TEXT, codec)
    batch = balanced(read(path, FIELDS))
    assert batch.preview.encoding == said
    assert batch.preview.encoding_evidence.zh
    assert batch.frame["name"].tolist()[1] == "民德路社区居委会果皮箱"


def test_ascii_only(tmp_path: Path) -> None:
    shown = preview(table(tmp_path, "key,name\n1,a\n"))
    assert shown.encoding == "utf-8"
    assert "ASCII" in shown.encoding_evidence.en


@pytest.mark.slow
def test_hanzi_far_from_the_beginning(tmp_path: Path) -> None:
    head = "key,name\n" + "".join(f"A{k},plain text here\n" for k in range(220_000))
    path = table(tmp_path, head + "B,南昌市水务集团\n", "gb18030")
    batch = balanced(read(path, FIELDS))
    assert batch.preview.encoding == "gb18030"
    assert batch.frame["name"].iloc[-1] == "南昌市水务集团"


def test_utf8_with_a_bad_row_is_still_utf8(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.encode() + b"A4,\xc4\xcf\n" + "A5,好\n".encode())
    batch = balanced(read(path, FIELDS))
    assert batch.preview.encoding == "utf-8"
    assert rules(batch) == [(5, "encoding.undecodable")]


def test_big5_is_told_from_gbk(tmp_path: Path) -> None:
    text = "編號,名稱\n" + "".join(
        f"A{k},臺北市中山區民權東路二段清潔隊垃圾桶與行人專用箱設置地點及里辦公處\n"
        for k in range(40)
    )
    shown = preview(table(tmp_path, text, "big5"))
    assert shown.encoding.startswith("big5")
    assert shown.columns[1].name == "名稱"


def test_an_override_wins(tmp_path: Path) -> None:
    path = table(tmp_path, TEXT, "gb18030")
    assert preview(path, encoding="latin-1").columns[1].name != "名称"
    with pytest.raises(UsageError, match="unknown encoding"):
        read(path, FIELDS, encoding="klingon")


def test_a_wrong_override_is_told_by_row(tmp_path: Path) -> None:
    batch = balanced(
        read(table(tmp_path, "key,name\nA1,井盖\nA2,x\n", "gb18030"), FIELDS, encoding="utf-8")
    )
    assert rules(batch) == [(2, "encoding.undecodable")]
    assert batch.frame["key"].tolist() == ["A2"]


def test_values_cut_off_within_a_character() -> None:
    whole = "南昌市水务集团有限责任公司"
    assert detect_values([whole.encode()[:10], whole.encode()[:11]]).name == "utf-8"
    assert detect_values([whole.encode("gbk")[:9], whole.encode("gbk")]).name == "gb18030"


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "gb18030", "utf-16-le", "big5"]))
def test_marks_keep_every_byte_and_never_fail(raw: bytes, codec: str) -> None:
    text = raw.decode(codec, MARK)
    assert not undecodable(unmarked(text))
    if codec == "utf-8":
        back = b"".join(bytes([ord(c) - 0xDC00]) if undecodable(c) else c.encode() for c in text)
        assert back == raw


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4))
def test_valid_utf8_is_utf8_whatever_else_it_may_be(text: str) -> None:
    assert detect([text.encode()]).name == "utf-8"

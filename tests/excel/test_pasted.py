"""Rows from the clipboard of WPS and Excel: quotes, line breaks, HTML, and what is no table."""

import pytest

from app.excel.errors import TableEmptyError, TableTooLargeError
from app.excel.pasted import Pasted, as_csv


def cells(pasted: Pasted) -> list[list[object]]:
    return pasted.table().sheets[0].rows


def test_quotes_and_line_breaks_within_a_cell_stay_in_their_cell() -> None:
    text = '姓名\t备注\r\n赵德福\t"第一行\n第二行说""好"""\r\n李秀兰\t\r\n'
    assert cells(Pasted(text)) == [
        ["姓名", "备注"],
        ["赵德福", '第一行\n第二行说"好"'],
        ["李秀兰", ""],
    ]


def test_a_quotation_mark_that_nobody_closed_swallows_no_row() -> None:
    text = '姓名\t备注\n赵德福\t"电线杆\n李秀兰\t好\n'
    assert cells(Pasted(text)) == [["姓名", "备注"], ["赵德福", '"电线杆'], ["李秀兰", "好"]]


def test_html_is_read_where_text_is_missing_with_merged_cells() -> None:
    html = (
        "<html><body><!--StartFragment--><table><tr><th colspan=2>某村</th><th>人</th></tr>"
        "<tr><td rowspan=2>1</td><td>赵德福</td><td>4&nbsp;口</td></tr>"
        "<tr><td>李<br>秀兰</td><td></td></tr></table>"
    )
    (sheet,) = Pasted("", html).table().sheets
    assert sheet.rows == [
        ["某村", "", "人"],
        ["1", "赵德福", "4\xa0口"],
        ["", "李\n秀兰", ""],
    ]
    assert sheet.merges == [(0, 0, 0, 1), (1, 0, 2, 0)]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_nothing_to_paste_is_said(text: str) -> None:
    with pytest.raises(TableEmptyError):
        Pasted(text).table()


def test_a_mark_up_bomb_is_refused() -> None:
    html = "<table><tr>" + "<td colspan=300>x</td>" * 2
    with pytest.raises(TableTooLargeError):
        Pasted("", html).table()


def test_the_rows_never_stand_in_a_message_and_the_same_ones_are_known() -> None:
    assert "赵德福" not in repr(Pasted("赵德福", "<td>赵德福"))
    assert Pasted("a\tb").sha256 == Pasted("a\tb").sha256 != Pasted("a\tc").sha256
    assert as_csv(Pasted('a\t"b,\nc"')) == 'a,"b,\nc"\r\n'

"""Tables in HTML."""

from __future__ import annotations

from bis._verify.published.html_tables import HtmlTable, tables_in, text_in

PANDAS = """<div><style scoped> .dataframe th { top: 1 } </style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th>alpha</th><th>r2</th></tr></thead>
  <tbody><tr><th>0</th><td>0.1</td><td>0.45</td></tr><tr><th>1</th><td>1.0</td><td>NaN</td></tr></tbody>
</table></div>"""
LEVELS = """<table><tr><th></th><th></th><th colspan="2">score</th></tr>
<tr><th></th><th></th><th>mean</th><th>std</th></tr>
<tr><th></th><th></th><th></th><th></th></tr>
<tr><th rowspan="2">a</th><th>x</th><td>1</td><td>2</td></tr><tr><th>y</th><td>3</td><td>4</td></tr></table>"""


def test_a_table_of_pandas() -> None:
    """Columns, names of rows, cells."""
    assert tables_in(PANDAS) == (HtmlTable(("alpha", "r2"), ("0", "1"), (("0.1", "0.45"), ("1.0", "NaN"))),)


def test_spans() -> None:
    """Names of several levels, over several rows and columns."""
    (table,) = tables_in(LEVELS)
    assert table.columns == ("score mean", "score std")
    assert table.names == ("a x", "a y")
    assert table.rows == (("1", "2"), ("3", "4"))


def test_tables_without_names_and_unclosed_ones() -> None:
    """As people write them by hand; a span of any size is no reason to fill the memory."""
    (table,) = tables_in("<table><tr><td>a<td>1<tr><td>b<td colspan=99999999999>2")
    assert table.columns[:2] == ("", "")
    assert [row[:2] for row in table.rows] == [("a", "1"), ("b", "2")]
    assert tables_in("<p>none</p><table></table>") == ()
    inner = tables_in("<table><tr><td>a<table><tr><td>1</td></tr></table></td><td>b</td></tr></table>")
    assert [table.rows[0][0] for table in inner] == ["a", "1"]


def test_text() -> None:
    """What a browser shows."""
    assert text_in(
        "<style>p {}</style><p>Accuracy: <b>0.91</b></p><script>var x = 1</script><div>a&nbsp;&lt;b</div>"
    ) == ("Accuracy: 0.91\na <b")

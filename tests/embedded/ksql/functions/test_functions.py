"""Functions and expressions, each as a query would have it."""

from typing import Any

import pytest

from tests.embedded.ksql.given import evaluated

NULL = "CAST(NULL AS STRING)"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("7 / 2.0", 3.5),
        ("1 / 0", None),
        ("2147483647 + x", -2147483648),
        ("CAST('12' AS BIGINT) + 1", 13),
        ("CAST(1.5 AS INT)", 1),
        ("CAST('x' AS INT)", None),
        ("CAST(x AS STRING) + 'a'", "1a"),
        ("'a' = 'A'", False),
        (f"{NULL} = {NULL}", False),
        (f"{NULL} IS NULL", True),
        ("x BETWEEN 1 AND 3", True),
        ("x IN (2, 3)", False),
        ("'abc' LIKE 'a%'", True),
        ("'a_c' LIKE 'a!_c' ESCAPE '!'", True),
        ("'C:\\Windows\\explorer.exe' LIKE '%\\explorer.exe'", True),
        ("CASE WHEN x = 1 THEN 'one' WHEN x = 2 THEN 'two' END", "one"),
        ("CASE WHEN x = 2 THEN 'two' ELSE 'other' END", "other"),
        ("SUBSTRING('stream', 2, 3)", "tre"),
        ("SPLIT('a.b', '.')[2]", "b"),
        ("SPLIT('a.b', '.')[5]", None),
        ("REGEXP_EXTRACT('(\\d+)-(\\d+)', 'a 12-34', 2)", "34"),
        ("REGEXP_REPLACE('C:\\a\\b.exe', '^.*[/\\\\]', '')", "b.exe"),
        ("EXTRACTJSONFIELD('{\"a\": {\"b\": [1, \"c\"]}}', '$.a.b[1]')", "c"),
        ("COALESCE(CAST(NULL AS INT), 3)", 3),
        ("IFNULL(NULLIF(x, 1), 9)", 9),
        ("LCASE('AbC') + UCASE('d') + TRIM(' e ')", "abcDe"),
        ("LEN('caf\u00e9')", 4),
        ("ARRAY_CONTAINS(ARRAY[1, 2], 2)", True),
        ("TRANSFORM(ARRAY[1, 2], i => i * 10)", [10, 20]),
        ("FILTER(ARRAY[1, 2, 3], i => i > 1)", [2, 3]),
        ("REDUCE(ARRAY[1, 2, 3], 0, (s, i) => s + i)", 6),
        ("MAP('a' := 1)['a']", 1),
        ("STRUCT(a := 1, b := 'c')->b", "c"),
        ("TIMESTAMPTOSTRING(1692161622036, 'yyyy-MM-dd''T''HH:mm:ss.SSSX', 'UTC')", "2023-08-16T04:53:42.036Z"),
        ("UNIX_TIMESTAMP(PARSE_TIMESTAMP('2023-08-16 04:53:42.036', 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC'))",
         1692161622036),
        ("PARSE_TIMESTAMP('16.8.2023', 'yyyy-MM-dd', 'UTC')", None),
        ("FORMAT_DATE(PARSE_DATE('2024-02-29', 'yyyy-MM-dd'), 'dd MMM yyyy')", "29 Feb 2024"),
        ("URL_EXTRACT_HOST('https://a.example:8080/x?y=z')", "a.example"),
        ("ROUND(2.5) + ROUND(-2.5)", 1.0),
        ("CEIL(1.2) + FLOOR(1.8)", 3.0),
        ("MASK('Ab1-')", "Xxn-"),
        ("CONCAT_WS('|', 'a', CAST(NULL AS STRING), 'b')", "a|b"),
    ],
)  # fmt: skip
def test_an_expression_gives(expression: str, expected: Any) -> None:
    assert evaluated(expression) == expected


def test_a_struct_inside_a_null_is_null() -> None:
    assert evaluated("s->a->b", "s STRUCT<a STRUCT<b INT>>", {"S": {"A": None}}) is None


def test_one_failing_part_does_not_take_the_whole_with_it() -> None:
    assert evaluated("COALESCE(CAST('x' AS INT), x + 1)") == 2

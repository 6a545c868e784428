"""`lab ksql`: statements tested in milliseconds, without a cluster."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="Test KSQL statements without a cluster.")
def command() -> None:
    """Run KSQL statements on records in files and compare what comes out."""


@command.command(short_help="Run STATEMENTS on INPUT and compare with OUTPUT.")
@click.option("-s", "--sql-file", required=True, type=_FILE, metavar="STATEMENTS", help="KSQL statements.")
@click.option("-i", "--input-file", type=_FILE, metavar="INPUT.json", help='{"inputs": [records]}')
@click.option(
    "-o", "--output-file", required=True, type=_FILE, metavar="OUTPUT.json", help='{"outputs": [records]}'
)
@click.option(
    "--by-query",
    is_flag=True,
    help="Let each query take all of its input before the next one starts, as ksql-test-runner does; "
    "else each record goes through every query before the next one.",
)
def test(sql_file: Path, input_file: Path | None, output_file: Path, *, by_query: bool) -> None:
    """Run STATEMENTS on the records of INPUT and compare what comes out with OUTPUT.

    The files are those of ksqlDB's ksql-test-runner. Topics that OUTPUT does not name are not compared. It
    prints a diff for each topic that differs, and ends with 1 when one does.
    """
    from embedded.ksql.conformance.diff import differences  # noqa: PLC0415 - verbs import late
    from embedded.ksql.conformance.files import Triple  # noqa: PLC0415
    from embedded.ksql.errors import KsqlError  # noqa: PLC0415

    try:
        triple = Triple.load(sql_file, input_file, output_file)
        made, known, letters = triple.run(by_query=by_query)
    except (KsqlError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    found = differences(triple.outputs, made, known)
    for letter in letters:
        print(f"dead letter: {letter.topic} {letter.offset}: {letter.reason}", file=sys.stderr)
    if found:
        print("\n".join(found))
        raise SystemExit(1)
    print(f"{len(triple.outputs)} records as expected")


@command.command(short_help="Run a folder of ksqlDB's test cases; right, refused, wrong by file.")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Every verdict as JSON.")
def conformance(folder: Path, *, as_json: bool) -> None:
    """Run the cases in FOLDER's JSON files, in folders below it too.

    A case is right when what comes out is what ksqlDB gives, or when it is refused as ksqlDB refuses it;
    refused when the engine says that it does not support it; wrong otherwise. It ends with 1 when one is
    wrong.
    """
    from embedded.ksql.conformance.cases import judge, load  # noqa: PLC0415 - verbs import late

    files = sorted(folder.rglob("*.json")) if folder.is_dir() else [folder]
    base = folder if folder.is_dir() else folder.parent
    cases: list[dict[str, Any]] = []
    for path in files:
        name = str(path.relative_to(base))
        for case in load(path):
            outcome = judge(case)
            cases.append(
                {"file": name, "name": case["name"], "verdict": outcome.verdict, "detail": outcome.detail}
            )
    total = Counter(case["verdict"] for case in cases)
    counts = {verdict: total[verdict] for verdict in ("right", "refused", "wrong")}
    if as_json:
        print(json.dumps({**counts, "cases": cases}, ensure_ascii=False, indent=1))
    else:
        print(_table(cases, counts))
    if total["wrong"]:
        raise SystemExit(1)


def _table(cases: list[dict[str, Any]], counts: dict[str, int]) -> str:
    names = list(dict.fromkeys(case["file"] for case in cases))
    width = max([len("in all"), *map(len, names)])
    lines = [f"{'':{width}}  right  refused  wrong"]
    for name in names:
        found = Counter(case["verdict"] for case in cases if case["file"] == name)
        lines.append(f"{name:{width}}  {found['right']:5}  {found['refused']:7}  {found['wrong']:5}")
    lines.append(f"{'in all':{width}}  {counts['right']:5}  {counts['refused']:7}  {counts['wrong']:5}")
    lines += (
        f"{case['verdict']}: {case['file']}: {case['name']}: {case['detail']}"
        for case in cases
        if case["verdict"] != "right"
    )
    return "\n".join(lines)

"""`handrail model`: list the families, run one, check them against the published record."""

import hashlib
import json as json_module
import sqlite3
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any

import typer

from handrail.core.common.refusals import Refused
from handrail.evidence import impact
from handrail.evidence.impact import anchors, block_cohort, pack, placebook

app = typer.Typer(
    no_args_is_help=True,
    help="Impact models: what they are, what they say, and how they stand to the published record.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DATA = (
    Path(__file__).resolve().parents[4].parent / "shared" / "data" / "evidence"
)  # beside the project, as the tests read it
Data = Annotated[
    Path | None, typer.Option(help="The family's file or folder (default: the shared library beside the project).")
]
Shipped = Annotated[
    bool, typer.Option("--shipped", help="Take the inputs that come with the house, as the planner does.")
]
PlaceBook = Annotated[
    Path | None, typer.Option("--place", help="A place's databook, CSV or XLSX (`model template` writes an empty one).")
]
MISSES = 1


@app.command(name="list")
def list_(json: AsJson = False) -> None:
    """List the families: letter, name, question, lineage."""
    rows = [
        {"letter": f.letter, "family": f.name, "question": f.question, "lineage": f.lineage, "scenarios": f.scenarios}
        for f in impact.FAMILIES.values()
    ]
    if json:
        print(json_module.dumps(rows))
        return
    for row in rows:
        print(
            f"({row['letter']:<2}) {row['family']:<22}{row['question']}\n     {'':<22}{row['lineage']}; scenarios: {row['scenarios']}"
        )


@app.command()
def run(
    family: str,
    data: Data = None,
    shipped: Shipped = False,
    place: PlaceBook = None,
    scenario: Annotated[str, typer.Option(help="The scenario's name.")] = "default",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A setting as name=value; several times for several.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The seed.")] = 0,
    draws: Annotated[int, typer.Option(help="How many draws; 0 for point estimates.")] = 0,
    figures: Annotated[str, typer.Option(help="Only figures of this name; * stands for anything.")] = "*",
    to: Annotated[Path | None, typer.Option("--pack", help="Write the evidence pack into this new folder.")] = None,
    json: AsJson = False,
) -> None:
    """Run a family from its inputs; every figure with its unit."""
    chosen = impact.family(family)
    asked = impact.Scenario(
        "all" if family == "network-cost-benefit" and scenario == "default" else scenario,
        _settings(chosen, place, settings or []),
    )
    result = impact.run(taken(chosen, data, asked, shipped=shipped), asked, seed=seed, draws=draws)
    if to:
        _pack(result, to)
    if json:
        plain = result.as_json()
        plain["figures"] = {name: one for name, one in plain["figures"].items() if fnmatch(name, figures)}
        print(json_module.dumps(plain))
        return
    print(f"{chosen.question}  ({impact.LABEL})")
    for name, one in result.figures.items():
        if fnmatch(name, figures):
            _tell(name, one)
    for note in result.notes:
        print(f"- {note}")
    print(f"- Not for: {chosen.not_for}.")
    print(f"inputs {result.provenance['fingerprint'][:16]}  seed {seed}  draws {draws}")


def _pack(result: impact.Result, folder: Path) -> None:
    """Write a pack into a folder that is not there yet."""
    if folder.exists():
        raise impact.BadInput([impact.Problem(str(folder), 0, "is there already", "a new folder")])
    pack.of(result).write(folder)


def _settings(chosen: impact.Family, place: Path | None, settings: Sequence[str]) -> dict[str, Any]:
    """Return a place's numbers, and over them what was told on the command line."""
    return {**(placebook.load(place, chosen.name).settings if place else {}), **told(settings)}


@app.command()
def template(
    family: str, to: Annotated[Path, typer.Argument(metavar="FILE", help="A new file: .xlsx or .csv.")]
) -> None:
    """Write an empty databook for a place: every number the family asks for, its unit, what may stand there."""
    placebook.write(to, placebook.template(impact.family(family).name))
    print(f"{to}: fill in value and source of each row, then ./handrail model inspect {family} --place {to}")


@app.command()
def inspect(
    family: str,
    data: Data = None,
    place: PlaceBook = None,
    book: Annotated[str, typer.Option(help="Which databook of the folder.")] = "standard",
) -> None:
    """Read a family's inputs and name every missing or impossible cell, a line each; run nothing; exit 1 where there is any."""
    chosen, asked = impact.family(family), impact.Scenario("inspect", {"databook": book})
    try:
        print_ = placebook.load(place, family).fingerprint if place else read(chosen, data, asked).fingerprint
    except impact.BadInput as bad:
        for problem in bad.problems:
            print(problem)
        raise typer.Exit(MISSES) from None
    print(f"{family}: nothing missing, nothing impossible  {print_[:16]}")


@app.command()
def again(
    at: Annotated[Path, typer.Argument(metavar="PACK", help="A pack's folder or its ZIP.")], data: Data = None
) -> None:
    """Run a pack again from the same inputs; exit 1 where any file differs in any bit, and name it."""
    kept = pack.read(at)
    record = json_module.loads(kept.files[pack.RECORD])
    asked = impact.Scenario(record["scenario"]["name"], record["scenario"]["settings"])
    chosen = impact.family(record["family"])
    shipped = data is None and chosen.shipped and chosen.shipped().sources == record["provenance"]["inputs"]
    parameters = taken(chosen, data, asked, shipped=bool(shipped))
    unlike = kept.unlike(pack.of(impact.run(parameters, asked, seed=record["seed"], draws=record["draws"])))
    print(
        f"{kept.hash}  {'DIFFERS in ' + ', '.join(unlike) + ': other inputs, or another version' if unlike else 'the same, bit for bit'}"
    )
    raise typer.Exit(MISSES if unlike else 0)


def told(settings: Sequence[str]) -> dict[str, str]:
    """Read settings: name=value, the name up to the first `=`."""
    pairs = [one.partition("=") for one in settings]
    if bad := [one for one, sign, _ in pairs if not sign]:
        raise typer.BadParameter(f"{bad[0]} is no name=value")
    return {name: value for name, _, value in pairs}


def taken(chosen: impact.Family, data: Path | None, asked: impact.Scenario, *, shipped: bool) -> impact.Parameters:
    """Return the inputs that come with the house, or those that lie at `data`.

    Raises:
        BadInput: none come with the house for this family.
    """
    if not shipped:
        return read(chosen, data, asked)
    if chosen.shipped is None:
        raise impact.BadInput(
            [
                impact.Problem(
                    "command", 0, f"--shipped for {chosen.name}", "--data: no inputs of this family come with the house"
                )
            ]
        )
    return chosen.shipped()


def read(chosen: impact.Family, data: Path | None, asked: impact.Scenario) -> impact.Parameters:
    """Read a family's inputs from where they lie; a SQLite file is opened here, the models know none."""
    at = data or DATA / chosen.place
    return open_blocks(at) if at.suffix in {".db", ".sqlite3"} else chosen.read(at, asked)


def open_blocks(file: Path) -> impact.Parameters:
    """Read the block cohort's eleven tables from a SQLite file, changing nothing."""
    if not file.is_file():
        raise impact.BadInput([impact.Problem(file.name, 0, "cannot be read", "a SQLite file with a block cohort")])
    with sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        known = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        rows = {
            name: [dict(row) for row in connection.execute(f"select * from {name}")]  # noqa: S608  -- names of our own list
            for name in block_cohort.NEEDED
            if name in known
        }
    connection.close()
    return block_cohort.from_rows(rows, {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}, file=file.name)


def _tell(name: str, one: impact.Named) -> None:
    """Print a figure: one line for a number, a line a label for a row of them, the shape for more."""
    if not one.axes:
        print(f"{name:<44}{float(one.values):>18.6g} {one.unit}")
    elif len(one.axes) == 1:
        print(f"{name}  ({one.unit})")
        for label, value in zip(one.labels[one.axes[0]], one.values, strict=True):
            print(f"  {label:<42}{value:>18.6g}")
    else:
        print(
            f"{name:<44}{' x '.join(f'{axis} {size}' for axis, size in zip(one.axes, one.values.shape, strict=True))} {one.unit} (--json shows it)"
        )


@app.command()
def check(
    data: Data = None,
    family: Annotated[list[str] | None, typer.Option(help="Only this family; several times for several.")] = None,
    json: AsJson = False,
) -> None:
    """Print each published figure beside ours; exit 1 where one falls short."""
    root = data or DATA
    if not root.is_dir():
        raise Refused("no-such-file")
    rows = list(
        anchors.check(root, open_blocks=open_blocks, families=[impact.family(one).name for one in family or []])
    )
    if json:
        for row in rows:
            print(json_module.dumps(row.as_json()))
    else:
        _show(rows)
    raise typer.Exit(MISSES if any(row.verdict == anchors.SHORT for row in rows) else 0)


def _show(rows: Sequence[anchors.Anchor]) -> None:
    for row in rows:
        plain = row.as_json()
        numbers = ["-" if plain[name] is None else f"{plain[name]:.8g}" for name in ("published", "ours")]
        allowed = row.kind if row.kind.startswith("at") else f"{row.tolerance:g} {row.kind}"
        apart = "" if row.verdict == anchors.MISSING else f"   within {allowed}: {row.difference:.2g} apart"
        print(f"{row.verdict:<8}{row.family:<22}{row.name}   published {numbers[0]}   ours {numbers[1]}{apart}")


@app.command()
def bench(json: AsJson = False) -> None:
    """Measure the models, each beside its floor or peer in the same run."""
    from . import benching

    raise typer.Exit(benching.run(["models"], json=json))

"""The `handrail` command: what it offers and what each word starts. Django is loaded only by the words that need it."""

import json as json_module
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from handrail.core.common.refusals import Refused

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
keys = typer.Typer(
    no_args_is_help=True, help="Where keys lie, the passphrase before them, keys made anew, the offline key."
)
app.add_typer(keys, name="keys")
watch = typer.Typer(no_args_is_help=True, help="The supply watch: what the frozen rule raises.")
app.add_typer(watch, name="watch")
demo = typer.Typer(no_args_is_help=True, help="What a demo can be filled with.")
app.add_typer(demo, name="demo")
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
OWNER_ONLY = 0o077  # the umask: nobody else on this machine reads what is made
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def main() -> None:
    """Run the command, what it makes being its owner's alone; a refusal ends it with its sentence and code, exit 2."""
    os.umask(OWNER_ONLY)
    try:
        app()
    except Refused as refusal:
        from . import setting_up

        Console(stderr=True, highlight=False).print(setting_up.say(refusal), markup=False)
        sys.exit(2)


@app.command()
def up(
    site: Annotated[str | None, typer.Option(help="Start a real, empty site of this name instead of the demo.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of that site (default: this machine's).")] = None,
    guards: Annotated[bool, typer.Option(help="Put missing guards back first (look at `verify` before).")] = False,
) -> None:
    """Set up what is missing, then serve: the demo programme in an empty folder, else what is there."""
    from . import keyring, serving, setting_up

    serving.check()
    sign_ins = setting_up.prepare(site=site, timezone=timezone, guards=guards)
    keyring.warn_of_place()
    raise typer.Exit(serving.serve(sign_ins))


@app.command()
def serve(
    lan: Annotated[
        bool, typer.Option("--lan", help="Serve a local network under a trusted name, without the internet.")
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="With --lan: the name on the network (default: made of the site's).")
    ] = None,
    address: Annotated[str | None, typer.Option(help="The address to serve on (default: the one that fits).")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="The port (default: HANDRAIL_PORT, else 8443).")
    ] = None,
    trust_port: Annotated[
        int, typer.Option(min=1, max=65_535, help="With --lan: the port of the page of trust.")
    ] = 8080,
    new_trust: Annotated[
        bool, typer.Option("--new-trust", help="With --lan: make new certificates; every device must trust them anew.")
    ] = False,
) -> None:
    """Serve a real house for other devices: behind a certificate or a proxy that the environment names, or with --lan."""
    from . import production

    if lan:
        raise typer.Exit(production.run_lan(name=name, ports=(port, trust_port), address=address, new_trust=new_trust))
    if name or new_trust:
        raise typer.BadParameter("--name and --new-trust go with --lan")
    raise typer.Exit(production.run(port=port, address=address))


@app.command(context_settings=PASS_ON)
def test(
    ctx: typer.Context,
    postgres: Annotated[bool, typer.Option(help="Run on PostgreSQL (a cluster of its own) instead of SQLite.")] = False,
    faults: Annotated[bool, typer.Option(help="Run the long fault runs.")] = False,
    scenarios: Annotated[bool, typer.Option(help="Run the acceptance scenarios and print a table.")] = False,
    json: AsJson = False,
) -> None:
    """Run the tests on one database; other words go to pytest."""
    from . import testing

    raise typer.Exit(testing.run(ctx.args, postgres=postgres, faults=faults, scenarios=scenarios, json=json))


@app.command()
def check(parts: Annotated[list[str] | None, typer.Argument()] = None, json: AsJson = False) -> None:
    """Check contracts, lint, types, schema, migrations, docs and lock; change nothing."""
    from . import checking

    raise typer.Exit(checking.run(parts or [], json=json))


@app.command()
def fix() -> None:
    """Mend what can be mended by itself."""
    from . import checking

    raise typer.Exit(checking.fix())


@app.command()
def bench(names: Annotated[list[str] | None, typer.Argument()] = None, json: AsJson = False) -> None:
    """Measure, beside a peer or a floor in the same run."""
    from . import benching

    raise typer.Exit(benching.run(names or [], json=json))


@app.command(name="import")
def import_(
    kind: str,
    files: list[Path],
    site: Annotated[str | None, typer.Option(help="The site the rows belong to (default: the first).")] = None,
    dry_run: Annotated[bool, typer.Option(help="Read and judge every row, save none.")] = False,
    names: Annotated[
        Path | None, typer.Option(help="A table `field,told,means` of your own names (substance, expected, region).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="For machine, visits, stock: a TOML file that says what the headings mean.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Import files, one act a row, through the same door as everything else."""
    from . import setting_up

    setting_up.open_house()
    from . import importing, outboxes, publications, sheets

    for file in files:
        if kind == outboxes.KIND:
            report = outboxes.import_outbox(file, dry_run=dry_run)
        elif kind in sheets.KINDS:
            report = sheets.import_sheet(kind, file, mapping=mapping, site=site, dry_run=dry_run)
        elif kind in publications.KINDS:
            report = publications.import_file(kind, file, site=site, dry_run=dry_run, names=names)
        else:
            report = importing.import_file(kind, file, site=site, dry_run=dry_run)
        print(json_module.dumps(report.as_json())) if json else report.tell()


@watch.callback()
def watch_() -> None:
    """Look at the supply watch."""


@watch.command()
def replay(
    as_of: Annotated[str, typer.Option("--as-of", help="The day as it was known on, like 2023-12-31.")],
    unc: Annotated[
        Path | None, typer.Option(help="A monthly table in UNC's layout, instead of what is imported.")
    ] = None,
    rule: Annotated[str, typer.Option(help="Which version of the rule.")] = "public/1",
    by_source: Annotated[
        bool, typer.Option("--by-source", help="Go by the day its source knew a result, not the day this house did.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show what was known on a past day, and what would have been raised until then."""
    from . import setting_up

    setting_up.open_house()
    from . import watching

    watching.replay(as_of=as_of, unc=unc, rule=rule, by_source=by_source, as_json=json)


@app.command()
def export(
    kind: str,
    why: Annotated[str, typer.Option("--for", help="What it is taken for: counting, ordering, audit, analysis.")] = "",
    folder: Annotated[Path | None, typer.Option(help="Where to (default: exports/KIND in the data folder).")] = None,
    json: AsJson = False,
) -> None:
    """Export a history (KIND: history) as Parquet, a folder a site and month; internal, not released."""
    from . import setting_up

    setting_up.open_house()
    from . import exporting

    exporting.run(kind, folder, why=why, json=json)


@app.command()
def worker(
    handle: Annotated[
        str | None, typer.Argument(help="Who it is about; without one, all who sign in are listed.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role at the site; name several times for several.")] = None,
    site: Annotated[str | None, typer.Option(help="The site where the roles hold (default: the first).")] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A role to take away at the site, or all; name several times for several.")
    ] = None,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give a known worker another password and end their sessions.")
    ] = False,
) -> None:
    """List the workers, add one (role outreach where none is named), or give a known one other roles or another password."""
    from . import setting_up

    setting_up.open_house()
    from . import workers

    if handle is None:
        workers.list_all()
    else:
        workers.run(handle, roles=role or [], without=without or [], site=site, new_password=new_password)


@app.command()
def seal(json: AsJson = False) -> None:
    """Seal every day that is over at every site, and what is open in the confidential journal."""
    from . import setting_up

    setting_up.open_house()
    from . import sealer

    sealed = sealer.seal_due()
    print(json_module.dumps({"sealed": sealed}) if json else f"{sealed} entries sealed")


@app.command()
def retain(
    dry_run: Annotated[bool, typer.Option(help="Say what is due and forget nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Forget what is due: times after 30 days, persons after 90, visits after 13 months; a legal hold makes it wait."""
    from . import setting_up

    setting_up.open_house()
    from . import retaining

    raise typer.Exit(retaining.run(json=json, dry_run=dry_run))


@app.command()
def verify(json: AsJson = False) -> None:
    """Walk both journals, the ledger's marks and the guards; name the first thing that does not hold."""
    from . import setting_up

    setting_up.open_to_look()
    from . import verifying

    raise typer.Exit(verifying.run(json=json))


@app.command()
def doctor(json: AsJson = False) -> None:
    """Look the house over: machine, keys, copies, database, journals, devices. Changes nothing; exit 1 when something is broken."""
    from . import setting_up

    setting_up.open_unchanged()
    from . import doctor as doctoring

    raise typer.Exit(doctoring.run(json=json))


@app.command()
def backup(
    to: Annotated[
        Path | None, typer.Option(help="The folder that takes the copy (default: copies, in the data folder).")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Destroy the copies that have come to their age; make none.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Copy the data, encrypted to the offline key; keys are never in it."""
    from . import setting_up

    setting_up.open_to_look()
    from . import copying

    copying.prune_now(to, json=json) if prune else copying.tell(copying.back_up(to), json=json)


@app.command()
def restore(
    file: Path,
    identity: Annotated[str, typer.Option(help="The file with the offline key; - asks for it.")],
    destroy_old: Annotated[bool, typer.Option("--destroy-old", help="Destroy the database that stood here.")] = False,
    drill: Annotated[
        bool,
        typer.Option(
            "--drill", help="Only try it: beside the house, which may go on serving; all of it is taken away again."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Bring a copy back, verified, what is due forgotten again; into an empty folder or in the place of what is there."""
    from . import drilling, restoring

    if drill:
        drilling.tell_report(drilling.drill(file, identity=identity), json=json)
        return
    restoring.tell_report(restoring.restore(file, identity=identity, destroy_old=destroy_old), json=json)


@demo.command(name="replay")
def demo_replay(
    profile: Annotated[str, typer.Option(help="Which site's published year: insite-2016.")], json: AsJson = False
) -> None:
    """Make a synthetic year with the totals that a consumption site published. In a demo folder only; an empty one becomes a demo."""
    from . import setting_up

    setting_up.prepare(site=None, timezone=None)
    from . import replaying

    raise typer.Exit(replaying.run(profile, json=json))


@keys.command()
def wrap() -> None:
    """Put a passphrase before the keys, or another in its place: typed twice, or piped in. Each start asks for it."""
    _open_house()
    from . import keyring

    keyring.wrap()


@keys.command()
def rotate(
    name: Annotated[
        str, typer.Argument(help="site (devices seal to it), answer (signs what they are told) or reviewer.")
    ],
    force: Annotated[
        str, typer.Option(help="Do not wait; say why. What was sealed to the key that is dropped is lost.")
    ] = "",
) -> None:
    """Make a key anew; the one before stays good until the next time, 30 days away at the soonest."""
    _open_house()
    from . import keyring

    keyring.rotate(name, force=force)


@keys.command()
def copy(folder: Path) -> None:
    """Copy the wrapped keys to media kept elsewhere: without keys no copy of the data can be read."""
    _open_house()
    from . import keyring

    keyring.copy_to(folder)


@keys.command()
def offline(
    replace: Annotated[
        bool, typer.Option("--replace", help="Make another; older copies still open with the older one.")
    ] = False,
) -> None:
    """Make the key that opens copies and print it, once: onto paper or a stick, never onto this machine."""
    _open_house()
    from . import keyring

    keyring.print_offline(replace=replace)


def _open_house() -> None:
    from . import setting_up

    setting_up.open_house()


@app.command(context_settings={**PASS_ON, "help_option_names": []})
def model(ctx: typer.Context) -> None:
    """Impact models: list, run, calibrate, check them against the published record, bench."""
    from . import calibrating, modelling

    modelling.app.command()(calibrating.calibrate)
    modelling.app(ctx.args, prog_name="handrail model")

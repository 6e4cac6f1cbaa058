"""`voyant`: the commands and what they exit with. Light on purpose: `voyant --help` loads nothing of the product.

Exit codes: 0 succeeded, 1 the job failed, 2 wrong usage, 3 the request was refused. A traceback never reaches the terminal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

FAILED, USAGE, REFUSED, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="voyant",
    help="One call from a file to a profile, a quality report, KPIs, charts, a narrative and a hashed manifest.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Print exactly the answer of the REST route.")]
Tenant = Annotated[str, typer.Option(help="Whose data.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Copy every artifact and manifest.json into this folder.")]


@app.command()
def analyze(
    source: Annotated[str, typer.Argument(metavar="PATH|URL", help="A file, an http(s) URL, or the id of a source or upload.")],
    table: Annotated[list[str] | None, typer.Option(help="A table of the source; repeat it for more. None: all.")] = None,
    kpi: Annotated[list[str] | None, typer.Option(metavar="NAME=SQL", help="A key figure: one SELECT. Repeat it for more.")] = None,
    stages: Annotated[list[str] | None, typer.Option(metavar="A,B", help="Stages to run. None: all that apply.")] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Answer as soon as the job is accepted (needs a running server).")] = False,
    out: Out = None,
    tenant: Tenant = "default",
    json_: AsJson = False,
) -> None:
    """Analyze a file, a URL or a known source."""
    from voyant_api.cli.analyze import Order, run

    order = Order(source=source, tables=table or [], kpis=kpi or [], stages=stages or [], tenant=tenant)
    raise typer.Exit(run(order, wait=not no_wait, out=out, as_json=json_))


@app.command()
def jobs(
    job_id: Annotated[str | None, typer.Argument(help="Show this job.")] = None,
    state: Annotated[str | None, typer.Option(help="Only jobs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most jobs to list.")] = 20,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the job.")] = False,
    tenant: Tenant = "default",
    json_: AsJson = False,
) -> None:
    """List jobs, show one, or cancel it."""
    from voyant_api.cli import reading

    if cancel and job_id is None:
        raise typer.BadParameter("--cancel needs a job id")
    if job_id is None:
        reading.list_jobs(tenant, state, limit, as_json=json_)
    else:
        raise typer.Exit(reading.show_job(tenant, job_id, cancel=cancel, as_json=json_))


@app.command()
def artifacts(
    job_id: Annotated[str, typer.Argument(help="A job id, as `voyant jobs` lists them.")],
    name: Annotated[str | None, typer.Argument(help="Write this artifact to standard output.")] = None,
    out: Out = None,
    tenant: Tenant = "default",
    json_: AsJson = False,
) -> None:
    """List a job's artifacts, print one, or copy them all."""
    from voyant_api.cli import reading

    reading.artifacts(tenant, job_id, name, out, as_json=json_)


@app.command()
def sources(
    source_id: Annotated[str | None, typer.Argument(help="Show this source.")] = None,
    connect: Annotated[str | None, typer.Option(metavar="PATH|URL", help="Register a source and keep it.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget the source.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most sources to list.")] = 50,
    tenant: Tenant = "default",
    json_: AsJson = False,
) -> None:
    """List sources, show, connect or forget one."""
    from voyant_api.cli import reading

    if forget and source_id is None:
        raise typer.BadParameter("--forget needs a source id")
    reading.sources(tenant, source_id, connect, limit, forget=forget, as_json=json_)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Loopback address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = None,
    roles: Annotated[str, typer.Option(metavar="A,B", help="What to run.")] = "api,dagit,worker,daemon",
) -> None:
    """Serve REST, MCP and Dagit on one port."""
    from voyant_api.cli.serve import run

    raise typer.Exit(run(host, port, roles))


@app.command()
def mcp(tenant: Tenant = "default") -> None:
    """Speak MCP on standard input and output."""
    from voyant_api.agent.stdio import run

    raise typer.Exit(run(tenant))


@app.command()
def doctor(json_: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Tell what is configured, reachable or missing, and how to mend it."""
    from voyant_api.cli.doctor import run

    raise typer.Exit(run(as_json=json_))


@app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Remove what nobody needs any more from VOYANT_HOME, as a server does by itself."""
    from voyant_api.cli.gc import run

    run(dry_run=dry_run, as_json=json_)


@app.command()
def version() -> None:
    """Print the version."""
    import importlib.metadata

    typer.echo(importlib.metadata.version("voyant"))


def main() -> None:
    """The console script."""
    sys.exit(guarded(sys.argv[1:]))


def guarded(arguments: list[str]) -> int:
    """Run the command line and turn whatever happens into an exit code and, at most, a few lines on stderr."""
    from voyant_api.cli.terminal import safe_streams

    safe_streams()
    try:
        return _code(app(arguments, standalone_mode=False))
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - the boundary of the process
        show = getattr(error, "show", None)
        if callable(show):  # wrong usage; typer exports no common class of these
            show()
            return USAGE
        from voyant_api.cli.failures import told

        return told(error, as_json="--json" in arguments)


def _code(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _silence_stdout() -> None:
    """The reader went away (`| head`): point stdout elsewhere, so that the interpreter's last flush stays quiet."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    main()

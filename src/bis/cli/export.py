"""``bis export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bis import api
from bis.cli.messages import answering, tell
from bis.cli.options import as_json, print_json, store_of_run
from bis.report.json.envelope import to_document
from bis.report.text.export_text import check_text, export_text

if TYPE_CHECKING:
    from bis.model.exported_run import ExportCheck

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--ro-crate", type=_FOLDER, metavar="FOLDER",
              help="Write a Process Run Crate (RO-Crate) into this new or empty folder.")  # fmt: skip
@click.option("--prov", type=_FILE, metavar="FILE", help="Write PROV-JSON of the W3C to this file.")
@click.option("--sign", type=_FILE, metavar="KEY", help="Sign the crate with this SSH key.")
@click.option("--artifacts", is_flag=True, help="Put the run's artifacts into the crate, too; else only their digests.")
@click.option("--licence", "--license", default="", metavar="TEXT",
              help="Under which licence the crate is given on: a URL, or words.")  # fmt: skip
@click.option("--verify", type=_FOLDER, metavar="FOLDER",
              help="Check a signed crate instead: who signed it, is each byte as it was?")  # fmt: skip
@click.option("--allowed-signers", type=_FILE, metavar="FILE",
              help="For --verify: lines of an identity and a public key, as ssh-keygen takes them.")  # fmt: skip
@store_of_run
@as_json
@click.argument("run_id", metavar="[RUN_ID]", required=False)
def export(  # noqa: PLR0913 (one parameter for each option)
    *,
    ro_crate: Path | None,
    prov: Path | None,
    sign: Path | None,
    artifacts: bool,
    licence: str,
    verify: Path | None,
    allowed_signers: Path | None,
    tracking_uri: str | None,
    as_json: bool,
    run_id: str | None,
) -> int:
    """Hand a run on, with its provenance, verdict and replays, in formats of others.

    Secrets are taken out of every text.

    \b
    bis export last --ro-crate out/ --prov prov.json
    bis export last --ro-crate out/ --sign ~/.ssh/id_ed25519
    bis export --verify out/ --allowed-signers signers.txt

    With --verify the exit code is 0 where one of the allowed signers signed exactly these files, 1 otherwise.
    """
    if (verify is None) is (run_id is None):
        raise click.UsageError("give a run to export, or --verify FOLDER")
    if verify is not None:
        if ro_crate or prov or sign or artifacts or licence:
            raise click.UsageError("--verify checks a crate, and writes none")
        if allowed_signers is None:
            raise click.UsageError("--verify needs --allowed-signers FILE: whose signatures count")
        return _show_check(api.check_export(verify, allowed_signers=allowed_signers), as_json=as_json)
    if allowed_signers is not None:
        raise click.UsageError("--allowed-signers belongs to --verify")
    assert run_id is not None
    made = api.export(
        run_id,
        ro_crate=ro_crate,
        prov=prov,
        sign=sign,
        artifacts=artifacts,
        licence=licence,
        tracking_uri=tracking_uri,
    )
    if as_json:
        files = {"run_id": made.run_id, "files": made.files, "left_out": made.left_out}
        print_json(to_document("bis.export", files))
    else:
        for line in export_text(made, crate=str(ro_crate or ""), prov=str(prov or ""), signed=sign is not None):
            tell(f"bis: {line}")
    return 0


def _show_check(found: ExportCheck, *, as_json: bool) -> int:
    if as_json:
        print_json(to_document("bis.export-check", found))
    else:
        with answering():
            click.echo(check_text(found), nl=False)
    return 0 if found.holds else 1

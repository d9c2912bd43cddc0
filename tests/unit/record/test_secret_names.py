"""Names of files that hold secrets."""

from __future__ import annotations

from bis.evidence.redaction import REDACTED, Redactor
from bis.model.facets import Carried, Data, FileDigest, Outputs, Status
from bis.record.secret_names import data_without_secrets, outputs_without_secrets

TOKEN = "ghp_" + "a1B2" * 9


def test_names_of_data_lose_what_is_secret() -> None:
    """A token in a folder's name, one after an address, and a value that the environment has; the rest stays."""
    names = (f"data/{TOKEN}/x.csv", "x.csv?token=abcdef12", "data/wombat-in-env/y.csv", "data/token=3/epoch=10/z.csv")
    carried = Carried(files=(FileDigest(names[0], 1, "d"),), absent=names[1:2], listed=names[2:3])
    given = Data(
        Status.RECORDED, (f"{names[0]} was changed",), tuple(FileDigest(n, 1, "d") for n in names), (), carried
    )
    found = data_without_secrets(given, Redactor({"MY_TOKEN": "wombat-in-env"}).name)
    cut = [f"data/{REDACTED}/x.csv", f"x.csv?token={REDACTED}", f"data/{REDACTED}/y.csv", names[3]]
    assert [f.path for f in found.files] == cut
    assert found.reasons == (f"{cut[0]} was changed",)
    assert found.carried == Carried(files=(FileDigest(cut[0], 1, "d"),), absent=(cut[1],), listed=(cut[2],))


def test_names_of_outputs_lose_it_too() -> None:
    """Files and artifacts."""
    given = Outputs(
        Status.RECORDED, artifacts=(FileDigest(f"{TOKEN}.bin", 1, ""),), files=(FileDigest("a.txt", 1, ""),)
    )
    found = outputs_without_secrets(given, Redactor({}).name)
    assert [f.path for f in (*found.artifacts, *found.files)] == [f"{REDACTED}.bin", "a.txt"]

"""Redaction: secrets go, everything else stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bis.evidence.redaction import REDACTED, Redactor, is_secret_name, secrets_of, strip_credentials

_SECRET = "s3cr3t-Value-9"
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
_PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA\n" * 20 + "-----END RSA PRIVATE KEY-----"
# Assembled, so that no scanner takes this file for a leak.
_TOKENS = {
    "GitHub token": "ghp_" + "a1B2" * 9,
    "GitHub fine": "github_pat_" + "11AB" * 10,
    "AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "OpenAI": "sk-" + "a1B2c3" * 8,
    "OpenAI project": "sk-proj-" + "a1B2_c3-" * 8,
    "Anthropic": "sk-ant-api03-" + "a1B2_c3-" * 8,
    "Hugging Face": "hf_" + "aBcD" * 9,
    "Slack": "xoxb-" + "123456789012-abcdef",
    "JWT": _JWT,
    "PEM": _PEM,
    "Google": "AIza" + "a1B2c3D" * 5,
    "GitLab": "glpat-" + "a1B2c3D4e5" * 2,
    "Databricks": "dapi" + "0123456789abcdef" * 2,
}


@pytest.mark.parametrize("kind", sorted(_TOKENS))
def test_known_tokens_are_taken_out_of_text(kind: str) -> None:
    """Tokens go by their shape, whatever stands around them, and the report does not hold them."""
    redactor = Redactor({})
    text = redactor.text(f"before '{_TOKENS[kind]}', after", place="stdout")
    assert text == f"before '{REDACTED}', after"
    assert [f.place for f in redactor.found] == ["stdout"]
    assert _TOKENS[kind] not in repr(redactor.found)


@pytest.mark.parametrize(
    ("given_argv", "expected"),
    [
        (["--token", "abc123x", "--lr", "0.1"], ["--token", REDACTED, "--lr", "0.1"]),
        (["--api-key=abc", "x"], [f"--api-key={REDACTED}", "x"]),
        (["--apiKey", "abc"], ["--apiKey", REDACTED]),
        (["--password", "123456"], ["--password", REDACTED]),
        (["db.password=hunter2", "+model.lr=0.1"], [f"db.password={REDACTED}", "+model.lr=0.1"]),
        (["+secrets.hf_token=abc"], [f"+secrets.hf_token={REDACTED}"]),
        (["--store", "postgresql://me:pw@host/db"], ["--store", f"postgresql://{REDACTED}@host/db"]),
        (["--token", "--lr", "1"], ["--token", "--lr", "1"]),
        (["--aws-secret-access-key", "wJalrXUtnFEMI"], ["--aws-secret-access-key", REDACTED]),
        (["-p", "Tr0ub4dor&3"], ["-p", REDACTED]),
        (["-pTr0ub4dor&3", "db"], [f"-p{REDACTED}", "db"]),
        (["-u", "me:hunter2", "http://h"], ["-u", f"me:{REDACTED}", "http://h"]),
        (["--user", "me:hunter2"], ["--user", f"me:{REDACTED}"]),
        (["--wandb-key", "0123456789abcdef" * 3], ["--wandb-key", REDACTED]),
        (["--passcode", "letmein"], ["--passcode", REDACTED]),
        (["--db=AccountName=x;AccountKey=" + "a1B2" * 10], [f"--db=AccountName=x;AccountKey={REDACTED}"]),
    ],
)
def test_argv_secrets_are_taken_out(given_argv: list[str], expected: list[str]) -> None:
    """The value of an option that names a secret goes, in each way of writing it; its neighbours stay."""
    assert list(Redactor({}).argv(given_argv)) == expected


@pytest.mark.parametrize(
    "argv",
    [
        ["--max-tokens", "50"],
        ["--token-dim", "3"],
        ["--tokenizer=bert-base-uncased", "tokenizer=gpt2"],
        ["--pad-token", "PAD1234"],
        ["--eos_token=</s>"],
        ["--use-auth-token", "true"],
        ["-p", "8080"],
        ["-p8080"],
        ["-p", "resnet50"],
        ["-p", "EfficientNetB0"],
        ["-p", "runs/Exp_1-a"],
        ["-pretrained", "-patience3", "-pResNet50"],
        ["-u", "localhost:8080", "--user", "me"],
        ["--client-id", "abc123", "--license-file", "/x"],
        ["--key", "value1"],
        ["--sort-key=loss"],
        ["--token-file", "/run/x"],
        ["--monkey=george"],
        ["data/a=b.csv", "--out", "results/sk-learn-1"],
        ["--n-tokens=100000", "seed=42", "lr=1e-3", "--secret-santa", "no"],
        ["--num-tokens", "1_000"],
        ["https://example.org/a?b=c@d"],
        ["git@github.com:me/repo.git"],
        ["ssh://git@host/repo"],
    ],
)
def test_argv_without_secrets_stays(argv: list[str]) -> None:
    """Numbers, paths, switches and words of language models are no secrets."""
    redactor = Redactor({})
    assert list(redactor.argv(argv)) == argv
    assert redactor.found == ()


def test_values_of_secret_variables_go_wherever_they_stand() -> None:
    """A secret of the environment is found in text, in URLs in its quoted form, and inside JSON."""
    value = 'pa"ss w/rd-77'
    redactor = Redactor({"MY_API_KEY": value, "OMP_NUM_THREADS": "123456", "HOME": "/home/someone", "PWD": "/a/b/c/d"})
    text = f'{value} pa%22ss%20w%2Frd-77 pa\\"ss w/rd-77 123456 /home/someone /a/b/c/d'
    assert redactor.text(text, place="output") == f"{REDACTED} {REDACTED} {REDACTED} 123456 /home/someone /a/b/c/d"
    assert [(f.name, f.place) for f in redactor.found] == [("MY_API_KEY", "output")]


def test_password_of_a_url_in_the_environment_is_a_secret() -> None:
    """A database URL's name says nothing, but its password is one."""
    redactor = Redactor({"DATABASE_URL": "postgres://me:hunter2hunter2@db/x"})
    assert "hunter2hunter2" not in redactor.text("login with hunter2hunter2 failed", place="output")


def test_short_and_plain_values_do_not_eat_text() -> None:
    """A secret 'variable' of less than six characters, a switch, or a number inside of another changes nothing."""
    redactor = Redactor({"A_TOKEN": "abc", "B_TOKEN": "false", "C_SECRET": "123456"})
    text = "abc false 0.123456 1234567"
    assert redactor.text(text, place="o") == text
    assert redactor.text("is 123456 it", place="o") == f"is {REDACTED} it"


@pytest.mark.parametrize(
    "text",
    [
        '<div id="sk-container-id-1" class="sk-top-container sk-estimator-doc-link sk-text-repr-fallback">',
        "epoch 1: loss=0.25 accuracy=0.975 tokens=1024 n_tokens: 31234567",
        "token = tokenizer.next_token(text)",
        'password = os.environ["PASSWORD1"]',
        "password: required field, see help",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "https://example.org/a/b?page=2&key=abc123def",
        "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nKeyError: 'token'",
        "pad_token='<|endoftext|>1'",
    ],
)
def test_ordinary_output_stays(text: str) -> None:
    """What experiments print is not touched."""
    assert Redactor({"HF_TOKEN": _SECRET}).text(text, place="stdout") == text


def test_assignments_in_output_are_taken_out() -> None:
    """Printed configurations lose their secrets; source code is left alone where it is asked for."""
    redactor = Redactor({})
    text = "{'api_key': 'abc123def456', 'lr': 0.1} password=hunter2hunter2 access_token: a1b2c3d4e5"
    redacted = redactor.text(text, place="stdout")
    assert redacted == f"{{'api_key': '{REDACTED}', 'lr': 0.1}} password={REDACTED} access_token: {REDACTED}"
    assert redactor.text(text, place="diff", assignments=False) == text


def test_recorded_variables_are_redacted() -> None:
    """A variable on the allow-list may still hold a secret by its name or its shape."""
    redactor = Redactor({})
    found = redactor.variables({"TF_VAR_DB_PASSWORD": "hunter2", "XLA_FLAGS": "x " + _TOKENS["AWS"], "TZ": "UTC"})
    assert found == {"TF_VAR_DB_PASSWORD": REDACTED, "XLA_FLAGS": f"x {REDACTED}", "TZ": "UTC"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:pw@host/r.git", "https://host/r.git"),
        ("https://token@host/r.git", "https://host/r.git"),
        ("https://host/r.git?access_token=abcdefg", f"https://host/r.git?access_token={REDACTED}"),
        ("git@host:me/r.git", "git@host:me/r.git"),
        ("ssh://git@host/r", "ssh://git@host/r"),
        ("ssh://git:pw@host/r", "ssh://git@host/r"),
        ("/srv/git/r", "/srv/git/r"),
    ],
)
def test_urls_lose_credentials(url: str, expected: str) -> None:
    """User and password go; what names the place stays."""
    assert strip_credentials(url) == expected


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "HF_TOKEN",
        "apiKey",
        "api_key",
        "db.password",
        "client-secret",
        "AWS_SECRET_ACCESS_KEY",
        "PGPASSWORD",
        "DB_PASS",
        "SMTP_PASS",
        "REDISCLI_AUTH",
        "MYSQL_PWD",
        "LDAP_BIND_PW",
        "SESSION_COOKIE",
        "APP_CREDS",
        "CLIENT_CRED",
        "CI_JOB_JWT",
        "KUBE_TOKEN_B64",
        "client-key-data",
        "wandb_key",
    ],
)
def test_names_of_secrets(name: str) -> None:
    """Names are read word by word, in each way of writing words together."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key: q8ZxT41mRb2LwVn7KcYd3PfG", f"key: {REDACTED}"),
        ('{"auth": "q8ZxT41mRb2LwVn7KcYd3PfG"}', f'{{"auth": "{REDACTED}"}}'),
        ("session_key=q8ZxT41mRb2LwVn7KcYd3PfG", f"session_key={REDACTED}"),
        ("<password>letmein</password>", f"<password>{REDACTED}</password>"),
        ("Server=h;Password=abc;X=1", f"Server=h;Password={REDACTED};X=1"),
        ("https://0123456789abcdef0123456789abcdef@h/2", f"https://{REDACTED}@h/2"),
        ("https://hf1a2b3c4d5e6f7a8b9c0d@huggingface.co/x", f"https://{REDACTED}@huggingface.co/x"),
        ("key: 3b3cd3735a1f0e9d8c7b6a5948372615a4b3c2d1", None),
        ("key: 550e8400-e29b-41d4-a716-446655440000", None),
        ("key: DistilBertForSequenceClassification2", None),
        ("key=2026-11-30T08-51-22Z-run-A", None),
        ("name: q8ZxT41mRb2LwVn7KcYd3PfG", None),
        ("ssh://git@host/repo.git", None),
        ("<b>bold</b> <token>", None),
    ],
)
def test_what_looks_random_behind_a_name_that_may_be_a_secrets(text: str, shown: str | None) -> None:
    """A key may be one to sort by, and digests and names of models are none."""
    assert Redactor({}).text(text, place="x") == (text if shown is None else shown)


def test_secrets_in_json_of_a_variable_go_wherever_they_stand() -> None:
    """A variable may hold a whole document, under a name that does not say so."""
    redactor = Redactor(
        {"DOCKER_AUTH_CONFIG": '{"auths": {"r": {"auth": "bWU6aHVudGVyMjEyMzQ1Njc4"}}}', "A": '{"x": 1}'}
    )
    assert redactor.text("login with bWU6aHVudGVyMjEyMzQ1Njc4", place="x") == f"login with {REDACTED}"


@pytest.mark.parametrize("name", ["n_pass", "single_pass", "forward-pass", "auth", "use_auth", "bypass", "compass"])
def test_names_that_only_look_like_it(name: str) -> None:
    """A pass over data opens nothing."""
    assert not is_secret_name(name)


@given(st.integers(0, 60), st.integers(1, 40), st.sampled_from(sorted(_TOKENS)))
@settings(max_examples=80, deadline=None)
def test_stream_redacts_whatever_the_pieces(offset: int, size: int, kind: str) -> None:
    """A secret that is cut by the borders of pieces is found; all other text comes out once and in order."""
    text = "x" * offset + f"\nfirst {_TOKENS[kind]} last\nnext line\n" + f"env {_SECRET} end"
    redactor = Redactor({"A_TOKEN": _SECRET})
    stream = redactor.stream(place="stdout")
    out = "".join(stream.feed(text[i : i + size]) for i in range(0, len(text), size)) + stream.flush()
    assert _SECRET not in out
    assert "MIIEpAIBAAKCAQEA" not in out
    assert _TOKENS[kind] not in out
    assert out.endswith(f"next line\nenv {REDACTED} end")


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a=",
        "eyJ",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "://",
        "://a:",
        "sk-a1-",
        "password=",
        "?sig=",
        "ghp_a",
        "\n",
        "a.b-",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """A megabyte that nearly matches everywhere takes no more than a few seconds."""
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    started = time.process_time()
    Redactor({"A_TOKEN": _SECRET}).text(text, place="stdout")
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"message": "password: hunter2x"}', f'{{"message": "password: {REDACTED}"}}'),
        ("Set-Cookie: session=q8ZxT41mRb2LwVn7KcYd3PfG; Path=/", f"Set-Cookie: {REDACTED}; Path=/"),
        (
            "{'cookie': 'Set-Cookie: session=q8ZxT41mRb2LwVn7KcYd3PfG; Path=/'}",
            f"{{'cookie': 'Set-Cookie: {REDACTED}; Path=/'}}",
        ),
        ("glptt-" + "0a1b2c3d" * 5, REDACTED),
        ("https://s.invalid/o?X-Goog-Signature=" + "0a1b2c3d" * 16, f"https://s.invalid/o?X-Goog-Signature={REDACTED}"),
        ("https://a.webhook.office.com/webhookb2/" + "a1-b2" * 9, f"https://a.webhook.office.com/webhookb2/{REDACTED}"),
        ('{"message": "lr: 0.1, batch: 32"}', '{"message": "lr: 0.1, batch: 32"}'),
    ],
)
def test_secrets_within_other_texts(text: str, shown: str) -> None:
    """An assignment in the value of another one, signatures, addresses that are secrets themselves."""
    assert Redactor({}).text(text, place="stdout") == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_AUTH", "0123456789abcdef" * 2),
        ("NPM_CONFIG__AUTH", "q8ZxT41mRb2LwVn7KcYd3PfG"),
        ("SALT", "q8ZxT41mRb2LwVn7KcYd3PfG"),
        ("LICENSE", "q8ZxT41mRb2LwVn7KcYd3PfG"),
    ],
)
def test_variables_of_weak_names_with_what_looks_drawn(name: str, value: str) -> None:
    """The same names hold words as well, which stay."""
    assert value not in Redactor({name: value}).text(f"got {value}", place="stdout")
    assert Redactor({name: "basic-ldap"}).text("got basic-ldap", place="stdout") == "got basic-ldap"


def test_what_arguments_give_away_is_known_elsewhere_too() -> None:
    """Programs print their arguments, and raise with them."""
    given_argv = ["--token", "abc123x", "db.password=hunter2", "-p", "Tr0ub4dor&3", "-u", "me:hunter3", "-pTr0ub4dor&4"]
    redactor = Redactor(secrets_of({}, given_argv))
    shown = redactor.text(repr(given_argv), place="stdout")
    assert not [s for s in ("abc123x", "hunter2", "Tr0ub4dor", "hunter3") if s in shown], shown

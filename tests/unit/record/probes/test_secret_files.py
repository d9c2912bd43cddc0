"""Which files a snapshot does not take."""

from __future__ import annotations

import json

import pytest

from bis.record.probes.secret_files import (
    holds_private_key,
    holds_secrets,
    may_be_settings,
    settings_hold_secrets,
    without_files,
)

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "name",
    [".env", "a/.ENV", "prod.env", "deploy_key", "id_rsa.bak", "ci_ed25519", "token.txt", "api_token", "x.tfvars",
     "kaggle.json", ".netrc", ".boto", "rclone.conf", "secrets.yaml", ".cache/token", "api_key.txt", ".condarc"],
)  # fmt: skip
def test_names_that_say_it(name: str) -> None:
    """Whatever is in them."""
    assert holds_secrets(name)


@pytest.mark.parametrize("name", ["environment.py", ".env.example", "tokenizer.json", "id_rsa.pub", "monkey.yaml"])
def test_names_that_do_not(name: str) -> None:
    """Examples, public keys and the like."""
    assert not holds_secrets(name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", KEY),
        ("deploy", KEY),
        ("google.json", json.dumps({"type": "service_account", "private_key": KEY, "client_email": "a@b"})),
        ("pip.conf", "[global]\nindex-url = https://me:hunter2@pypi.example/simple\n"),
        ("requirements.txt", "--index-url https://me:hunter2@pypi.example/simple\nnumpy==2.0\n"),
        (".docker/config.json", json.dumps({"auths": {"registry": {"auth": "bWU6aHVudGVyMg=="}}})),
        ("docker-compose.yml", "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=letmein\n"),
        ("config.yaml", "db:\n  password: letmein\n  user: me\n"),
        ("app.ini.bak", "[db]\npassword = letmein\n"),
        ("settings.json", json.dumps({"db": [{"db_password": "letmein"}]})),
        ("main.tf", 'provider "x" {\n  access_key = "AKIAABCDEFGHIJKLMNOP"\n}\n'),
        ("conf.toml", 'api_key = "abc123def456"\n'),
        (".pypi", "password = pypi-" + "A" * 60),
        ("gcp.json", json.dumps({"type": "service_account", "private_key_id": "0a1b"})),
        ("adc.json", json.dumps([{"type": "authorized_user", "refresh": "x"}])),
        ("appsettings.json", json.dumps({"Main": "Server=h;User Id=me;Password=letmein;"})),
        ("settings.xml", "<server><password>letmein</password></server>"),
        ("k8s.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  db: bGV0bWVpbg==\n"),
        ("hub.txt", "q8ZxT41mRb2LwVn7KcYd3PfG\n"),
        ("app.yaml", "session_key: q8ZxT41mRb2LwVn7KcYd3PfG\n"),
        ("env.sh", "export DB_PASSWORD=letmein22\n"),
        ("env.ps1", '$env:KEY = "sk-proj-' + "a1B2c3" * 8 + '"\n'),
        ("README.md", "run it with `HF_TOKEN=hf_" + "aBcD" * 9 + "`\n"),
        (".env.production", "API_TOKEN=a1b2c3d4e5f6\n"),
        ("kubeconfig", "users:\n- user:\n    client-key-data: a1b2c3d4e5f6\n"),
        ("jupyter_server_config.json", json.dumps({"IdentityProvider": {"token": "0a1b2c3d" * 6}})),
        ("nuget.config", '<add key="ClearTextPassword" value="letmein" />'),
        ("teams.yaml", "url: https://a.webhook.office.com/webhookb2/" + "a1-b2" * 9 + "\n"),
        ("sentry.ini", "dsn = https://0123456789abcdef0123456789abcdef@o1.ingest.example/2\n"),
    ],
)
def test_settings_with_secrets(name: str, content: str) -> None:
    """By shape, and by the name that stands before it."""
    assert may_be_settings(name)
    assert settings_hold_secrets(name, content.encode())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.yaml", "tokenizer: bert-base-uncased\npad_token: '[PAD]'\nlr: 0.1\nn_pass: 2\n"),
        ("config.yaml", "password: ${DB_PASSWORD}\napi_key: <your key>\nauth: basic\n"),
        ("config.yaml", "password: required\npassword_file: /run/secrets/db\n"),
        ("requirements.txt", "numpy==2.0\ngit+https://github.com/me/repo.git@abc\n"),
        ("data.json", json.dumps([{"token": "hello123", "pos": "NN"}, {"key": "value123"}])),
        ("vocab.txt", "password\nsecret\ntoken\n"),
        ("model.json", json.dumps({"auth": 3, "password": ""})),
        ("odd.json", "{" * 100_000),
        ("VERSION", "3b3cd3735a1f0e9d8c7b6a5948372615a4b3c2d1\n"),
        ("run.txt", "550e8400-e29b-41d4-a716-446655440000\n"),
        ("model.txt", "DistilBertForSequenceClassification2\n"),
        (
            "config.yaml",
            "key: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\nsort_key: EfficientNetB0_Img21k\n",
        ),
        ("k8s.yaml", "kind: SecretStore\nname: x\n"),
        ("poetry.json", json.dumps({"hash": "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})),
        ("schema.json", json.dumps({"type": "object", "properties": {"lr": {"type": ["number", "null"]}}})),
        ("odd-types.json", json.dumps([{"type": t} for t in ({"a": 1}, [["service_account"]], None, 1.5, True)])),
        ("binary.txt", "password: letmein\0"),
        ("run.sh", "export OMP_NUM_THREADS=4\nexport API_TOKEN=$TOKEN\npython train.py --lr 0.1\n"),
        ("README.md", "Set `HF_TOKEN=<your token>`; the password: see the wiki\n"),
        ("tokenizer.json", json.dumps({"added_tokens": [{"id": 0, "token": "[PAD]"}], "unk_token": "<unk>"})),
    ],
)
def test_settings_without(name: str, content: str) -> None:
    """Vocabularies, placeholders, data and what is no text."""
    assert not settings_hold_secrets(name, content.encode())


@pytest.mark.parametrize("name", ["train.py", "a.ipynb", "data.csv", "image.png", "lib.cu", "x.jsonl"])
def test_code_and_data_are_not_looked_into(name: str) -> None:
    """Without its code a replay would be another program; data are recorded by their digests."""
    assert not may_be_settings(name)


def test_a_change_of_such_a_file_is_not_kept_either() -> None:
    """The rest of the change is."""
    parts = [
        f"diff --git a/{n} b/{n}\n--- a/{n}\n+++ b/{n}\n@@ -1 +1 @@\n-a\n+b\n" for n in ("x.py", "conf/c.yaml", "y.py")
    ]
    assert without_files("".join(parts), {"conf/c.yaml"}) == parts[0] + parts[2]
    assert without_files("".join(parts), ()) == "".join(parts)


@pytest.mark.parametrize("kind", ["OPENSSH ", "RSA ", "EC ", "ENCRYPTED ", ""])
def test_private_keys_are_known_by_their_content(kind: str) -> None:
    """Whatever the file is called; certificates and public keys are for everybody."""
    assert holds_private_key(f"see below\n-----BEGIN {kind}PRIVATE KEY-----\nabc\n".encode())
    assert not holds_private_key(f"-----BEGIN {kind}PUBLIC KEY-----\nabc\n".encode())


@pytest.mark.parametrize(
    "name",
    [".env~", "prod.env.bak", "id_ed25519_work", ".vault_pass", "vault_pass.txt", "users.htpasswd", "cookies.txt"],
)
def test_names_of_secret_files_and_of_their_backups(name: str) -> None:
    """Whatever an editor has put behind them."""
    assert holds_secrets(name)
    assert not holds_secrets("id_rsa.pub.bak")
    assert not holds_secrets("model.bak")

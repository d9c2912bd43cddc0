"""Kinds of secrets as programs have them: in variables, arguments, files, addresses, and in what they print and log.

All are made up; the random part of each is drawn from its name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits


def drawn(name: str, length: int = 24, letters: str = _LETTERS) -> str:
    """Letters and digits that look random, and are the same each time; there is a digit and a capital among them."""
    state = b"".join(hashlib.sha256(f"{name}/{i}".encode()).digest() for i in range(1 + length // 32))
    text = "".join(letters[b % len(letters)] for b in state[:length])
    return text if letters != _LETTERS else f"{text[:-2]}7Q"


def _hex(name: str, length: int) -> str:
    return drawn(name, length, "0123456789abcdef")


_CAPITALS = string.ascii_uppercase + string.digits
_KEY = "-----BEGIN {kind} KEY-----\n{body}\n-----END {kind} KEY-----\n"


@dataclass(frozen=True, slots=True)
class Planted:
    """A text, and the secret in it."""

    text: str
    secret: str


def _planted(name: str, text: str = "SECRET", secret: str = "") -> Planted:
    value = secret or drawn(name)
    return Planted(text.replace("SECRET", value), value)


_NAMES = (
    "PGPASSWORD",
    "DB_PASS",
    "SMTP_PASS",
    "REDISCLI_AUTH",
    "MYSQL_PWD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "WANDB_API_KEY",
    "AZURE_CLIENT_SECRET",
    "KAGGLE_KEY",
    "MLFLOW_TRACKING_PASSWORD",
    "ENCRYPTION_KEY",
    "JWT_SECRET",
    "COMET_API_KEY",
    "VAULT_TOKEN",
    "NEPTUNE_API_TOKEN",
    "GPG_PASSPHRASE",
    "TF_VAR_db_password",
    "LDAP_BIND_PW",
    "SESSION_COOKIE",
    "APP_CREDS",
    "OAUTH2_CLIENT_CRED",
    "CI_JOB_JWT",
    "KUBE_TOKEN_B64",
)
# Environment variables: what the program has of each it prints.
VARIABLES = {name: _planted(name, secret=f"{name.lower()}-{drawn(name, 14)}") for name in _NAMES}
VARIABLES |= {
    "DATABASE_URL": _planted("database", "postgresql://me:SECRET@db.invalid:5432/x"),
    "MONGO_URI": _planted("mongo", "mongodb+srv://me:SECRET@db.invalid/x"),
    "REDIS_URL": _planted("redis", "redis://:SECRET@cache.invalid:6379/0"),
    "BROKER": _planted("broker", "amqp://guest:SECRET@mq.invalid//"),
    "UV_INDEX_URL": _planted("index", "https://ci:SECRET@pypi.invalid/simple"),
    "SENTRY_DSN": _planted("sentry", "https://SECRET@o1.ingest.invalid/2", _hex("sentry", 32)),
    "ODBC": _planted("odbc", "Driver=X;Server=db.invalid;Uid=me;Pwd=SECRET;"),
    "DOCKER_AUTH_CONFIG": _planted("docker", '{"auths": {"r.invalid": {"auth": "SECRET"}}}', drawn("docker auth", 32)),
}

# Arguments of the program; one is two words.
ARGUMENTS = {
    "an option": _planted("option", "--token|SECRET"),
    "an option with =": _planted("option =", "--password=SECRET"),
    "an override": _planted("override", "db.password=SECRET"),
    "a header": _planted("header", "--header|Authorization: Bearer SECRET"),
    "a URL": _planted("argument", "mysql://me:SECRET@db.invalid/x"),
    "a signed URL": _planted("signed", "https://b.invalid/x.csv?X-Amz-Signature=SECRET&Expires=60", _hex("signed", 64)),
    "a short option": _planted("short option", "-p|SECRET", "Gr4nd&prix5"),
    "a short option with its value": _planted("joined", "-pSECRET", "Gr4nd&prix6"),
    "a login": _planted("login", "-u|me:SECRET", "hunter-login-22"),
    "a key of a service": _planted("service", "--wandb-key|SECRET", _hex("service", 40)),
    "a signature of Google": _planted("goog", "https://s.invalid/o?X-Goog-Signature=SECRET", _hex("goog", 128)),
    "a shared access signature": _planted("sas", "https://a.invalid/x?sv=2024&sig=SECRET%3D", drawn("sas", 43)),
}

# Tokens whose form says what they are; printed, with no name beside them.
TOKENS = {
    "GitHub": _planted("", f"ghp_{drawn('github', 36)}"),
    "GitHub, fine-grained": _planted("", f"github_pat_{drawn('github pat', 60)}"),
    "GitLab, of a trigger": _planted("", f"glptt-{_hex('gitlab trigger', 40)}"),
    "GitLab": _planted("", f"glpat-{drawn('gitlab', 20)}"),
    "AWS": _planted("", f"AKIA{drawn('aws', 16, _CAPITALS)}"),
    "OpenAI": _planted("", f"sk-proj-{drawn('openai', 48)}"),
    "Anthropic": _planted("", f"sk-ant-api03-{drawn('anthropic', 60)}"),
    "Hugging Face": _planted("", f"hf_{drawn('hf', 34)}"),
    "Slack": _planted("", f"xoxb-{drawn('slack', 12, string.digits)}-{drawn('slack b', 24)}"),
    "Google": _planted("", f"AIza{drawn('google', 35)}"),
    "Google OAuth": _planted("", f"ya29.{drawn('ya29', 60)}"),
    "Databricks": _planted("", f"dapi{_hex('databricks', 32)}"),
    "PyPI": _planted("", f"pypi-{drawn('pypi', 80)}"),
    "npm": _planted("", f"npm_{drawn('npm', 36)}"),
    "JSON web token": _planted("", f"eyJ{drawn('jwt', 20)}.eyJ{drawn('jwt b', 30)}.{drawn('jwt c', 43)}"),
    "Stripe": _planted("", f"sk_live_{drawn('stripe')}"),
    "SendGrid": _planted("", f"SG.{drawn('sendgrid', 22)}.{drawn('sendgrid b', 43)}"),
    "Telegram": _planted("", f"{drawn('telegram', 9, string.digits)}:AA{drawn('telegram b', 33)}"),
    "DigitalOcean": _planted("", f"dop_v1_{_hex('digitalocean', 64)}"),
    "HashiCorp Vault": _planted("", f"hvs.{drawn('vault', 90)}"),
    "Shopify": _planted("", f"shpat_{_hex('shopify', 32)}"),
    "Grafana": _planted("", f"glsa_{drawn('grafana', 32)}_{_hex('grafana b', 8)}"),
    "NVIDIA": _planted("", f"nvapi-{drawn('nvidia', 64)}"),
    "Replicate": _planted("", f"r8_{drawn('replicate', 37)}"),
    "Groq": _planted("", f"gsk_{drawn('groq', 52)}"),
    "Mailgun": _planted("", f"key-{_hex('mailgun', 32)}"),
    "Linear": _planted("", f"lin_api_{drawn('linear', 40)}"),
    "Docker Hub": _planted("", f"dckr_pat_{drawn('docker', 27)}"),
}
TOKENS = {name: Planted(token.text, token.text) for name, token in TOKENS.items()}
TOKENS |= {
    "age": Planted(f"AGE-SECRET-KEY-1{drawn('age', 58, _CAPITALS)}", drawn("age", 58, _CAPITALS)),
    "Slack webhook": _planted(
        "hook", "https://hooks.slack.com/services/SECRET", f"T{drawn('a', 8)}/B{drawn('b', 8)}/{drawn('c')}"
    ),
    "Teams webhook": _planted(
        "teams", "https://a.webhook.office.com/webhookb2/SECRET", f"{_hex('t', 8)}@{_hex('t b', 32)}/IncomingWebhook/x"
    ),
    "within a message": _planted("message", '{"message": "password=SECRET now"}'),
    "Azure storage": _planted("azure", "AccountName=a;AccountKey=SECRET==", drawn("azure", 86)),
    "a private key": _planted("key", _KEY.format(kind="OPENSSH PRIVATE", body="SECRET"), drawn("printed key", 60)),
}


# Files of the project.
FILES: dict[str, Planted] = {}


def _file(name: str, content: str, secret: str = "") -> None:
    FILES[name] = _planted(f"file {name}", content, secret)


_file(".env", "EXTRA_TOKEN=SECRET\n")
_file(".netrc", "machine h.invalid login me password SECRET\n")
_file("kaggle.json", '{"username": "me", "key": "SECRET"}')
_file("deploy", _KEY.format(kind="OPENSSH PRIVATE", body="SECRET"))
_file("id_rsa.bak", _KEY.format(kind="RSA PRIVATE", body="SECRET"))
_file("notes.md", "my key:\n" + _KEY.format(kind="EC PRIVATE", body="SECRET"))
_file("gcp.json", json.dumps({"type": "service_account", "private_key_id": "SECRET", "client_email": "a@b.invalid"}))
_file("pip.conf", "[global]\nextra-index-url = https://me:SECRET@pypi.invalid/simple\n")
_file("requirements.txt", "--index-url https://me:SECRET@pypi.invalid/simple\nnumpy\n")
_file(".docker/config.json", json.dumps({"auths": {"r.invalid": {"auth": "SECRET"}}}))
_file("prod.tfvars", 'db_password = "SECRET"\n')
_file("docker-compose.yml", "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=SECRET\n")
_file("config.yaml", "db:\n  user: me\n  password: SECRET\n")
_file("word.yaml", "smtp:\n  password: SECRET\n", "correcthorse")
_file("settings.toml", '[store]\nsecret_key = "SECRET"\n')
_file("app.ini", "[mail]\nsmtp_pass = SECRET\n")
_file("application.properties", "spring.datasource.password=SECRET\n")
_file("appsettings.json", json.dumps({"ConnectionStrings": {"Main": "Server=db.invalid;User Id=me;Password=SECRET;"}}))
_file("hub/token", "SECRET\n")
_file("wandb.txt", "SECRET\n")
_file("k8s.yaml", "kind: Secret\ndata:\n  db: SECRET\n", base64.b64encode(drawn("k8s").encode()).decode())
_file("hosts.yml", "github.com:\n  user: me\n  oauth_token: SECRET\n")
_file("settings.xml", "<server><username>me</username><password>SECRET</password></server>\n")
_file("environment.yml", "dependencies:\n  - pip:\n    - --extra-index-url https://me:SECRET@pypi.invalid/simple\n")
_file("Pipfile", '[[source]]\nurl = "https://me:SECRET@pypi.invalid/simple"\n')
_file("Dockerfile", "FROM python\nENV DB_PASSWORD=SECRET\n")
_file(".npmrc", "//registry.invalid/:_authToken=SECRET\n")
_file(".pgpass", "db.invalid:5432:x:me:SECRET\n")
_file(".condarc", "channels:\n  - https://conda.invalid/t/SECRET/get\n")
_file("azure.json", json.dumps({"connection": "AccountName=a;AccountKey=SECRET=="}), drawn("azure file", 86))
_file("oauth.json", json.dumps({"web": {"client_id": "a", "client_secret": "SECRET"}}))
_file("env.sh", "export DB_PASSWORD=SECRET\n")
_file("set.bat", "set API_TOKEN=SECRET\n")
_file("env.ps1", '$env:KEY = "SECRET"\n', f"sk-proj-{drawn('ps1', 48)}")
_file("README.md", "run with `HF_TOKEN=SECRET`\n", f"hf_{drawn('readme', 34)}")
_file(".env~", "A=SECRET\n")
_file("prod.env.bak", "A=SECRET\n")
_file(".env.production.local", "A=SECRET\n")
_file("kubeconfig", "users:\n- user:\n    client-key-data: SECRET\n")
_file(".vault_pass", "SECRET\n", "correct-horse-battery")
_file("users.htpasswd", "me:$apr1$SECRET\n")
_file("cookies.txt", ".x.invalid\tTRUE\t/\tTRUE\t0\tsession\tSECRET\n")
_file("nuget.config", '<add key="ClearTextPassword" value="SECRET" />\n', "hunter-nuget")
_file("jupyter_server_config.json", json.dumps({"IdentityProvider": {"token": "SECRET"}}), _hex("jupyter", 48))
_file("me.p12", "SECRET")
_file(".Renviron", "GITHUB_PAT=SECRET\n")
_file("id_ed25519_work", "SECRET")
_file("client.ovpn", "<auth-user-pass>\nme\nSECRET\n</auth-user-pass>\n")
_file("locals.cfg", "api_key: SECRET\n")

# In what is logged and read.
PARAMETER = drawn("parameter")
DATASET = drawn("dataset source")
SIGNED_DATASET = drawn("signed dataset", 40)
PATH = f"ghp_{drawn('data path', 36)}"
QUERY_PATH = drawn("query path")
RAISED = drawn("raised")
CHANGED = drawn("changed")
WRITTEN = drawn("written")
REMOTE = drawn("remote")
TAG = f"hf_{drawn('tag', 34)}"

PROGRAM = f"""\
import json, os, sys
import mlflow
import mlflow.data

for name in {sorted(VARIABLES)!r}:
    print("value", os.environ[name])
print(sys.argv[1:])
given = json.loads(sys.stdin.read())
for token in given["shown"]:
    print("got", token, file=sys.stderr)
for name in {sorted(FILES)!r}:
    with open(name) as file:
        file.read()
for name in os.listdir("data"):
    with open(os.path.join("data", name)) as file:
        file.read()
with open("result.txt", "w") as file:
    file.write(f"token = {{given['written_token']}}\\n")
with mlflow.start_run(tags={{"login": given["tag"]}}):
    mlflow.log_param("api_key", given["api_key"])
    import numpy
    for source in (given["dataset source"], given["signed dataset"]):
        where = mlflow.data.http_dataset_source.HTTPDatasetSource(source)
        mlflow.log_input(mlflow.data.from_numpy(numpy.zeros(3), source=where))
raise ConnectionError(f"cannot reach {{given['raised']}}")
"""


def all_secrets() -> dict[str, str]:
    """Each kind, and the text that must be nowhere."""
    groups = {"variable": VARIABLES, "argument": ARGUMENTS, "token": TOKENS, "file": FILES}
    found = {f"{group} {name}": one.secret for group, planted in groups.items() for name, one in planted.items()}
    return found | {
        "MLflow param": PARAMETER,
        "dataset source": DATASET,
        "signed dataset": SIGNED_DATASET,
        "data path": PATH,
        "data path with a query": QUERY_PATH,
        "raised": RAISED,
        "uncommitted change": CHANGED,
        "written file": WRITTEN,
        "git remote": REMOTE,
        "tag": TAG,
    }


# What the program is given on its standard input: its source names none of it.
INPUT = json.dumps(
    {
        "shown": [token.text for token in TOKENS.values()],
        "written_token": WRITTEN,
        "tag": TAG,
        "api_key": PARAMETER,
        "dataset source": f"postgresql://me:{DATASET}@db.invalid/x",
        "signed dataset": f"https://h.invalid/x.csv?sig={SIGNED_DATASET}",
        "raised": f"https://me:{RAISED}@h.invalid/",
    }
)

# What the program itself gives to MLflow, which has it in its own tables.
OF_MLFLOW = ("MLflow param", "dataset source", "signed dataset", "tag")


def write_project(folder: Path) -> None:
    """Write the program, its files and its data."""
    (folder / "leaky.py").write_text(PROGRAM, encoding="utf-8")
    for name, planted in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(planted.text, encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    (data / f"{PATH}.csv").write_text("1\n", encoding="utf-8")
    (data / f"x.csv?token={QUERY_PATH}").write_text("1\n", encoding="utf-8")

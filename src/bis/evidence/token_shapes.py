"""Kinds of tokens that are known by how they look, wherever they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TokenShape:
    """A kind of token; `hints` are literals without which a text holds none (a search for them is fast)."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(name: str, hints: Sequence[str], pattern: str) -> TokenShape:
    return TokenShape(name, tuple(hints), re.compile(pattern))


# The group `keep`, where there is one, stays.
TOKEN_SHAPES = (
    _shape("GitHub token", ["gh"], r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,255}"),
    _shape("GitHub token", ["github_pat_"], r"github_pat_[A-Za-z0-9_]{22,255}"),
    _shape("GitLab token", ["gl"], r"(?<![A-Za-z0-9])gl(?:pat|ptt|dt|rt|cbt|oas|soat|ft|imt|agent)-[\w-]{20,128}"),
    _shape("AWS access key", ["AKIA", "ASIA"], r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"),
    # Not "sk-container-id-1", which scikit-learn's own HTML is full of.
    _shape("API key", ["sk-"], r"(?<![\w-])sk-(?:[a-z]{2,10}\d{0,2}-)*(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{20,255}"),
    _shape("API key", ["sk-"], r"(?<![\w-])sk-[A-Za-z0-9]{32,255}"),
    _shape("Hugging Face token", ["hf_"], r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}"),
    _shape("Slack token", ["xox"], r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    _shape("Slack webhook", ["hooks.slack.com"], r"(?P<keep>hooks\.slack\.com/services/)[\w/]{20,128}"),
    _shape("Teams webhook", ["webhook.office.com"], r"(?P<keep>webhook\.office\.com/webhookb2/)[\w@/-]{20,256}"),
    _shape("Zapier webhook", ["hooks.zapier.com"], r"(?P<keep>hooks\.zapier\.com/hooks/catch/)[\w/]{8,128}"),
    _shape("Google API key", ["AIza"], r"(?<![A-Za-z0-9])AIza[0-9A-Za-z_-]{35}"),
    _shape("Databricks token", ["dapi"], r"(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d)?"),
    _shape("PyPI token", ["pypi-"], r"(?<![\w-])pypi-[\w-]{50,512}"),
    _shape("npm token", ["npm_"], r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}"),
    _shape("JSON web token", ["eyJ"], r"(?<![\w-])eyJ[\w-]{8,8192}\.eyJ[\w-]{8,8192}\.[\w-]{4,8192}"),
    _shape(
        "Azure key",
        ["AccountKey=", "SharedAccessKey=", "SharedAccessSignature="],
        r"(?P<keep>(?:AccountKey|SharedAccessKey|SharedAccessSignature)=)[A-Za-z0-9+/=%&]{16,512}",
    ),
    _shape(
        "signature",
        ["sig=", "Signature="],
        r"(?P<keep>[?&](?:sig|(?:X-[A-Za-z]{2,8}-)?Signature)=)[A-Za-z0-9%+/=_-]{20,2048}",
    ),
    _shape("bearer token", ["earer "], r"(?P<keep>[Bb]earer )(?=[\w.~+/-]*\d)[\w.~+/-]{16,4096}={0,2}"),
    _shape("basic credentials", ["asic "], r"(?P<keep>[Aa]uthorization: ?[Bb]asic )[A-Za-z0-9+/]{8,1024}={0,2}"),
    _shape("Google OAuth token", ["ya29."], r"(?<![\w.])ya29\.[\w-]{20,512}"),
    _shape("Stripe key", ["k_live_", "k_test_"], r"(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}"),
    _shape("SendGrid key", ["SG."], r"(?<![\w.])SG\.[\w-]{16,64}\.[\w-]{16,128}"),
    _shape("Telegram token", [":AA"], r"(?<![0-9])[0-9]{8,10}:AA[\w-]{32,35}(?![\w-])"),
    _shape("DigitalOcean token", ["_v1_"], r"(?<![A-Za-z0-9])do[opr]_v1_[0-9a-f]{64}"),
    _shape("Vault token", ["hvs.", "hvb."], r"(?<![\w.])hv[bs]\.[\w-]{24,512}"),
    _shape("age key", ["AGE-SECRET-KEY-1"], r"AGE-SECRET-KEY-1[0-9A-Z]{20,128}"),
    _shape("Shopify token", ["shp"], r"(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _shape("Grafana token", ["glsa_"], r"(?<![A-Za-z0-9])glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    _shape("NVIDIA key", ["nvapi-"], r"(?<![\w-])nvapi-[\w-]{32,255}"),
    _shape("Replicate token", ["r8_"], r"(?<![A-Za-z0-9])r8_[A-Za-z0-9]{36,64}"),
    _shape("Groq key", ["gsk_"], r"(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,64}"),
    _shape("Mailgun key", ["key-"], r"(?<![\w-])key-[0-9a-f]{32}(?![\w-])"),
    _shape("Linear key", ["lin_api_"], r"(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{32,64}"),
    _shape("Docker Hub token", ["dckr_pat_"], r"dckr_pat_[\w-]{20,64}"),
    _shape("Discord webhook", ["/webhooks/"], r"(?P<keep>discord(?:app)?\.com/api/webhooks/\d{6,24}/)[\w-]{20,128}"),
    _shape("Anaconda token", ["/t/"], r"(?P<keep>://[^\s/]{1,256}/t/)[A-Za-z0-9-]{16,128}(?=/)"),
    # Of a connection string, which has more than one setting.
    _shape(
        "connection string",
        ["assword=", "PASSWORD=", "wd=", "WD="],
        r"(?P<keep>;\s{0,4}(?:[Pp]assword|PASSWORD|[Pp]wd|PWD)=)[^;\"'\s]{3,256}",
    ),
    _shape(
        "connection string",
        ["assword=", "wd="],
        r"(?P<keep>\b(?:[Pp]assword|[Pp]wd)=)[^;\"'\s]{3,256}(?=;\s{0,4}[A-Za-z])",
    ),
)

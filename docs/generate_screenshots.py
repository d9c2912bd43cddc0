"""Make the pictures of pages in the documentation: a program is recorded and replayed, its page is photographed.

Needs node and the browser that the tests use (`make screenshots` sets both up). Pictures are of real runs: their
figures differ a little each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BROWSER = ROOT / ".venv" / "browser"
IMAGES = Path(__file__).with_name("images")
PROGRAM = """\
import random

import mlflow


def noise(scale):
    return random.gauss(0, scale)


with mlflow.start_run(run_name="digits, two layers"):
    mlflow.log_params({"lr": 0.05, "epochs": 30, "hidden": 64})
    for epoch in range(30):
        mlflow.log_metric("loss", 2.3 / (1 + 0.4 * epoch) + abs(noise(0.04)), step=epoch)
    mlflow.log_metric("accuracy", 0.962 + noise(0.004))
"""
# page, picture, width, height (0: all of the page), colour scheme
SHOTS = (
    ("run.html", "run_page.png", 900, 1300, "light"),
    ("run_fr.html", "run_page_fr.png", 390, 1300, "dark"),
)
CAMERA = """\
import { createRequire } from "node:module";
const require = createRequire(process.argv[1] + "/node_modules/");
const chromium = require("@sparticuz/chromium").default ?? require("@sparticuz/chromium");
const puppeteer = require("puppeteer-core").default ?? require("puppeteer-core");
const browser = await puppeteer.launch({
  args: [...chromium.args, "--no-sandbox"], executablePath: await chromium.executablePath(), headless: "shell",
});
const page = await browser.newPage();
const [address, picture, width, height, scheme] = process.argv.slice(2);
await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
await page.setViewport({ width: Number(width), height: Number(height) });
await page.goto(address);
await page.screenshot({ path: picture });
await browser.close();
"""


def bis(folder: Path, *arguments: str) -> None:
    """Run a command of bis in a folder with a home and a store of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIS_", "MLFLOW_"))}
    environ = {
        **kept,
        "BIS_HOME": str(folder.parent / "home"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder.parent}/mlflow.db",
    }
    subprocess.run([sys.executable, "-m", "bis", *arguments], cwd=folder, env=environ, check=True)


def main() -> None:
    """Record, replay, write the pages, photograph them."""
    if not (BROWSER / "node_modules").is_dir() or shutil.which("node") is None:
        sys.exit("there is no browser: make screenshots")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        folder.mkdir()
        (folder / "train.py").write_text(PROGRAM, encoding="utf-8")
        bis(folder, "run", "train.py")
        bis(folder, "replay", "last", "--fresh", "-n", "8")
        bis(folder, "report", "last")
        bis(folder, "report", "last", "--language", "fr", "--out", "run_fr.html")
        for page, picture, *rest in SHOTS:
            command = ["node", "--input-type=module", "-e", CAMERA, str(BROWSER), (folder / page).as_uri()]
            subprocess.run([*command, str(IMAGES / picture), *map(str, rest)], check=True)


if __name__ == "__main__":
    main()

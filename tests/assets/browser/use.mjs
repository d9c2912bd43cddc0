// Uses pages in a real browser as readers do, and tells as JSON what they would meet: at the width of a desk and of a
// phone, in the dark, on paper, within a sandboxed frame; and what axe-core finds against them.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(process.argv[2] + "/node_modules/");
const chromium = require("@sparticuz/chromium").default ?? require("@sparticuz/chromium");
const puppeteer = require("puppeteer-core").default ?? require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await puppeteer.launch({
  args: [...chromium.args, "--no-sandbox"],
  executablePath: await chromium.executablePath(),
  headless: "shell",
});

function watch(page) {
  const met = { errors: [], requests: [] };
  page.on("pageerror", (error) => met.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && met.errors.push(message.text()));
  page.on("dialog", (dialog) => { met.errors.push("a dialog"); dialog.dismiss(); });
  page.on("request", (request) => met.requests.push(request.url()));
  return met;
}

// What is in a page or frame; each link to a place of it is followed, each part that is folded is unfolded.
async function used(frame) {
  return frame.evaluate(async () => {
    const dead = [];
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      link.click();
      await new Promise((done) => setTimeout(done, 0));
      const goal = document.getElementById(link.getAttribute("href").slice(1));
      if (!goal || location.hash !== link.getAttribute("href")) dead.push(link.getAttribute("href"));
    }
    const folded = [...document.querySelectorAll("details")];
    for (const one of folded) one.querySelector("summary").click();
    await new Promise((done) => setTimeout(done, 50));
    return {
      title: document.title,
      text: document.body.innerText,
      language: document.documentElement.lang,
      dead,
      links: document.querySelectorAll('a[href^="#"]').length,
      shut: folded.filter((one) => !one.open).length,
      figures: document.querySelectorAll("figure").length,
      drawn: [...document.querySelectorAll("figure svg")].filter((svg) => svg.getBoundingClientRect().width > 100).length,
      marks: document.querySelectorAll("figure svg path, figure svg line").length,
    };
  });
}

async function atWidth(page, width) {
  await page.setViewport({ width, height: 900 });
  return page.evaluate(() => document.documentElement.scrollWidth);
}

async function findings(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((one) => ({ id: one.id, impact: one.impact, at: one.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3) }));
}

async function lookAt(address) {
  const page = await browser.newPage();
  await page.setBypassCSP(true); // for axe, which is not the page's own; that the page allows nothing is tested elsewhere
  const met = watch(page);
  await page.setViewport({ width: 900, height: 900 });
  await page.goto(address);
  await page.waitForFunction(() => !document.querySelector("script.specification") || document.querySelector("figure .vega-embed"));
  const light = await findings(page);
  const paper = (await page.pdf({ format: "A4" })).length;
  const told = { address, ...(await used(page)), ...met, paper, findings: light };
  told.widths = [await atWidth(page, 900), await atWidth(page, 360)];
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  told.inTheDark = await findings(page);
  await page.close();
  return told;
}

// The page within a frame that may run scripts and nothing else, from a blob, as MLflow's viewer of artifacts shows it.
async function inAFrame(address) {
  const page = await browser.newPage();
  const met = watch(page);
  await page.goto("about:blank");
  const text = readFileSync(new URL(address), "utf8");
  await page.evaluate((html) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.src = URL.createObjectURL(new Blob([html], { type: "text/html" }));
    document.body.append(frame);
    return new Promise((done) => frame.addEventListener("load", done));
  }, text);
  const told = { address, ...(await used(page.frames()[1])), errors: met.errors };
  await page.close();
  return told;
}

// The page as MLflow's own viewer of artifacts shows it.
async function inMlflow(address) {
  const page = await browser.newPage();
  const met = watch(page);
  await page.setViewport({ width: 1400, height: 1000 });
  await page.goto(address);
  const holder = await page.waitForSelector("iframe.mlflow-html-iframe", { timeout: 60000 });
  const frame = await holder.contentFrame();
  await frame.waitForSelector("main");
  const told = { address, sandbox: await holder.evaluate((one) => one.getAttribute("sandbox")), ...(await used(frame)), errors: met.errors };
  await page.close();
  return told;
}

const ways = { look: lookAt, frame: inAFrame, mlflow: inMlflow };
const told = [];
for (const given of process.argv.slice(3)) {
  const [way, ...address] = given.split("=");
  told.push(await ways[way](address.join("=")));
}
console.log(JSON.stringify(told));
await browser.close();

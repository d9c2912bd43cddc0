// Opens pages in a real browser and tells, as JSON, what a reader would meet: errors, requests, tables, width, links.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/node_modules/");
const chromium = require("@sparticuz/chromium").default ?? require("@sparticuz/chromium");
const puppeteer = require("puppeteer-core").default ?? require("puppeteer-core");

const browser = await puppeteer.launch({
  args: [...chromium.args, "--no-sandbox"],
  executablePath: await chromium.executablePath(),
  headless: "shell",
});
const told = [];
for (const address of process.argv.slice(3)) {
  const page = await browser.newPage();
  const errors = [], requests = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("dialog", (dialog) => { errors.push("a dialog"); dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  await page.setViewport({ width: 900, height: 1200 });
  await page.goto(address);
  const seen = await page.evaluate(() => ({
    title: document.title,
    text: document.body.innerText,
    tables: document.querySelectorAll("table").length,
    bars: document.querySelectorAll("svg").length,
    width: document.documentElement.scrollWidth,
    links: [...document.querySelectorAll("a")].map((a) => a.href),
    scripts: document.querySelectorAll("script").length,
  }));
  told.push({ address, errors, requests, ...seen });
  await page.close();
}
console.log(JSON.stringify(told));
await browser.close();

// Opens pages at several widths, and tells as JSON what a reader would meet: errors, requests, what is too wide, dead links.
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
for (const address of process.argv.slice(4)) {
  for (const width of process.argv[3].split(",").map(Number)) {
    const page = await browser.newPage();
    const errors = [], requests = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("request", (request) => requests.push(request.url()));
    await page.setViewport({ width, height: 800 });
    await page.goto(address, { waitUntil: "networkidle0" });
    const seen = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      drawn: document.querySelectorAll("figure .picture svg").length,
      figures: document.querySelectorAll("figure").length,
      language: document.documentElement.lang,
      text: document.body.innerText,
      links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href")),
      dead: [...document.querySelectorAll('a[href^="#"]')]
        .map((a) => a.getAttribute("href").slice(1))
        .filter((name) => !document.getElementById(name)),
      twice: [...document.querySelectorAll("[id]")]
        .map((one) => one.id)
        .filter((name, i, all) => all.indexOf(name) !== i),
    }));
    told.push({ address, width, errors, requests, ...seen });
    await page.close();
  }
}
console.log(JSON.stringify(told));
await browser.close();

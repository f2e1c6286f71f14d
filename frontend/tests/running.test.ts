import assert from "node:assert/strict";
import { test } from "node:test";
import { chromium, type Page } from "playwright-core";
import { browserPath, CHROMIUM_OPTIONS } from "./chromium.ts";
import { PATIENCE, until } from "./stand-in.ts";

/** Where a whole service runs, behind its edge; whoever started it gives a token, and sends an event when asked to. */
const { PAGE_URL, PAGE_TOKEN, PAGE_SCREENSHOT } = process.env;
const executablePath = browserPath();
const missing = PAGE_URL
  ? !executablePath && "there is no chromium: apt-get install chromium, or set CHROMIUM"
  : "PAGE_URL names no running service: `make service-test` starts one";

test("the page of a running service shows its data, and a change without being asked", { skip: missing }, async () => {
  const browser = await chromium.launch({ executablePath: executablePath ?? "", args: CHROMIUM_OPTIONS });
  const complaints: string[] = [];
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${PAGE_URL}/#token=${PAGE_TOKEN}`);
    await until("the page is live", async () => (await page.getByTestId("connection").textContent()) === "live");
    const before = await total(page);
    assert.ok(before > 0, "the data of the backend");
    // The button's request only enqueues; the new total comes from the worker, by the websocket.
    await page.getByTestId("send-event").click();
    await until("the websocket's update", async () => (await total(page)) > before);
    if (PAGE_SCREENSHOT) {
      await page.screenshot({ path: PAGE_SCREENSHOT, fullPage: true });
    }
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
});

async function total(page: Page): Promise<number> {
  return Number(((await page.getByTestId("total").textContent()) ?? "").replace(/\D/g, ""));
}

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { browserPath, CHROMIUM_OPTIONS } from "./chromium.ts";
import { PageServer, unbuilt } from "./page-server.ts";
import { PATIENCE, StandIn, tokenOf, until } from "./stand-in.ts";

/** Where the screenshots go, when somebody wants to look. */
const SCREENSHOTS = process.env.SCREENSHOTS;
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1200, height: 800 };

const executablePath = browserPath();
const missing = unbuilt || (executablePath ? false : "there is no chromium: apt-get install chromium, or set CHROMIUM");
const skip = process.env.CI ? false : missing; // a check of everything fails, rather than skips, where a tool is missing

describe("the page in a browser", { skip }, () => {
  let pages: PageServer;
  let backend: StandIn;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained about: console errors, uncaught errors, violations of the policy. */
  let complaints: string[];

  before(async () => {
    assert.equal(missing, false);
    pages = await PageServer.start();
    profile = await mkdtemp(join(tmpdir(), "frontend-browser-"));
    context = await chromium.launchPersistentContext(profile, {
      executablePath: executablePath ?? "",
      viewport: DESKTOP,
      args: CHROMIUM_OPTIONS,
      timeout: PATIENCE,
    });
  });
  after(async () => {
    await context.close();
    await pages.stop();
    await rm(profile, { recursive: true, force: true });
  });
  beforeEach(async () => {
    backend = new StandIn(pages.port);
    await backend.start();
    complaints = [];
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => {
      if (message.type() === "error" || /content security policy/i.test(message.text())) {
        complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
  });
  afterEach(async () => {
    await page.close();
    await backend.stop();
  });

  const text = (id: string) => page.getByTestId(id).textContent();
  const shows = (id: string, expected: string) =>
    until(`${id} shows ${expected}`, async () => {
      const element = page.getByTestId(id);
      return (await element.count()) === 1 && (await element.textContent()) === expected;
    });
  const open = (token = backend.token) => page.goto(`${backend.origin}/#token=${token}`);
  async function screenshots(name: string): Promise<void> {
    if (SCREENSHOTS === undefined) {
      return;
    }
    for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.setViewportSize(DESKTOP);
  }

  test("a link with a token signs in, and the token leaves the address", async () => {
    await open();
    await shows("connection", "live");
    assert.equal(await text("total"), "1,442");
    assert.ok(await text("last-update"));
    assert.equal(page.url(), `${backend.origin}/`);
    assert.equal(await page.evaluate(() => window.sessionStorage.length), 1);
    await page.reload();
    await shows("connection", "live");
    await screenshots("data");
    assert.deepEqual(complaints, []);
  });

  test("an event is sent, and arrives by the websocket of the page's own host", async () => {
    await open();
    await shows("connection", "live");
    await page.getByTestId("send-event").click();
    await shows("total", "1,443");
    backend.byName.sign_up = 1_187;
    backend.publish();
    await shows("total", "2,443");
    assert.deepEqual(complaints, []);
  });

  test("a backend that restarts (1012) is found again", async () => {
    await open();
    await shows("connection", "live");
    backend.handshakeStatus = 503;
    backend.restart();
    await shows("connection", "reconnecting");
    backend.handshakeStatus = null;
    backend.byName.page_view = 1_300;
    await until("live again", async () => (await text("connection")) === "live");
    await shows("total", "1,538");
    const unexpected = complaints.filter((complaint) => !complaint.includes("Unexpected response code: 503"));
    assert.deepEqual(unexpected, []);
  });

  test("a restart without a gap is no error at all", async () => {
    await open();
    await shows("connection", "live");
    backend.restart();
    await until("a second handshake", () => backend.handshakes === 2);
    await shows("connection", "live");
    assert.deepEqual(complaints, []);
  });

  test("offline is seen at once, and ends by itself", async () => {
    await open();
    await shows("connection", "live");
    await context.setOffline(true);
    await shows("connection", "reconnecting");
    await context.setOffline(false);
    await shows("connection", "live");
  });

  test("a refused token ends signed out, and another one can be pasted", async () => {
    await open(tokenOf("stranger"));
    await shows("connection", "signed out");
    assert.match((await text("error")) ?? "", /refused/);
    assert.equal(await page.evaluate(() => window.sessionStorage.length), 0);
    await screenshots("signed-out");
    await page.getByTestId("token").fill("nonsense");
    await page.getByTestId("sign-in").click();
    assert.match((await text("error")) ?? "", /not a token/);
    await page.getByTestId("token").fill(`Bearer ${backend.token}`);
    await page.getByTestId("sign-in").click();
    await shows("connection", "live");
    await page.getByRole("button", { name: "Sign out" }).click();
    await shows("connection", "signed out");
    await page.reload();
    await shows("connection", "signed out");
  });

  test("an export becomes a link", async () => {
    await open();
    await shows("connection", "live");
    await page.getByTestId("export").click();
    await page.getByTestId("export-link").waitFor();
    assert.match((await page.getByTestId("export-link").getAttribute("href")) ?? "", /\.csv$/);
    await screenshots("export");
    assert.deepEqual(complaints, []);
  });

  test("what is switched off is said, not failed", async () => {
    backend.exportsEnabled = false;
    backend.socketRefusal = 4404;
    await open();
    await shows("connection", "live");
    await page.getByText("updated every 30 s").waitFor();
    await page.getByTestId("export").click();
    await page.getByText("Exports are switched off here.").waitFor();
    assert.ok(await page.getByTestId("export").isDisabled());
    await screenshots("switched-off");
  });

  test("no events yet is a state of its own", async () => {
    backend.clear();
    await open();
    await page.getByTestId("empty").waitFor();
    assert.equal(await text("total"), "0");
    await screenshots("empty");
    assert.deepEqual(complaints, []);
  });

  for (const [status, words] of [
    [503, /not available/],
    [429, /Too many requests. Trying again in 9 seconds/],
  ] as const) {
    test(`${status} is told, and passes`, async () => {
      backend.refusal = { status, code: "passing", message: "Later.", headers: { "Retry-After": "9" } };
      backend.handshakeStatus = 503;
      await open();
      await page.getByTestId("error").waitFor();
      assert.match((await text("error")) ?? "", words);
      assert.equal(await text("connection"), "reconnecting");
      await screenshots(`error-${status}`);
      backend.refusal = null;
      await page.getByRole("button", { name: "Try now" }).click();
      await shows("total", "1,442");
      assert.equal(await page.getByTestId("error").count(), 0);
    });
  }

  test("a missing page is 404 and says so without an error", async () => {
    const answer = await page.goto(`${backend.origin}/nope`);
    assert.equal(answer?.status(), 404);
    await page.getByText("There is no such page").waitFor();
    await screenshots("missing");
    const unexpected = complaints.filter((complaint) => !complaint.includes("404 (Not Found)"));
    assert.deepEqual(unexpected, []);
  });

  test("the page never scrolls sideways on a phone", async () => {
    await page.setViewportSize(PHONE);
    backend.byName = { [`a_very_long_event_name_${"x".repeat(80)}`]: 1_234_567, page_view: 4 };
    backend.byDay = Object.fromEntries(Object.keys(backend.byDay).map((date) => [date, 1_234_567]));
    await open();
    await shows("connection", "live");
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth}`);
  });
});

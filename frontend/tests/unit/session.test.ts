import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { SESSION_TIMES, Session } from "../../client/session.ts";
import { StandIn, until } from "../stand-in.ts";

let backend: StandIn;
let session: Session;
let refusals: number;

function start(token = backend.token, pollMilliseconds = 60): void {
  const live = { ...SESSION_TIMES.live, reconnect: { baseMilliseconds: 20, capMilliseconds: 50 } };
  session = new Session(
    token,
    backend.origin,
    () => {
      refusals += 1;
    },
    { live, pollMilliseconds, exportPollMilliseconds: 20, exportLimitMilliseconds: 2_000 },
  );
  session.start();
}

beforeEach(async () => {
  backend = new StandIn();
  refusals = 0;
  await backend.start();
});
afterEach(async () => {
  session.stop();
  await backend.stop();
});

test("a sent event is seen in the next summary", async () => {
  start();
  await until("live", () => session.view().live === "live");
  await session.sendEvent();
  await until("the event", () => session.view().summary?.total === 1_443);
  assert.equal(session.view().notice, "Event sent.");
});

test("an event whose answer was lost is sent again under the same id", async () => {
  start();
  await until("loaded", () => session.view().summary !== null);
  backend.refusal = { status: 503, code: "unavailable", message: "Down." };
  await session.sendEvent();
  assert.equal(session.view().problem?.about, "action");
  backend.refusal = null;
  await session.sendEvent();
  await session.sendEvent();
  assert.equal(backend.events.size, 2);
  assert.equal(session.view().problem, null);
});

test("a refused token is told once, whether HTTP or the websocket says it first", async () => {
  start("a.b.c");
  await until("refused", () => refusals > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(refusals, 1);
});

test("a websocket that ends with its token ends signed out, and a new token's session goes on", async () => {
  start();
  await until("live", () => session.view().live === "live");
  backend.closeSockets(4401);
  await until("refused", () => refusals === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(backend.handshakes, 1);
  start();
  await until("live again", () => session.view().live === "live" && session.view().summary !== null);
});

test("overload passes by itself: it is told, and the summary comes after Retry-After", async () => {
  backend.refusal = { status: 503, code: "overloaded", message: "Busy.", headers: { "Retry-After": "1" } };
  backend.handshakeStatus = 503;
  start();
  await until("the problem", () => session.view().problem?.about === "load");
  assert.match(session.view().problem?.text ?? "", /more to do.*Trying again/);
  backend.refusal = null;
  backend.handshakeStatus = null;
  await until("the summary, live", () => session.view().summary !== null && session.view().live === "live");
  assert.equal(session.view().problem, null);
});

test("a handshake refused with 403 because of the token ends signed out, not in endless tries", async () => {
  backend.handshakeStatus = 403;
  start("a.b.c");
  await until("refused", () => refusals === 1);
});

test("without live updates the summary is asked for, and not while the page is hidden", async () => {
  backend.socketRefusal = 4404;
  start();
  await until("off", () => session.view().live === "off");
  await until("polls", () => backend.summaries >= 3);
  session.setVisible(false);
  const asked = backend.summaries;
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.ok(backend.summaries <= asked + 1); // one may have been under way
  session.setVisible(true);
  await until("polls again", () => backend.summaries > asked + 1);
});

test("a failed load is told, tried again after Retry-After, and forgotten", async () => {
  backend.refusal = { status: 503, code: "unavailable", message: "Down.", headers: { "Retry-After": "1" } };
  backend.handshakeStatus = 503;
  start();
  await until("the problem", () => session.view().problem?.about === "load");
  backend.refusal = null;
  await until("the summary", () => session.view().summary !== null);
  assert.equal(session.view().problem, null);
});

test("failing handshakes do not hurry past Retry-After", async () => {
  backend.refusal = { status: 429, code: "rate_limited", message: "Too many.", headers: { "Retry-After": "30" } };
  backend.handshakeStatus = 503;
  start();
  await until("several handshakes", () => backend.handshakes >= 5);
  assert.ok(backend.refused <= 2, `asked ${backend.refused} times`); // one may have been under way
});

test("an export is followed to its address", async () => {
  start();
  await session.exportEvents();
  const progress = session.view().export;
  assert.ok(progress.status === "done");
  assert.match(progress.url, /\/exports\/[\w-]+\.csv$/);
});

test("an export that takes too long ends with a problem, not with a button that waits for ever", async () => {
  backend.exportAsks = 10_000;
  start();
  await session.exportEvents();
  assert.equal(session.view().export.status, "none");
  assert.equal(session.view().problem?.text, "The export failed. Try again.");
});

test("exports that are switched off are no error", async () => {
  backend.exportsEnabled = false;
  start();
  await session.exportEvents();
  assert.equal(session.view().export.status, "switched off");
  assert.equal(session.view().problem, null);
});

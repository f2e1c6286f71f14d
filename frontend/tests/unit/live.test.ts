import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { LiveConnection, type LiveState, type LiveTimes } from "../../client/live.ts";
import { StandIn, tokenOf, until } from "../stand-in.ts";

const TIMES: LiveTimes = {
  reconnect: { baseMilliseconds: 20, capMilliseconds: 80 },
  silenceMilliseconds: 3_000,
  stableMilliseconds: 1_000,
};

let backend: StandIn;
let states: LiveState[];
let totals: number[];
let doubts: number;
let live: LiveConnection;

function connect(token = backend.token, times = TIMES): void {
  const url = `ws://127.0.0.1:${backend.port}/ws`;
  live = new LiveConnection(
    url,
    token,
    {
      state: (state) => states.at(-1) !== state && states.push(state),
      summary: (summary) => totals.push(summary.total),
      doubt: () => {
        doubts += 1;
      },
    },
    times,
  );
  live.start();
}

beforeEach(async () => {
  backend = new StandIn();
  states = [];
  totals = [];
  doubts = 0;
  await backend.start();
});
afterEach(async () => {
  live.stop();
  await backend.stop();
});

const quiet = () => new Promise((resolve) => setTimeout(resolve, 200));
const isLive = () => states.at(-1) === "live";

test("it is live with the first summary, and hears each change", async () => {
  connect();
  await until("live", isLive);
  backend.byName.page_view = 0;
  backend.publish();
  await until("the change", () => totals.length === 2);
  assert.deepEqual(states, ["connecting", "live"]);
  assert.deepEqual(totals, [1_442, 238]);
});

for (const code of [1012, 1013, 1011]) {
  test(`a connection closed with ${code} is made again`, async () => {
    connect();
    await until("live", isLive);
    backend.closeSockets(code);
    await until("a second handshake", () => backend.handshakes === 2 && isLive());
    assert.deepEqual(states, ["connecting", "live", "connecting", "live"]);
  });
}

test("a broken connection (1006) is made again", async () => {
  connect();
  await until("live", isLive);
  for (const socket of backend.sockets) {
    socket.terminate();
  }
  await until("a second handshake", () => backend.handshakes === 2 && isLive());
});

test("told to reconnect, it does so once, though the close follows", async () => {
  connect();
  await until("live", isLive);
  backend.restart();
  await until("live again", () => backend.handshakes === 2 && isLive());
  await quiet();
  assert.equal(backend.handshakes, 2);
  assert.equal(backend.sockets.size, 1);
});

test("a refused token (4401) ends it", async () => {
  connect(tokenOf("somebody else"));
  await until("refused", () => states.at(-1) === "refused");
  await quiet();
  assert.equal(backend.handshakes, 1);
});

test("live updates switched off (4404) end it", async () => {
  backend.socketRefusal = 4404;
  connect();
  await until("off", () => states.at(-1) === "off");
  await quiet();
  assert.equal(backend.handshakes, 1);
});

test("a handshake refused by HTTP casts doubt, and is tried again", async () => {
  backend.handshakeStatus = 403;
  connect();
  await until("more tries", () => backend.handshakes >= 3);
  assert.ok(doubts >= 2);
  backend.handshakeStatus = null;
  await until("live", isLive);
});

test("a connection that says nothing is made again", async () => {
  connect(undefined, { ...TIMES, silenceMilliseconds: 100 });
  await until("a second handshake", () => backend.handshakes >= 2);
});

test("a ping is a sign of life", async () => {
  connect(undefined, { ...TIMES, silenceMilliseconds: 300 });
  await until("live", isLive);
  for (let ping = 0; ping < 8; ping += 1) {
    await new Promise((resolve) => setTimeout(resolve, 80));
    backend.say({ type: "ping" });
  }
  assert.equal(backend.handshakes, 1);
});

test("a hidden page keeps its connection but makes no new one until it is seen", async () => {
  connect();
  await until("live", isLive);
  live.setVisible(false);
  assert.equal(backend.sockets.size, 1);
  backend.restart();
  await quiet();
  assert.equal(backend.handshakes, 1);
  live.setVisible(true);
  await until("live", isLive);
  assert.equal(backend.handshakes, 2);
});

test("offline it waits; online it tries at once", async () => {
  connect();
  await until("live", isLive);
  live.setOnline(false);
  await quiet();
  assert.equal(states.at(-1), "connecting");
  assert.equal(backend.handshakes, 1);
  live.setOnline(true);
  await until("live", isLive);
  assert.equal(backend.handshakes, 2);
});

test("stopped, it stays stopped", async () => {
  connect();
  await until("live", isLive);
  live.stop();
  live.setOnline(true);
  live.setVisible(true);
  await quiet();
  assert.equal(backend.handshakes, 1);
  assert.equal(backend.sockets.size, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "../../client/message.ts";
import { everyDay, parseSummary } from "../../client/summary.ts";

const ANSWER = {
  days: 3,
  total: 6,
  by_name: { sign_up: 1, page_view: 5 },
  by_day: [
    { day: "2026-11-24", count: 4 },
    { day: "2026-11-22", count: 2 },
  ],
};
const NOW = new Date("2026-11-24T23:59:00Z");

test("names come by frequency, days in order", () => {
  const summary = parseSummary(ANSWER);
  assert.deepEqual(summary?.byName, [
    { name: "page_view", count: 5 },
    { name: "sign_up", count: 1 },
  ]);
  assert.deepEqual(
    summary?.byDay.map(({ day }) => day),
    ["2026-11-22", "2026-11-24"],
  );
});

test("the forecast is null when the feature is off, and empty when there is none yet", () => {
  assert.equal(parseSummary(ANSWER)?.forecast, null);
  assert.deepEqual(parseSummary({ ...ANSWER, forecast: [] })?.forecast, []);
});

test("an answer of another form is refused whole", () => {
  const broken = [
    null,
    [],
    "text",
    { ...ANSWER, total: "6" },
    { ...ANSWER, by_name: { page_view: "many" } },
    { ...ANSWER, by_day: [{ day: "yesterday", count: 1 }] },
    { ...ANSWER, by_day: { "2026-11-24": 4 } },
  ];
  for (const value of broken) {
    assert.equal(parseSummary(value), null, JSON.stringify(value));
  }
});

test("every day of the summary is there, with zero where nothing happened", () => {
  const summary = parseSummary(ANSWER);
  assert.ok(summary);
  assert.deepEqual(everyDay(summary, NOW), [
    { day: "2026-11-22", count: 2 },
    { day: "2026-11-23", count: 0 },
    { day: "2026-11-24", count: 4 },
  ]);
});

test("a day that the reader's clock has not reached is kept", () => {
  const summary = parseSummary({ ...ANSWER, by_day: [{ day: "2026-11-25", count: 1 }] });
  assert.ok(summary);
  assert.equal(everyDay(summary, NOW).at(-1)?.day, "2026-11-25");
});

test("the three messages are understood", () => {
  assert.deepEqual(parseMessage('{"type":"ping"}'), { type: "ping" });
  assert.deepEqual(parseMessage('{"type":"reconnect"}'), { type: "reconnect" });
  assert.deepEqual(parseMessage(JSON.stringify({ type: "summary", summary: ANSWER })), {
    type: "summary",
    summary: parseSummary(ANSWER),
  });
});

test("a message that is unknown, broken or binary is ignored", () => {
  for (const data of ['{"type":"newer"}', '{"type":"summary","summary":{}}', "{", "null", "7", new ArrayBuffer(2)]) {
    assert.equal(parseMessage(data), null);
  }
});

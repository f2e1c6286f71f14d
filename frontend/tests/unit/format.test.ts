import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCompact, formatCount, formatDay, formatWait } from "../../client/format.ts";

test("counts are whole and grouped", () => {
  assert.equal(formatCount(1_234_567), "1,234,567");
  assert.equal(formatCount(12.4), "12");
});

test("counts in a chart are short", () => {
  assert.equal(formatCompact(999.4), "999");
  assert.match(formatCompact(1_234), /^1\.2k$/i); // the case is the ICU version's
  assert.match(formatCompact(4_321_000), /^4\.3m$/i);
});

test("a day is the backend's day in every time zone", () => {
  assert.deepEqual(formatDay("2026-11-24"), { weekday: "Tue", date: "24 Nov" });
});

test("a wait has its unit", () => {
  assert.equal(formatWait(1), "1 second");
  assert.equal(formatWait(20), "20 seconds");
  assert.equal(formatWait(3_600), "60 minutes");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMilliseconds, RECONNECT, retryAfterSeconds } from "../../client/backoff.ts";

test("the bound of the wait doubles up to the cap", () => {
  const bounds = [0, 1, 2, 3, 4, 5, 6, 2_000].map((attempt) => backoffMilliseconds(attempt, RECONNECT, () => 1));
  assert.deepEqual(bounds, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("the jitter is full: from nothing to the bound", () => {
  assert.equal(
    backoffMilliseconds(3, RECONNECT, () => 0),
    0,
  );
  assert.equal(
    backoffMilliseconds(3, RECONNECT, () => 0.25),
    2_000,
  );
});

test("Retry-After is read as seconds or as a date", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  assert.equal(retryAfterSeconds("7", now), 7);
  assert.equal(retryAfterSeconds("0.2", now), 1);
  assert.equal(retryAfterSeconds("-3", now), 0);
  assert.equal(retryAfterSeconds("Tue, 24 Nov 2026 12:00:30 GMT", now), 30);
  assert.equal(retryAfterSeconds("Tue, 24 Nov 2026 11:00:00 GMT", now), 0);
});

test("a missing or unreadable Retry-After is none, not zero", () => {
  for (const header of [null, "", " ", "soon"]) {
    assert.equal(retryAfterSeconds(header, 0), null);
  }
});

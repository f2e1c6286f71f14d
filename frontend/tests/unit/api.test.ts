import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Api, ApiError } from "../../client/api.ts";
import { StandIn } from "../stand-in.ts";

const backend = new StandIn();
let api: Api;

before(() => backend.start());
after(() => backend.stop());
beforeEach(() => {
  backend.refusal = null;
  api = new Api(backend.token, backend.origin);
});

async function refusalOf(request: Promise<unknown>): Promise<ApiError> {
  const error = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError);
  return error;
}

test("the token goes in the Authorization header", async () => {
  assert.equal((await api.summary(7)).total, 1_442);
  assert.equal((await refusalOf(new Api("a.b.c", backend.origin).summary(7))).status, 401);
});

test("429 says how long to wait", async () => {
  backend.refusal = { status: 429, code: "rate_limited", message: "Too many.", headers: { "Retry-After": "12" } };
  const error = await refusalOf(api.summary(7));
  assert.equal(error.retryAfter, 12);
  assert.ok(error.passing);
  assert.equal(error.explanation(false), "Too many requests. Try again in 12 seconds.");
});

test("503 is passing", async () => {
  backend.refusal = { status: 503, code: "unavailable", message: "Down.", headers: { "Retry-After": "5" } };
  const error = await refusalOf(api.summary(7));
  assert.ok(error.passing);
  assert.equal(error.explanation(true), "The service is not available just now. Trying again in 5 seconds.");
});

test("503 for too much work says so", async () => {
  backend.refusal = { status: 503, code: "overloaded", message: "Busy.", headers: { "Retry-After": "1" } };
  const error = await refusalOf(api.summary(7));
  assert.ok(error.passing);
  assert.equal(error.explanation(true), "The service has more to do than it can. Trying again in 1 second.");
});

test("a refusal for good has the backend's own words", async () => {
  backend.refusal = { status: 422, code: "invalid", message: "The name is too long." };
  const error = await refusalOf(api.sendEvent(undefined, "x", {}));
  assert.ok(!error.passing);
  assert.equal(error.explanation(false), "The name is too long.");
});

test("no answer at all is status 0", async () => {
  const error = await refusalOf(new Api(backend.token, "http://127.0.0.1:9").summary(7));
  assert.equal(error.status, 0);
  assert.ok(error.passing);
});

test("an event without an id is left to the backend to name", async () => {
  await api.sendEvent(undefined, "page_view", {});
  assert.equal(backend.events.size, 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cleanToken,
  refusalReason,
  storedToken,
  storeToken,
  tokenFromFragment,
  tokenSubject,
} from "../../client/token.ts";
import { tokenOf } from "../stand-in.ts";

const TOKEN = tokenOf("demo");

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

function forbidden(): never {
  throw new DOMException("denied", "SecurityError");
}

test("a token is read from the fragment and from nothing else", () => {
  assert.equal(tokenFromFragment(`#token=${TOKEN}`), TOKEN);
  assert.equal(tokenFromFragment(`#view=days&token=${TOKEN}`), TOKEN);
  assert.equal(tokenFromFragment("#token="), null);
  assert.equal(tokenFromFragment(`#other=${TOKEN}`), null);
  assert.equal(tokenFromFragment(""), null);
});

test("a pasted token loses spaces and the word Bearer", () => {
  assert.equal(cleanToken(`  Bearer ${TOKEN}\n`), TOKEN);
  assert.equal(cleanToken(TOKEN), TOKEN);
});

test("what is no JWT is refused: it could break out of the list of subprotocols", () => {
  for (const pasted of ["", "a.b", "a.b.c.d", "a.b c.d", "a.b,x.c", "a..c"]) {
    assert.equal(cleanToken(pasted), null, pasted);
  }
});

test("the subject is shown, in any script, and a broken payload shows none", () => {
  assert.equal(tokenSubject(tokenOf("Zoë 张")), "Zoë 张");
  assert.equal(tokenSubject("a.b.c"), null);
  assert.equal(tokenSubject(`x.${Buffer.from('{"sub":7}').toString("base64url")}.y`), null);
});

test("a refusal says whether the session has ended, and what is waited for", () => {
  const of = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;
  assert.match(refusalReason(of({ exp: 1_000 }), 1_000_000), /has ended.*new token/);
  assert.match(refusalReason(of({ exp: 1_030 }), 1_000_000), /has ended/, "a clock that is half a minute behind");
  assert.match(refusalReason(of({ exp: 2_000 }), 1_000_000), /was refused/);
  assert.match(refusalReason("a.b.c", 1_000_000), /was refused/);
});

test("a kept token is found again until it is forgotten", () => {
  const storage = memory();
  storeToken(() => storage, TOKEN);
  assert.equal(
    storedToken(() => storage),
    TOKEN,
  );
  storeToken(() => storage, null);
  assert.equal(
    storedToken(() => storage),
    null,
  );
});

test("a browser that forbids storage breaks nothing", () => {
  assert.doesNotThrow(() => storeToken(forbidden, TOKEN));
  assert.equal(storedToken(forbidden), null);
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { PageServer, unbuilt } from "./page-server.ts";

const FRONTEND = join(import.meta.dirname, "..");

async function ask(server: PageServer, path: string, headers: Record<string, string> = {}, method = "GET") {
  const asked = request({ host: "127.0.0.1", port: server.port, path, method, headers, agent: false }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk);
  }
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

describe("the server of the export", { skip: unbuilt }, () => {
  let server: PageServer;
  let assets: string[];

  before(async () => {
    server = await PageServer.start();
    const page = (await ask(server, "/")).body.toString();
    assets = [...page.matchAll(/(?:src|href)="(\/_next\/static\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? "");
  });
  after(async () => {
    await server.stop();
  });

  test("the page is asked for anew, the built files are kept for a year", async () => {
    assert.equal((await ask(server, "/")).headers["cache-control"], "no-cache");
    assert.ok(assets.length >= 3);
    for (const path of assets) {
      const { status, headers } = await ask(server, path);
      assert.equal(status, 200, path);
      assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
    }
  });

  test("what is missing is 404 with the page for it, never the page itself", async () => {
    const paths = ["/nope", "/a/b/", "/404", "/404.html", "/_next/static/chunks/old.js", "/index.html.br", "/%zz"];
    for (const path of [...paths, "/../headers.json", "/..%2fserver/main.mjs", "/constructor"]) {
      const { status, headers, body } = await ask(server, path);
      assert.equal(status, 404, path);
      assert.equal(headers["cache-control"], "no-cache");
      assert.match(body.toString(), /There is no such page/);
    }
  });

  test("every answer has the security headers", async () => {
    for (const [path, method] of [
      ["/", "GET"],
      ["/nope", "GET"],
      ["/icon.svg", "HEAD"],
      ["/", "POST"],
    ] as const) {
      const { headers } = await ask(server, path, {}, method);
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self' ('sha256-[\w+/=]+' ?)+;/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.ok(headers["permissions-policy"]);
    }
  });

  test("HEAD has the headers of GET and no body", async () => {
    for (const path of ["/", "/nope"]) {
      const got = await ask(server, path);
      const head = await ask(server, path, {}, "HEAD");
      assert.equal(head.status, got.status);
      assert.equal(head.headers["content-length"], String(got.body.length));
      assert.equal(head.body.length, 0);
    }
  });

  test("a copy that is still right is not sent again", async () => {
    const etag = String((await ask(server, "/")).headers.etag);
    for (const known of [etag, etag.replace("W/", ""), `"other", ${etag}`]) {
      const { status, headers, body } = await ask(server, "/", { "If-None-Match": known });
      assert.equal(status, 304, known);
      assert.equal(body.length, 0);
      assert.equal(headers.etag, etag);
      assert.equal(headers["cache-control"], "no-cache");
    }
    assert.equal((await ask(server, "/", { "If-None-Match": 'W/"older"' })).status, 200);
  });

  test("files are sent compressed to who can read that", async () => {
    const path = assets.find((asset) => asset.endsWith(".js")) ?? "";
    const plain = await ask(server, path);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.equal(plain.headers.vary, "Accept-Encoding");
    for (const [accepted, encoding] of [
      ["gzip, deflate, br, zstd", "br"],
      ["gzip", "gzip"],
    ] as const) {
      const { headers, body } = await ask(server, path, { "Accept-Encoding": accepted });
      assert.equal(headers["content-encoding"], encoding);
      assert.match(String(headers["content-type"]), /^text\/javascript/);
      assert.ok(body.length < plain.body.length / 2);
    }
  });

  test("only reading is allowed", async () => {
    const { status, headers } = await ask(server, "/", {}, "POST");
    assert.equal(status, 405);
    assert.equal(headers.allow, "GET, HEAD");
  });

  test("the health check tells a serving process from a dead one", async () => {
    const check = async (port: number) => {
      const env = { ...process.env, PORT: String(port) };
      const [status] = await once(spawn(process.execPath, [join(FRONTEND, "server/health.mjs")], { env }), "exit");
      return status;
    };
    assert.equal(await check(server.port), 0);
    assert.equal(await check(9), 1);
  });
});

describe("the end of the server", { skip: unbuilt }, () => {
  test("SIGTERM ends it at once, though an idle connection is kept open", async () => {
    const server = await PageServer.start();
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(socket, "data");
    const { status, milliseconds } = await server.stop();
    assert.equal(status, 0);
    assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
  });

  test("an answer under way is finished, and the process ends right after", async () => {
    const server = await PageServer.start();
    const largest = Object.keys(JSON.parse(readFileSync(join(FRONTEND, "headers.json"), "utf8")).etags)
      .filter((path) => path.endsWith(".js"))
      .map((path) => ({ path, size: readFileSync(join(FRONTEND, "out", path)).length }))
      .sort((one, other) => other.size - one.size)[0];
    assert.ok(largest);
    const asked = get({ host: "127.0.0.1", port: server.port, path: largest.path });
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const stopped = server.stop(); // the answer's body is not read yet
    await new Promise((resolve) => setTimeout(resolve, 300));
    let size = 0;
    for await (const chunk of answer) {
      size += chunk.length;
    }
    assert.equal(size, largest.size);
    const { status, milliseconds } = await stopped;
    assert.equal(status, 0);
    assert.ok(milliseconds < 1_500, `${milliseconds} ms`);
  });

  test("a request that never ends does not hold it for longer than 2 s", async () => {
    const server = await PageServer.start();
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: local");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { status, milliseconds } = await server.stop();
    assert.equal(status, 0);
    assert.ok(milliseconds < 2_000, `${milliseconds} ms`);
  });
});

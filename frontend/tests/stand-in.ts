/** A backend that honours the contract, in memory, on a port of its own; optionally the edge before the page's server. */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

const DAY_MILLISECONDS = 86_400_000;

/** A token of the right form; nothing in the tests verifies a signature. */
export function tokenOf(subject: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: subject, exp: 4_102_444_800 })}.c2lnbmF0dXJl`;
}

function day(offset: number): string {
  return new Date(Date.now() + offset * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

interface Refusal {
  status: number;
  code: string;
  message: string;
  headers?: Record<string, string>;
}

export class StandIn {
  readonly token = tokenOf("demo@example.com");
  /** Answers to every /api request with this, when set. */
  refusal: Refusal | null = null;
  /** Ends each websocket with this close code instead of serving it. */
  socketRefusal: number | null = null;
  /** Refuses each handshake with this HTTP status. */
  handshakeStatus: number | null = null;
  exportsEnabled = true;
  /** How often an export is still pending when asked for. */
  exportAsks = 2;
  byName: Record<string, number>;
  byDay: Record<string, number>;
  forecast: { day: string; count: number }[] | undefined;
  readonly events = new Map<string, unknown>();
  readonly sockets = new Set<WebSocket>();
  handshakes = 0;
  summaries = 0;
  /** How often `refusal` was the answer. */
  refused = 0;
  #exports = new Map<string, number>();
  #pagePort: number | null;
  #server = createServer((request, response) => void this.#answer(request, response));
  #upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("analytics.v1") ? "analytics.v1" : false),
  });

  constructor(pagePort: number | null = null) {
    this.#pagePort = pagePort;
    this.byName = { page_view: 1204, sign_up: 187, export: 42, checkout: 9 };
    this.byDay = Object.fromEntries([203, 178, 0, 241, 265, 302, 253].map((count, index) => [day(index - 6), count]));
    this.forecast = [271, 280, 288, 297, 305, 314, 322].map((count, index) => ({ day: day(index + 1), count }));
    this.#server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy()); // a client that has left before it was answered
      this.handshakes += 1;
      if (this.handshakeStatus !== null) {
        socket.end(`HTTP/1.1 ${this.handshakeStatus} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.#upgrades.handleUpgrade(request, socket, head, (client) => this.#serve(request, client));
    });
  }

  async start(port = 0): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async stop(): Promise<void> {
    for (const client of this.sockets) {
      client.terminate();
    }
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  clear(): void {
    this.byName = {};
    this.byDay = {};
    this.forecast = undefined;
  }

  summary(): object {
    const count = (values: Record<string, number>) => Object.values(values).reduce((sum, value) => sum + value, 0);
    return {
      days: 7,
      total: count(this.byName),
      by_name: this.byName,
      by_day: Object.entries(this.byDay).map(([date, value]) => ({ day: date, count: value })),
      ...(this.forecast ? { forecast: this.forecast } : {}),
    };
  }

  publish(): void {
    this.say({ type: "summary", summary: this.summary() });
  }

  say(message: object): void {
    for (const client of this.sockets) {
      client.send(JSON.stringify(message));
    }
  }

  /** What a backend does on shutdown. */
  restart(): void {
    this.say({ type: "reconnect" });
    this.closeSockets(1012);
  }

  closeSockets(code: number): void {
    for (const client of this.sockets) {
      client.close(code);
    }
  }

  #serve(request: IncomingMessage, client: WebSocket): void {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/,\s*/);
    if (!offered.includes(`bearer.${this.token}`)) {
      client.close(4401);
      return;
    }
    if (this.socketRefusal !== null) {
      client.close(this.socketRefusal);
      return;
    }
    this.sockets.add(client);
    client.on("close", () => this.sockets.delete(client));
    client.send(JSON.stringify({ type: "summary", summary: this.summary() }));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    if (!path.startsWith("/api/")) {
      this.#passOn(request, response);
      return;
    }
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      this.#refuse(response, {
        status: 401,
        code: "unauthorized",
        message: "The token is not valid.",
        headers: { "WWW-Authenticate": "Bearer" },
      });
    } else if (this.refusal) {
      this.refused += 1;
      this.#refuse(response, this.refusal);
    } else if (request.method === "GET" && path.startsWith("/api/summary?")) {
      this.summaries += 1;
      this.#json(response, 200, this.summary());
    } else if (request.method === "POST" && path === "/api/events") {
      this.#receiveEvent(response, await bodyOf(request));
    } else if (path.startsWith("/api/exports")) {
      this.#answerExport(request, response, path);
    } else {
      this.#refuse(response, { status: 404, code: "not_found", message: "There is no such address." });
    }
  }

  #receiveEvent(response: ServerResponse, body: string): void {
    const event = JSON.parse(body);
    const id: string = event.id ?? randomUUID();
    if (!this.events.has(id)) {
      this.events.set(id, event);
      this.byName[event.name] = (this.byName[event.name] ?? 0) + 1;
      this.byDay[day(0)] = (this.byDay[day(0)] ?? 0) + 1;
      this.publish();
    }
    this.#json(response, 202, { id });
  }

  #answerExport(request: IncomingMessage, response: ServerResponse, path: string): void {
    const id = path.split("/")[3];
    if (!this.exportsEnabled) {
      this.#refuse(response, { status: 404, code: "feature_disabled", message: "Exports are switched off." });
    } else if (request.method === "POST") {
      const started = randomUUID();
      this.#exports.set(started, this.exportAsks);
      this.#json(response, 202, { id: started });
    } else {
      const left = this.#exports.get(id ?? "") ?? 0;
      this.#exports.set(id ?? "", left - 1);
      const done = left <= 0;
      const url = `${this.origin}/exports/${id}.csv`;
      this.#json(response, 200, { id, status: done ? "done" : "pending", url: done ? url : null });
    }
  }

  #passOn(request: IncomingMessage, response: ServerResponse): void {
    if (this.#pagePort === null) {
      response.writeHead(404).end();
      return;
    }
    const options = { port: this.#pagePort, path: request.url, method: request.method, headers: request.headers };
    const onward = forward({ host: "127.0.0.1", ...options }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  }

  #refuse(response: ServerResponse, { status, code, message, headers }: Refusal): void {
    this.#json(response, status, { error: { code, message } }, headers);
  }

  #json(response: ServerResponse, status: number, value: object, headers: Record<string, string> = {}): void {
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Milliseconds for what should take a moment: on a machine that is busy it takes longer, and fails no test. */
export const PATIENCE = 300_000;

/** Wait until it is so; say what was waited for when that takes too long. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`not within ${PATIENCE} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

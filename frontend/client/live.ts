/** The websocket that never gives up: one connection, its state, and when it is made again. */

import { type BackoffLimits, backoffMilliseconds, RECONNECT } from "./backoff.ts";
import { parseMessage } from "./message.ts";
import type { Summary } from "./summary.ts";

const SUBPROTOCOL = "analytics.v1";
const CLOSE_SIGNED_OUT = 4401;
const CLOSE_FEATURE_OFF = 4404;

/** "off": the backend has no live updates, so the page asks from time to time. */
export type LiveState = "connecting" | "live" | "off" | "refused";

export interface LiveEvents {
  state(state: LiveState): void;
  summary(summary: Summary): void;
  /** The handshake failed for a reason the browser does not tell: a plain request will. */
  doubt(): void;
}

export interface LiveTimes {
  reconnect: BackoffLimits;
  /** The backend pings every 25 s; a connection silent for longer than this is dead. */
  silenceMilliseconds: number;
  /** A connection that held this long was a good one: the next backoff starts over. */
  stableMilliseconds: number;
}

export const LIVE_TIMES: LiveTimes = { reconnect: RECONNECT, silenceMilliseconds: 60_000, stableMilliseconds: 10_000 };

export class LiveConnection {
  readonly #url: string;
  readonly #protocols: string[];
  readonly #events: LiveEvents;
  readonly #times: LiveTimes;
  readonly #random: () => number;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #stopped = true;
  #online = true;
  #visible = true;
  /** A try is due, but waits for the page to be seen. */
  #due = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #stable: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, token: string, events: LiveEvents, times = LIVE_TIMES, random = Math.random) {
    this.#url = url;
    // A token in the address would end in access logs; the list of subprotocols does not.
    this.#protocols = [SUBPROTOCOL, `bearer.${token}`];
    this.#events = events;
    this.#times = times;
    this.#random = random;
  }

  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** Offline: the connection is gone, whatever the socket believes. Online again: try at once. */
  setOnline(online: boolean): void {
    this.#online = online;
    if (this.#stopped) {
      return;
    }
    if (online) {
      this.#attempt = 0;
      this.#connect();
    } else {
      this.#drop();
      this.#events.state("connecting");
    }
  }

  /** A hidden page keeps its connection, but makes no new one until it is seen again. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible && this.#due && !this.#stopped) {
      this.#connect();
    }
  }

  #connect(): void {
    this.#drop();
    this.#due = !this.#visible;
    if (this.#due || !this.#online) {
      return;
    }
    this.#events.state("connecting");
    const socket = new WebSocket(this.#url, this.#protocols);
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#listen();
      this.#stable = setTimeout(() => {
        this.#attempt = 0;
      }, this.#times.stableMilliseconds);
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code, opened);
    this.#listen();
  }

  #receive(data: unknown): void {
    const message = parseMessage(data);
    if (message?.type === "reconnect") {
      this.#again();
      return;
    }
    this.#listen();
    if (message) {
      this.#events.state("live");
    }
    if (message?.type === "summary") {
      this.#events.summary(message.summary);
    }
  }

  #closed(code: number, opened: boolean): void {
    if (code === CLOSE_SIGNED_OUT || code === CLOSE_FEATURE_OFF) {
      this.stop();
      this.#events.state(code === CLOSE_SIGNED_OUT ? "refused" : "off");
      return;
    }
    this.#again();
    if (!opened) {
      this.#events.doubt();
    }
  }

  #again(): void {
    this.#drop();
    this.#events.state("connecting");
    const wait = backoffMilliseconds(this.#attempt, this.#times.reconnect, this.#random);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#again(), this.#times.silenceMilliseconds);
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    clearTimeout(this.#stable);
    this.#due = false;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}

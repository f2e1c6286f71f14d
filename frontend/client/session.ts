/** One signed-in person's view: the summary, the connection, and what they asked for. No React in here. */

import { Api, ApiError } from "./api.ts";
import { backoffMilliseconds, RECONNECT } from "./backoff.ts";
import { LIVE_TIMES, LiveConnection, type LiveState, type LiveTimes } from "./live.ts";
import type { Summary } from "./summary.ts";

const DAYS = 7;

export interface Problem {
  /** A failed load passes with the next summary; a failed action stays until it is tried again. */
  about: "load" | "action";
  text: string;
}

export type ExportProgress = { status: "none" | "running" | "switched off" } | { status: "done"; url: string };

export interface View {
  summary: Summary | null;
  updatedAt: number | null;
  /** The last summary asked for by a plain request could not be had. */
  stale: boolean;
  live: LiveState;
  sending: boolean;
  export: ExportProgress;
  problem: Problem | null;
  notice: string;
}

export const FIRST_VIEW: View = {
  summary: null,
  updatedAt: null,
  stale: false,
  live: "connecting",
  sending: false,
  export: { status: "none" },
  problem: null,
  notice: "",
};

export interface SessionTimes {
  live: LiveTimes;
  /** How often to ask while the backend has no live updates. */
  pollMilliseconds: number;
  exportPollMilliseconds: number;
  exportLimitMilliseconds: number;
}

export const SESSION_TIMES: SessionTimes = {
  live: LIVE_TIMES,
  pollMilliseconds: 30_000,
  exportPollMilliseconds: 1_000,
  exportLimitMilliseconds: 120_000,
};

export class Session {
  readonly #api: Api;
  readonly #live: LiveConnection;
  readonly #refused: () => void;
  readonly #times: SessionTimes;
  readonly #listeners = new Set<() => void>();
  #view = FIRST_VIEW;
  #running = false;
  #visible = true;
  #online = true;
  #loading: Promise<void> | null = null;
  #loadTries = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #poll: ReturnType<typeof setInterval> | undefined;
  /** The id of an event that may or may not have arrived: sent again, it is still one event. */
  #eventId: string | undefined;

  /** `origin` is where the page is: http(s)://host. `refused` is called once when the token is no good. */
  constructor(token: string, origin: string, refused: () => void, times = SESSION_TIMES) {
    this.#api = new Api(token, origin);
    this.#refused = refused;
    this.#times = times;
    this.#live = new LiveConnection(
      `${origin.replace(/^http/, "ws")}/ws`,
      token,
      {
        state: (live) => this.#liveState(live),
        summary: (summary) => this.#received(summary),
        doubt: () => {
          if (this.#retry === null) {
            void this.refresh();
          }
        },
      },
      times.live,
    );
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): View => this.#view;

  start(): void {
    this.#running = true;
    void this.refresh();
    this.#live.start();
  }

  stop(): void {
    this.#running = false;
    this.#live.stop();
    this.#clearRetry();
    clearInterval(this.#poll);
  }

  setOnline(online: boolean): void {
    this.#online = online;
    this.#live.setOnline(online);
    if (online && this.#running) {
      void this.refresh();
    }
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#live.setVisible(visible);
    const age = Date.now() - (this.#view.updatedAt ?? 0);
    if (visible && this.#view.live === "off" && age > this.#times.pollMilliseconds) {
      void this.refresh();
    }
  }

  /** Ask for the summary now; a second call while one is under way waits for that one. */
  refresh(): Promise<void> {
    this.#clearRetry();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async sendEvent(): Promise<void> {
    this.#eventId ??= globalThis.crypto.randomUUID?.(); // absent on a page from plain http, where the backend makes one
    this.#change({ sending: true, notice: "" });
    try {
      await this.#api.sendEvent(this.#eventId, "page_view", { source: "dashboard" });
      this.#eventId = undefined;
      this.#change({ notice: "Event sent.", problem: null });
      if (this.#view.live !== "live") {
        void this.refresh();
      }
    } catch (error) {
      this.#failed(error, "action");
    } finally {
      this.#change({ sending: false });
    }
  }

  async exportEvents(): Promise<void> {
    this.#change({ export: { status: "running" }, notice: "" });
    let progress: ExportProgress = { status: "none" };
    try {
      const url = await this.#finishedExport(await this.#api.startExport());
      if (url === null) {
        this.#change({ problem: { about: "action", text: "The export failed. Try again." } });
      } else {
        progress = { status: "done", url };
        this.#change({ notice: "The export is ready.", problem: null });
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === "feature_disabled") {
        progress = { status: "switched off" };
      } else {
        this.#failed(error, "action");
      }
    } finally {
      this.#change({ export: progress });
    }
  }

  /** The address of the finished file, or null when it failed or took too long. */
  async #finishedExport(id: string): Promise<string | null> {
    const until = Date.now() + this.#times.exportLimitMilliseconds;
    let wait = this.#times.exportPollMilliseconds;
    while (this.#running && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 1.5, this.#times.exportPollMilliseconds * 5);
      try {
        const { status, url } = await this.#api.export(id);
        if (status !== "pending") {
          return status === "done" ? url : null;
        }
      } catch (error) {
        if (!(error instanceof ApiError && error.passing)) {
          throw error;
        }
        wait = Math.max(wait, (error.retryAfter ?? 0) * 1_000);
      }
    }
    return null;
  }

  async #load(): Promise<void> {
    try {
      this.#received(await this.#api.summary(DAYS));
    } catch (error) {
      this.#failed(error, "load");
      if (this.#running && error instanceof ApiError && error.passing) {
        const backoff = backoffMilliseconds(this.#loadTries, RECONNECT, Math.random);
        this.#loadTries += 1;
        const wait = Math.max((error.retryAfter ?? 1) * 1_000, backoff);
        this.#retry = setTimeout(() => void this.refresh(), wait);
      }
    }
  }

  #received(summary: Summary): void {
    this.#loadTries = 0;
    this.#clearRetry();
    const problem = this.#view.problem?.about === "load" ? null : this.#view.problem;
    this.#change({ summary, updatedAt: Date.now(), stale: false, problem });
  }

  #failed(error: unknown, about: Problem["about"]): void {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    if (error.status === 401) {
      this.#liveState("refused");
      return;
    }
    const text = error.explanation(about === "load");
    this.#change({ problem: { about, text }, ...(about === "load" ? { stale: true } : {}) });
  }

  #liveState(live: LiveState): void {
    if (live === this.#view.live || !this.#running) {
      return;
    }
    this.#change({ live });
    clearInterval(this.#poll);
    if (live === "off") {
      this.#poll = setInterval(() => {
        if (this.#visible && this.#online && this.#retry === null) {
          void this.refresh();
        }
      }, this.#times.pollMilliseconds);
    } else if (live === "refused") {
      this.stop();
      this.#refused();
    }
  }

  #clearRetry(): void {
    if (this.#retry !== null) {
      clearTimeout(this.#retry);
      this.#retry = null;
    }
  }

  #change(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

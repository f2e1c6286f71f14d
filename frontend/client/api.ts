/** The HTTP calls, and what a refusal means. */

import { retryAfterSeconds } from "./backoff.ts";
import { formatWait } from "./format.ts";
import { fields, parseSummary, type Summary } from "./summary.ts";

const TIMEOUT_MILLISECONDS = 15_000;

export type ExportStatus = "pending" | "done" | "failed";

export interface Export {
  id: string;
  status: ExportStatus;
  url: string | null;
}

/** An answer that is not what was asked for; status 0 when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** For the person in front of the page; `repeated` when the page itself asks again. */
  explanation(repeated: boolean): string {
    if (!this.passing) {
      return this.message;
    }
    const wait = this.retryAfter === null ? "in a moment" : `in ${formatWait(this.retryAfter)}`;
    return `${this.#reason} ${repeated ? "Trying" : "Try"} again ${wait}.`;
  }

  get #reason(): string {
    switch (this.status) {
      case 0:
        return "The service cannot be reached.";
      case 429:
        return "Too many requests.";
      case 503:
        return this.code === "overloaded"
          ? "The service has more to do than it can."
          : "The service is not available just now.";
      default:
        return "The service failed to answer.";
    }
  }
}

/** The backend, for one token. `origin` is empty in a browser: addresses are relative. */
export class Api {
  readonly #origin: string;
  readonly #token: string;

  constructor(token: string, origin = "") {
    this.#token = token;
    this.#origin = origin;
  }

  async summary(days: number): Promise<Summary> {
    const summary = parseSummary(await this.#request("GET", `/api/summary?days=${days}`));
    if (!summary) {
      throw new ApiError(502, "malformed", "The summary cannot be read.");
    }
    return summary;
  }

  async sendEvent(id: string | undefined, name: string, properties: Record<string, string>): Promise<void> {
    await this.#request("POST", "/api/events", { id, name, properties });
  }

  async startExport(): Promise<string> {
    const id = fields(await this.#request("POST", "/api/exports"))?.id;
    if (typeof id !== "string") {
      throw new ApiError(502, "malformed", "The export cannot be followed.");
    }
    return id;
  }

  async export(id: string): Promise<Export> {
    const answer = fields(await this.#request("GET", `/api/exports/${encodeURIComponent(id)}`));
    const { status, url } = answer ?? {};
    if (status !== "pending" && status !== "done" && status !== "failed") {
      throw new ApiError(502, "malformed", "The export cannot be followed.");
    }
    // A link that a person follows: never javascript: or data:.
    return { id, status, url: typeof url === "string" && /^https?:\/\//.test(url) ? url : null };
  }

  async #request(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    let response: Response;
    let value: unknown;
    try {
      response = await fetch(this.#origin + path, {
        method,
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${this.#token}`,
          ...(body ? { "Content-Type": "application/json" } : {}),
        },
        body: body ? JSON.stringify(body) : null,
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      const text = await response.text();
      value = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
    } catch {
      throw new ApiError(0, "unreachable", "The service cannot be reached.");
    }
    if (response.ok) {
      return value;
    }
    const error = fields(fields(value)?.error);
    throw new ApiError(
      response.status,
      typeof error?.code === "string" ? error.code : "unknown",
      typeof error?.message === "string" ? error.message : `The service answered ${response.status}.`,
      retryAfterSeconds(response.headers.get("retry-after"), Date.now()),
    );
  }
}

/** What the websocket says. */

import { fields, parseSummary, type Summary } from "./summary.ts";

export type Message = { type: "summary"; summary: Summary } | { type: "ping" } | { type: "reconnect" };

/** The message, or null for one this page does not know (a newer backend may send more). */
export function parseMessage(data: unknown): Message | null {
  if (typeof data !== "string") {
    return null;
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const message = fields(value);
  switch (message?.type) {
    case "ping":
    case "reconnect":
      return { type: message.type };
    case "summary": {
      const summary = parseSummary(message.summary);
      return summary && { type: "summary", summary };
    }
    default:
      return null;
  }
}

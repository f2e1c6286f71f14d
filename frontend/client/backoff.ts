/** How long to wait before the next try. */

export interface BackoffLimits {
  baseMilliseconds: number;
  capMilliseconds: number;
}

export const RECONNECT: BackoffLimits = { baseMilliseconds: 1_000, capMilliseconds: 30_000 };

/**
 * Exponential with full jitter: anything from nothing to the doubled bound, so that the clients of a
 * replica that went away do not all come back at one moment. The first try is number 0.
 */
export function backoffMilliseconds(attempt: number, limits: BackoffLimits, random: () => number): number {
  return random() * Math.min(limits.capMilliseconds, limits.baseMilliseconds * 2 ** attempt);
}

/** Retry-After in seconds (a number or a date), or null when it is absent or unreadable. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") {
    return null;
  }
  const seconds = Number(header);
  if (Number.isFinite(seconds)) {
    return Math.max(0, Math.ceil(seconds));
  }
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1_000));
}

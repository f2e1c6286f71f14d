/** The bearer token: where it comes from, what it looks like, where it is kept. */

const STORAGE_KEY = "analytics.token";
/** How far this computer's clock may be behind the service's. */
const CLOCK_MILLISECONDS = 60_000;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The part of the browser's storage that is needed; sessionStorage ends with the tab. */
export type TokenStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What was pasted, as a token: without spaces and "Bearer", or null when it is no JWT. */
export function cleanToken(pasted: string): string | null {
  const token = pasted.trim().replace(/^bearer\s+/i, "");
  return JWT.test(token) ? token : null;
}

/** The token in `#token=<jwt>`, or null. */
export function tokenFromFragment(fragment: string): string | null {
  return cleanToken(new URLSearchParams(fragment.replace(/^#/, "")).get("token") ?? "");
}

/** What the token says of itself, for display only: nothing here verifies a token. */
function claimsOf(token: string): { sub?: unknown; exp?: unknown } {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? claims : {};
  } catch {
    return {};
  }
}

/** The token's subject. */
export function tokenSubject(token: string): string | null {
  const { sub } = claimsOf(token);
  return typeof sub === "string" ? sub : null;
}

/** Why a token was refused, and what is waited for now; `now` in milliseconds, by a clock that may be a little off. */
export function refusalReason(token: string, now: number): string {
  const { exp } = claimsOf(token);
  const ended = typeof exp === "number" && exp * 1_000 <= now + CLOCK_MILLISECONDS;
  return ended
    ? "Your session has ended. Sign in with a new token to go on."
    : "The token was refused. Sign in with another one.";
}

/** The kept token. A browser that forbids storage keeps it in the page only. */
export function storedToken(storage: () => TokenStorage): string | null {
  try {
    return cleanToken(storage().getItem(STORAGE_KEY) ?? "");
  } catch {
    return null;
  }
}

/** Keep the token for this tab; null forgets it. */
export function storeToken(storage: () => TokenStorage, token: string | null): void {
  try {
    if (token === null) {
      storage().removeItem(STORAGE_KEY);
    } else {
      storage().setItem(STORAGE_KEY, token);
    }
  } catch {
    // Storage is forbidden: the token lives as long as the page does.
  }
}

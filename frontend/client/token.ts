/** The bearer token: where it comes from, what it looks like, where it is kept. */

const STORAGE_KEY = "analytics.token";
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

/** The token's subject, for display only: nothing here verifies a token. */
export function tokenSubject(token: string): string | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const subject = typeof claims === "object" && claims !== null && "sub" in claims ? claims.sub : null;
    return typeof subject === "string" ? subject : null;
  } catch {
    return null;
  }
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

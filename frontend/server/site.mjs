/** Answers for the static export: which file, with which headers. Reading and sending files is sirv's. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import sirv from "sirv";

const CACHE_FOR_EVER = "public, max-age=31536000, immutable";
const CACHE_BUT_ASK = "no-cache";
const SECURITY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY", // for browsers older than frame-ancestors
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Strict-Transport-Security": "max-age=31536000", // read by browsers only where the edge speaks https
};

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 * @typedef {{contentSecurityPolicy: string, etags: Record<string, string>}} Headers what scripts/finish-export.mjs wrote
 */

/** @param {string} target */
function exportedPath(target) {
  const path = target.split(/[?#]/, 1)[0] ?? "";
  try {
    return path === "/" ? "/index.html" : decodeURIComponent(path);
  } catch {
    return ""; // a malformed escape names no file
  }
}

/** @param {Request} request @param {string} etag */
function isFresh(request, etag) {
  const known = request.headers["if-none-match"] ?? "";
  return known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag.replace(/^W\//, ""));
}

/**
 * The request handler for the export in `directory`.
 * @param {string} directory @param {Headers} headers
 * @returns {(request: Request, response: Response) => void}
 */
export function createSite(directory, { contentSecurityPolicy, etags }) {
  const missingPage = readFileSync(join(directory, "404.html"));
  const known = new Map(Object.entries(etags));
  known.delete("/404.html"); // it is the answer to what is missing, never a page with status 200
  const send = sirv(directory, { etag: false, gzip: true, brotli: true, extensions: ["html"] });

  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.setHeader(name, value);
    }
    response.setHeader("Content-Security-Policy", contentSecurityPolicy);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD", "Cache-Control": "no-store" }).end();
      return;
    }
    const path = exportedPath(request.url ?? "");
    const etag = known.get(path);
    const missing = () => {
      response
        .writeHead(404, {
          "Cache-Control": CACHE_BUT_ASK,
          "Content-Length": missingPage.length,
          "Content-Type": "text/html;charset=utf-8",
        })
        .end(request.method === "HEAD" ? undefined : missingPage);
    };
    if (etag === undefined) {
      missing();
      return;
    }
    response.setHeader("Cache-Control", path.startsWith("/_next/static/") ? CACHE_FOR_EVER : CACHE_BUT_ASK);
    response.setHeader("ETag", etag);
    if (isFresh(request, etag)) {
      response.writeHead(304, { Vary: "Accept-Encoding" }).end();
      return;
    }
    send(request, response, missing);
  };
}

/**
 * What `next build` leaves to do: the headers that depend on the export's content (headers.json, which the
 * server reads), and the compressed copies of its files. Refuses an export that a strict policy would break.
 */

import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "out");
const COMPRESSIBLE = /\.(?:html|js|css|svg|txt|json)$/;
const LEAST_BYTES = 1_024;

/** @param {string | Buffer} content */
const sha256 = (content) => createHash("sha256").update(content).digest("base64");

/**
 * The hashes of a page's inline scripts; an error for what no hash can allow.
 * @param {string} page @param {string} html
 */
function scriptHashes(page, html) {
  const refused = /<style[\s>]|<[^>]+\s(?:style|on[a-z]+)=["'][^>]*>/.exec(
    html.replace(/<script[\s\S]*?<\/script>/g, ""),
  );
  if (refused) {
    throw new Error(`${page}: inline style or handler, which the content security policy forbids: ${refused[0]}`);
  }
  return [...html.matchAll(/<script(?<attributes>[^>]*)>(?<content>[\s\S]*?)<\/script>/g)]
    .filter(({ groups }) => !/\ssrc=/.test(groups?.attributes ?? ""))
    .map(({ groups }) => `'sha256-${sha256(groups?.content ?? "")}'`);
}

/** @param {string[]} hashes */
function contentSecurityPolicy(hashes) {
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(" ")}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'", // the websocket of the page's own host included
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

// Next writes its page for a missing path twice; 404.html is the one that is served, with status 404.
for (const name of await readdir(OUT)) {
  if (name.startsWith("_not-found")) {
    await rm(join(OUT, name), { recursive: true });
  }
}

/** @type {Set<string>} */
const hashes = new Set();
/** @type {Record<string, string>} */
const etags = {};
let before = 0;
let after = 0;
const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
for (const file of files.filter((name) => !/\.(?:br|gz)$/.test(name)).sort()) {
  const path = `/${relative(OUT, file)}`;
  const content = await readFile(file);
  // By content: the time of a file is the same in every reproducible image, and so may its size be.
  etags[path] = `W/"${sha256(content).slice(0, 27)}"`;
  if (path.endsWith(".html")) {
    for (const hash of scriptHashes(path, content.toString())) {
      hashes.add(hash);
    }
  }
  if (COMPRESSIBLE.test(path) && content.length >= LEAST_BYTES) {
    const small = await promisify(brotliCompress)(content);
    await writeFile(`${file}.br`, small);
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
    before += content.length;
    after += small.length;
  }
}
if (!etags["/index.html"] || !etags["/404.html"]) {
  throw new Error("out/ lacks index.html or 404.html");
}
const headers = { contentSecurityPolicy: contentSecurityPolicy([...hashes].sort()), etags };
await writeFile(join(ROOT, "headers.json"), `${JSON.stringify(headers, null, 2)}\n`);
const kib = (/** @type {number} */ bytes) => Math.round(bytes / 1_024);
console.log(
  `out/: ${Object.keys(etags).length} files, ${hashes.size} inline scripts, ${kib(before)} KiB, ${kib(after)} KiB as brotli`,
);

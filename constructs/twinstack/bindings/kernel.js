// Starts jsii's kernel in this very process, where jsii would start a second node and copy every message between the two.
// The kernel talks on descriptor 3; here that is stdin and stdout. What the bindings print goes where jsii expects it.
"use strict";
const fs = require("fs");
const Module = require("module");
const path = require("path");
const vm = require("vm");
const { createHash, randomBytes } = require("crypto");

const { readSync, writeSync } = fs;
fs.readSync = (descriptor, ...rest) => readSync(descriptor === 3 ? 0 : descriptor, ...rest);
fs.writeSync = (descriptor, ...rest) => writeSync(descriptor === 3 ? 1 : descriptor, ...rest);
const asMessage = (stream) => (chunk, encoding, done) => {
  const data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8");
  writeSync(2, JSON.stringify({ [stream]: data.toString("base64") }) + "\n");
  const callback = typeof encoding === "function" ? encoding : done;
  if (callback) callback();
  return true;
};
process.stdout.write = asMessage("stdout");
process.stderr.write = asMessage("stderr");
process.execArgv.push("--preserve-symlinks"); // it is set through NODE_OPTIONS; the kernel looks for it here

// V8's compiled code is kept between runs, by the text it was made of: the kernel unpacks to another folder each time.
const file = process.env.TWINSTACK_CODE_CACHE;
if (file) {
  const kept = new Map();
  const made = [];
  try {
    const blob = fs.readFileSync(file);
    const headEnd = 4 + blob.readUInt32LE(0);
    const head = JSON.parse(blob.toString("utf8", 4, headEnd));
    if (head.node === process.version) for (const [key, at, size] of head.entries) kept.set(key, blob.subarray(headEnd + at, headEnd + at + size));
  } catch {
    // no cache yet, or a broken one: it is written anew at the end
  }
  Module.prototype._compile = function (content, filename) {
    const text = content.startsWith("#!") ? `//${content}` : content;
    const key = createHash("sha1").update(text).digest("base64");
    const cachedData = kept.get(key);
    const script = new vm.Script(Module.wrap(text), { filename, cachedData });
    if (!cachedData || script.cachedDataRejected) made.push([key, script]);
    const require = (id) => this.require(id);
    require.resolve = (request, options) => Module._resolveFilename(request, this, false, options);
    require.main = process.mainModule;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return script.runInThisContext().call(this.exports, this.exports, require, this, filename, path.dirname(filename));
  };
  process.on("exit", () => {
    if (made.length === 0) return;
    for (const [key, script] of made) kept.set(key, script.createCachedData());
    const entries = [];
    const parts = [];
    let at = 0;
    for (const [key, data] of kept) {
      entries.push([key, at, data.length]);
      parts.push(data);
      at += data.length;
    }
    const head = Buffer.from(JSON.stringify({ node: process.version, entries }));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(head.length);
    try {
      const fresh = `${file}.${randomBytes(8).toString("hex")}`;
      fs.writeFileSync(fresh, Buffer.concat([size, head, ...parts]), { flag: "wx" }); // never through a link
      fs.renameSync(fresh, file);
    } catch {
      // a folder that cannot be written to costs only the time that the cache would save
    }
  });
}

require(process.env.TWINSTACK_KERNEL);

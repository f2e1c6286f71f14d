/** The process of the image: serves the export on PORT (3000), ends cleanly within 2 s of SIGTERM. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { createSite } from "./site.mjs";

const ROOT = join(import.meta.dirname, "..");
const HOST = "0.0.0.0";
const PORT = Number(process.env.PORT || 3000);
/**
 * Longer than the edge keeps an idle connection (an hour): a server that closes first answers some of the
 * load balancer's requests with a reset, which it reports as 502.
 */
const KEEP_ALIVE_MILLISECONDS = 3_660_000;
const DRAIN_MILLISECONDS = 1_500;

/** @param {string} problem @returns {never} */
function refuse(problem) {
  console.error(problem);
  process.exit(2);
}

function readSite() {
  try {
    return createSite(join(ROOT, "out"), JSON.parse(readFileSync(join(ROOT, "headers.json"), "utf8")));
  } catch (error) {
    return refuse(
      `There is no export to serve (npm run build makes it): ${error instanceof Error ? error.message : error}`,
    );
  }
}

if (!Number.isInteger(PORT) || PORT < 0 || PORT > 65_535) {
  refuse("PORT must be a number from 0 to 65535.");
}
const site = readSite();
let stopping = false;

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, (request, response) => {
  if (stopping) {
    response.setHeader("Connection", "close");
  }
  // A connection that was busy when the server began to stop is idle now.
  response.on("close", () => stopping && server.closeIdleConnections());
  site(request, response);
});

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  if (stopping) {
    return;
  }
  stopping = true;
  console.log(`${signal}: draining`);
  server.close(); // takes no new connection and ends the idle ones; the process ends with the last
  setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS).unref();
}

// As PID 1 a process gets no default action for a signal: without these it would not end.
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
server.on("error", (error) => refuse(`The server cannot listen: ${error.message}`));
server.listen(PORT, HOST, () => {
  const address = server.address();
  console.log(`listening on ${HOST}:${typeof address === "object" ? address?.port : address}`);
});

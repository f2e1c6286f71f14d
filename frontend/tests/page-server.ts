/** The process of the image, server/main.mjs, on a port of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..");

/** Why what needs the export cannot run; false when it can. */
export const unbuilt = existsSync(join(ROOT, "headers.json")) ? false : "there is no export: npm run build";

export class PageServer {
  readonly process: ChildProcess;
  readonly port: number;

  private constructor(process: ChildProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  static async start(): Promise<PageServer> {
    const child = spawn(process.execPath, [join(ROOT, "server/main.mjs")], {
      env: { ...process.env, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return new PageServer(child, Number(line.split(":").at(-1)));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Send SIGTERM; the exit status and the milliseconds it took, but for those that went to other processes. */
  async stop(): Promise<{ status: number | null; milliseconds: number }> {
    const both = [process.pid, this.process.pid ?? 0];
    const before = both.map(starved);
    const begun = performance.now();
    let latest = before;
    const look = () => {
      latest = both.map((one, index) => Math.max(starved(one), latest[index] ?? 0));
    };
    const looking = setInterval(look, 5);
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    const [status] = (await ended) as [number | null];
    clearInterval(looking);
    look();
    const waited = latest.reduce((sum, one, index) => sum + one - (before[index] ?? 0), 0);
    return { status, milliseconds: performance.now() - begun - waited };
  }
}

/** The milliseconds that a process was ready to run, and did not; 0 where the system does not tell. */
function starved(identifier: number): number {
  try {
    return Number(readFileSync(`/proc/${identifier}/schedstat`, "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The browser of the machine; playwright-core brings none. */
export function browserPath(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return [process.env.CHROMIUM ?? "", ...candidates].find((path) => path !== "" && existsSync(path)) ?? null;
}

/** No sandbox, for a container's root; nothing that asks for hosts of its own. */
export const CHROMIUM_OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

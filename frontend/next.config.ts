import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js";

const BACKEND = "http://localhost:8000";

const shared: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Without it the lock file of the repository's root would make that folder the root of the build.
  turbopack: { root: import.meta.dirname },
};

/** A static export; the development server alone stands in for the edge and passes /api and /ws on. */
export default function config(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) {
    return { ...shared, output: "export" };
  }
  return {
    ...shared,
    rewrites: async () => [
      { source: "/api/:path*", destination: `${BACKEND}/api/:path*` },
      { source: "/ws", destination: `${BACKEND}/ws` },
    ],
  };
}

import type { Metadata } from "next";

export const metadata: Metadata = { title: "Not found · Analytics" };

export default function NotFound() {
  return (
    <main className="lone">
      <p className="lone-figure">404</p>
      <h1>There is no such page</h1>
      <p className="quiet">The address may be old, or mistyped.</p>
      <p>
        {/* A whole new load, so that a page of an older build does not linger. */}
        <a className="button primary" href="/">
          To the analytics
        </a>
      </p>
    </main>
  );
}

import type { ReactNode } from "react";

export type ConnectionText = "live" | "reconnecting" | "signed out";

/** The connection in one word, and what it means where the word is not enough. */
export function Connection({ text, note }: { text: ConnectionText; note?: string }) {
  return (
    <span className="connection" role="status">
      <span className={`badge ${text.replace(" ", "-")}`}>
        <span className="dot" aria-hidden="true" />
        <span data-testid="connection">{text}</span>
      </span>
      {note && <span className="quiet small">{note}</span>}
    </span>
  );
}

/** The bar at the top. */
export function Header({ children }: { children?: ReactNode }) {
  return (
    <header className="bar">
      <h1>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M8 17h4v7H8zm6-6h4v13h-4zm6-4h4v17h-4z" />
        </svg>
        Analytics
      </h1>
      {children}
    </header>
  );
}

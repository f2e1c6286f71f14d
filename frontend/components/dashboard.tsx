"use client";

import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { formatCount, formatTime } from "../client/format.ts";
import { FIRST_VIEW, SESSION_TIMES, Session, type View } from "../client/session.ts";
import { tokenSubject } from "../client/token.ts";
import { DailyChart } from "./daily-chart.tsx";
import { ExportAction } from "./export-action.tsx";
import { Connection, type ConnectionText, Header } from "./header.tsx";
import { NameTable } from "./name-table.tsx";

interface DashboardProps {
  token: string;
  onRefused: () => void;
  onSignOut: () => void;
}

/** The session of the token while this component is shown, told of the browser's network and visibility. */
function useSession(token: string, refused: () => void): Session {
  const session = useMemo(() => new Session(token, window.location.origin, refused), [token, refused]);
  useEffect(() => {
    const online = () => session.setOnline(navigator.onLine);
    const visible = () => session.setVisible(document.visibilityState === "visible");
    visible();
    session.start();
    window.addEventListener("online", online);
    window.addEventListener("offline", online);
    document.addEventListener("visibilitychange", visible);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", online);
      document.removeEventListener("visibilitychange", visible);
      session.stop();
    };
  }, [session]);
  return session;
}

function connectionOf(view: View): { text: ConnectionText; note?: string } {
  if (view.live === "off") {
    const every = `updated every ${SESSION_TIMES.pollMilliseconds / 1_000} s`;
    return { text: view.stale ? "reconnecting" : "live", note: every };
  }
  if (view.live === "live") {
    return { text: "live" };
  }
  return { text: "reconnecting", ...(view.summary ? { note: "waiting for the next update" } : {}) };
}

/** What a signed-in person sees. */
export function Dashboard({ token, onRefused, onSignOut }: DashboardProps) {
  const session = useSession(token, onRefused);
  const view = useSyncExternalStore(session.subscribe, session.view, () => FIRST_VIEW);
  const [subject] = useState(() => tokenSubject(token));
  const { summary } = view;

  return (
    <>
      <Header>
        <Connection {...connectionOf(view)} />
        <span className="person">
          {subject && (
            <span className="quiet small subject" title={subject}>
              {subject}
            </span>
          )}
          <button type="button" onClick={() => onSignOut()}>
            Sign out
          </button>
        </span>
      </Header>
      <main className="page">
        {view.problem && (
          <div className="problem row" role="alert">
            <span data-testid="error">{view.problem.text}</span>
            {view.problem.about === "load" && (
              <button type="button" onClick={() => void session.refresh()}>
                Try now
              </button>
            )}
          </div>
        )}
        <section className="card overview" aria-labelledby="total-label">
          <div>
            <h2 id="total-label" className="label">
              Events in the last {summary?.days ?? 7} days
            </h2>
            <p className="figure" data-testid="total" aria-busy={!summary}>
              {summary ? formatCount(summary.total) : <Waiting failed={view.problem !== null} />}
            </p>
            <p className="quiet small">
              {view.updatedAt === null ? (
                "Not loaded yet"
              ) : (
                <>
                  Updated{" "}
                  <time dateTime={new Date(view.updatedAt).toISOString()} data-testid="last-update">
                    {formatTime(view.updatedAt)}
                  </time>
                </>
              )}
            </p>
          </div>
          <div className="actions">
            <button
              type="button"
              className="primary"
              data-testid="send-event"
              disabled={view.sending}
              onClick={() => void session.sendEvent()}
            >
              Send an event
            </button>
            <ExportAction progress={view.export} onExport={() => void session.exportEvents()} />
            <p className="quiet small notice" role="status">
              {view.notice}
            </p>
          </div>
        </section>
        {summary && summary.total === 0 && summary.byName.length === 0 ? (
          <section className="card empty" data-testid="empty">
            <h2>No events yet</h2>
            <p className="quiet">Nothing happened in the last {summary.days} days. Send an event to see one arrive.</p>
          </section>
        ) : (
          (summary || !view.problem) && (
            <div className="columns">
              <DailyChart summary={summary} />
              <NameTable names={summary?.byName ?? null} />
            </div>
          )
        )}
      </main>
    </>
  );
}

function Waiting({ failed }: { failed: boolean }) {
  return failed ? (
    <span className="quiet">–</span>
  ) : (
    <>
      <span className="skeleton wide" aria-hidden="true" />
      <span className="hidden">Loading</span>
    </>
  );
}

"use client";

import { useCallback, useEffect, useState } from "react";
import { refusalReason, storedToken, storeToken, tokenFromFragment } from "../client/token.ts";
import { Dashboard } from "./dashboard.tsx";
import { Header } from "./header.tsx";
import { SignIn } from "./sign-in.tsx";

const storage = () => window.sessionStorage;

/** The token in the address, moved to the tab's storage and out of the address bar; else the kept one. */
function arrivingToken(): string | null {
  const { hash, pathname, search } = window.location;
  const arrived = tokenFromFragment(hash);
  if (hash.includes("token=")) {
    // Next keeps its own state in the history entry; the entry is replaced, not added to.
    window.history.replaceState(window.history.state, "", pathname + search);
  }
  if (arrived) {
    storeToken(storage, arrived);
  }
  return arrived ?? storedToken(storage);
}

/** The whole page: signed out, or the dashboard of one token. */
export function Analytics() {
  // Undefined until the browser has been asked: the exported page knows no token.
  const [token, setToken] = useState<string | null>();
  const [reason, setReason] = useState("");

  useEffect(() => {
    const read = () => setToken(arrivingToken());
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);

  const signIn = useCallback((given: string) => {
    storeToken(storage, given);
    setReason("");
    setToken(given);
  }, []);
  const signOut = useCallback((why = "") => {
    storeToken(storage, null);
    setReason(why);
    setToken(null);
  }, []);
  const refused = useCallback(() => signOut(token ? refusalReason(token, Date.now()) : ""), [signOut, token]);

  if (token === undefined) {
    return (
      <>
        <Header />
        <main className="page">
          <noscript>
            <p className="problem">This page needs JavaScript.</p>
          </noscript>
        </main>
      </>
    );
  }
  // A key per token: another person's dashboard starts from nothing.
  return token === null ? (
    <SignIn reason={reason} onToken={signIn} />
  ) : (
    <Dashboard key={token} token={token} onRefused={refused} onSignOut={signOut} />
  );
}

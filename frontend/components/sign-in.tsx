"use client";

import { type FormEvent, useState } from "react";
import { cleanToken } from "../client/token.ts";
import { Connection, Header } from "./header.tsx";

/** The form for pasting a token, for who did not come by a link that has one. */
export function SignIn({ reason, onToken }: { reason: string; onToken: (token: string) => void }) {
  const [pasted, setPasted] = useState("");
  const [problem, setProblem] = useState(reason);

  function submit(event: FormEvent) {
    event.preventDefault();
    const token = cleanToken(pasted);
    if (token) {
      onToken(token);
    } else {
      setProblem("That is not a token: it has three parts, divided by dots.");
    }
  }

  return (
    <>
      <Header>
        <Connection text="signed out" />
      </Header>
      <main className="page narrow">
        <form className="card stack" onSubmit={submit}>
          <h2>Sign in</h2>
          <p className="quiet">
            Paste a token. It stays in this tab and is forgotten when the tab is closed. A link that ends in{" "}
            <code>#token=…</code> signs in by itself.
          </p>
          {problem && (
            <p className="problem" role="alert" data-testid="error" id="token-problem">
              {problem}
            </p>
          )}
          <label htmlFor="token">Token</label>
          <textarea
            id="token"
            data-testid="token"
            rows={4}
            value={pasted}
            onChange={(event) => setPasted(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            aria-describedby={problem ? "token-problem" : undefined}
          />
          <div>
            <button type="submit" className="primary" data-testid="sign-in">
              Sign in
            </button>
          </div>
        </form>
      </main>
    </>
  );
}

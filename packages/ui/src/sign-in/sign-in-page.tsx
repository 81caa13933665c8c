import { AuthenticationFailed } from "@ostinato/client";
import type { signIn } from "@ostinato/protocol";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { call } from "../api/api.ts";
import { Button } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { Mark } from "../components/mark.tsx";

/** Asks for the server's user and password. Afterwards the requested page opens, because the address has not changed. */
export function SignInPage() {
  const [problem, setProblem] = useState<string>();
  const [sending, setSending] = useState(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · Ostinato";
    user.current?.focus();
  }, []);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    const given = { user: user.current?.value ?? "", password: password.current?.value ?? "" };
    try {
      await call<typeof signIn>("POST /ui/session", { body: given });
      location.reload();
    } catch (error) {
      setProblem(
        error instanceof AuthenticationFailed
          ? "The user or the password is wrong."
          : `Signing in failed: ${messageOf(error)}`,
      );
      setSending(false);
      password.current?.select();
    }
  }

  return (
    <main className="grid h-full place-items-center overflow-auto p-4">
      <form onSubmit={send} className="w-full max-w-80 rounded-lg border bg-surface p-6">
        <p className="flex items-center gap-2 text-base font-semibold tracking-tight">
          <Mark />
          Ostinato
        </p>
        <h1 className="mt-5 text-xl font-semibold">Sign in</h1>
        <Labelled label="User">
          <TextField ref={user} name="user" autoComplete="username" required className="h-9 w-full" />
        </Labelled>
        <Labelled label="Password">
          <TextField
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            aria-describedby={problem === undefined ? undefined : "problem"}
            className="h-9 w-full"
          />
        </Labelled>
        <p id="problem" role="alert" className="mt-3 text-sm text-danger empty:hidden">
          {problem}
        </p>
        <Button type="submit" look="primary" disabled={sending} className="mt-5 h-9 w-full">
          Sign in
        </Button>
        <p className="mt-4 text-xs text-muted">Whoever runs this server knows the user and the password.</p>
      </form>
    </main>
  );
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="mt-4 block">
      <span className="mb-1 block text-sm font-medium">{label}</span>
      {children}
    </label>
  );
}

import type { signOut } from "@ostinato/protocol";
import { useState } from "react";
import { call } from "../api/api.ts";
import { passwordRequired } from "../base-path.ts";
import { IconButton } from "../components/button.tsx";

/** Shown where the server asks for a password. */
export function SignOutButton() {
  const [failed, setFailed] = useState(false);
  if (!passwordRequired) return null;
  const leave = () =>
    call<typeof signOut>("DELETE /ui/session", {}).then(
      () => location.reload(),
      () => setFailed(true),
    );
  return <IconButton icon="signOut" label={failed ? "Signing out failed: try again" : "Sign out"} onClick={leave} />;
}

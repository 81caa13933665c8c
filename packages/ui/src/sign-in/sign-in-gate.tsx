import { type ReactNode, useSyncExternalStore } from "react";
import { isSignedOut, onSignedOut } from "../api/signed-out.ts";
import { onDemand } from "../components/on-demand.tsx";

const SignInPage = onDemand(() => import("./sign-in-page.tsx").then((module) => module.SignInPage));

/** Replaces the pages by the sign-in form once the server has asked for credentials. */
export function SignInGate({ children }: { readonly children: ReactNode }) {
  return useSyncExternalStore(onSignedOut, isSignedOut) ? <SignInPage /> : children;
}

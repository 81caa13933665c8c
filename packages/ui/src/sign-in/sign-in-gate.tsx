import { type ReactNode, useSyncExternalStore } from "react";
import { isSignedOut, onSignedOut } from "../api/signed-out.ts";
import { onDemand } from "../components/on-demand.tsx";

const SignInPage = onDemand(() => import("./sign-in-page.tsx").then((module) => module.SignInPage));

/** Shows the sign-in instead of the pages once the server has asked who is there. */
export function SignInGate({ children }: { readonly children: ReactNode }) {
  return useSyncExternalStore(onSignedOut, isSignedOut) ? <SignInPage /> : children;
}

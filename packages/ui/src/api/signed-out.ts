/** Whether the server has refused the page's credentials. Stays set until the page is reloaded. */
let signedOut = false;
const listeners = new Set<() => void>();

export function isSignedOut(): boolean {
  return signedOut;
}

export function noteSignedOut(): void {
  signedOut = true;
  for (const listener of listeners) listener();
}

export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

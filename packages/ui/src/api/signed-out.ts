/** Whether the server has answered that it does not know who looks at this page. Until the page is loaded again it stays so. */
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

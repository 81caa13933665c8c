import { spawn } from "node:child_process";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Shows the page in the user's browser, where somebody sits at a terminal and the machine has a way to do so. */
export function openPage(url: string): void {
  const opener = openers[process.platform];
  if (opener === undefined || !process.stderr.isTTY) return;
  const [program, ...args] = opener;
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {}); // The address is printed.
  child.unref();
}

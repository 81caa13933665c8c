#!/usr/bin/env node
// Old Nodes must be able to read this file far enough to say that they are too old: no top-level await, no new syntax.
import * as nodeModule from "node:module";

const major = Number(process.versions.node.split(".")[0]);

if (major < 24) {
  console.error(
    "Ostinato needs Node 24 or newer, but this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      "). Install a newer one from https://nodejs.org.",
  );
  process.exitCode = 1;
} else {
  // Compiled code, and TypeScript with its types taken out, is kept between starts: a start takes a third of the time.
  nodeModule.enableCompileCache();
  import("@ostinato/cli").then((cli) => cli.main());
}

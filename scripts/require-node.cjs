// Run before the scripts that need the repository's own Node 24. Old syntax on purpose: any Node must be able to say this.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    'This needs Node 24, which the npm package "node" brings, but Node ' +
      process.versions.node +
      " runs (" +
      process.execPath +
      ").\n" +
      'Start it through npm ("npm test"). If you did, the install script of that package did not run: ' +
      '"npm rebuild node" runs it.',
  );
  process.exit(1);
}

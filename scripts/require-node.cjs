// Runs before the scripts that need the repository's own Node 24. The syntax is old on purpose, so that any Node can print the message.
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

#!/usr/bin/env bash
# @rjsf/core 6.11.1 can't be imported with the packages that it declares: its entry also exports a registry for tests, which
# imports @rjsf/validator-ajv8, and that is neither a dependency nor a peer of it.
# One expects that a form with a validator of one's own (Ajv's makes functions at run time, which a strict policy of a page
# forbids) needs no other validator. Node and bundlers end with "Cannot find package", and npm says nothing when it installs.
# What helps: import the form by itself, `@rjsf/core/lib/components/Form.js`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' > package.json
npm install --silent --no-audit --no-fund @rjsf/core@6.11.1 @rjsf/utils@6.11.1 react@19 react-dom@19
cat > program.mjs <<'JS'
const reached = (name) => import(name).then(() => "imported", (error) => error.message.split("\n")[0]);
const whole = await reached("@rjsf/core");
const form = await reached("@rjsf/core/lib/components/Form.js");
console.log(`@rjsf/core: ${whole}`);
console.log(`@rjsf/core/lib/components/Form.js: ${form}`);
process.exit(whole.includes("@rjsf/validator-ajv8") && form === "imported" ? 0 : 1);
JS
node program.mjs

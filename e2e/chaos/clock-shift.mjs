// Loaded into a server under test: its clock is off by the seconds that a file says, as after somebody has moved it.
import { readFileSync } from "node:fs";

const file = process.env.OSTINATO_CHAOS_CLOCK;
const trueNow = Date.now.bind(Date);
let shift = 0;

function read() {
  try {
    shift = Number(readFileSync(file, "utf8")) * 1000 || 0;
  } catch {
    shift = 0;
  }
}

if (file !== undefined) {
  read();
  setInterval(read, 200).unref();
  Date.now = () => trueNow() + shift;
}

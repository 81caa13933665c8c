import { showAlerts } from "./alerts.ts";

const subjects = await showAlerts((mail) => {
  const lines = mail.trim().split(/\r?\n/);
  console.log(`\n${lines.map((line) => `  | ${line}`).join("\n")}\n`);
});
for (const subject of subjects) console.log(subject);

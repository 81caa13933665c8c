import { showAlerts } from "./alerts.ts";

const subjects = await showAlerts((mail) => console.log(`\n${mail.trim().replaceAll(/^/gm, "  | ")}\n`));
for (const subject of subjects) console.log(subject);

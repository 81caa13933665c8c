import { blocks, closeSession } from "ostinato";
import { automation, email, notify } from "ostinato/automations";
import { loadPrices, sendReport } from "./flows.ts";
import { openMailbox } from "./mailbox.ts";

/** Lets the prices fail to load, be missed, and load, and gives the subjects of the mails that told of it. */
export async function showAlerts(onMail: (mail: string) => void): Promise<readonly string[]> {
  await using mailbox = await openMailbox(onMail);
  await saveSender(mailbox.port);
  await missing.save();
  const stop = new AbortController();
  const serving = sendReport.serve({
    name: "after-prices",
    // A success starts the next deployment.
    triggers: [{ when: { flow: loadPrices, state: "Completed" }, parameters: { run: "{{ flow_run.name }}" } }],
    signal: stop.signal,
  });
  try {
    await loadPrices.state({ day: "sunday" });
    await mailbox.subjects(2);
    await loadPrices({ day: "monday" });
    return await mailbox.subjects(3);
  } finally {
    stop.abort();
    await serving;
    await closeSession();
  }
}

/** Tells that there are no prices for ten seconds after a failure. A day would do in earnest. */
const missing = automation({
  name: "no prices",
  when: {
    flow: loadPrices,
    after: "Failed",
    noState: "Completed",
    within: "10s",
    forEach: ["related:flow:prefect.resource.id"],
  },
  then: notify(email("alerts"), { subject: "Still no prices", body: "Nobody has loaded them since they failed." }),
});

/** The blocks by which mails are sent, by the server and by the programs. */
async function saveSender(port: number): Promise<void> {
  const server = { smtp_server: "127.0.0.1", smtp_port: port, smtp_type: "INSECURE" };
  await blocks.emailServer.save("alerts", server, { overwrite: true });
  const mail = {
    server: blocks.emailServer.named("alerts"),
    to: ["team@example.com"],
    sender: "ostinato@example.com",
  };
  await blocks.email.save("alerts", mail, { overwrite: true });
}

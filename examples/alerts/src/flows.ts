import { asset, blocks, flow, log, materialize } from "ostinato";
import { email, notify } from "ostinato/automations";

/** The page of assets says when the prices were last made, by which run, and what is made of them. */
export const prices = asset("https://exchange.example/prices", { name: "Prices of today", owners: ["market-data"] });

const download = materialize(prices, { name: "download" }, async function download(day: string) {
  if (day === "sunday") throw new Error("The exchange is closed on sundays");
  const loaded = [1.31, 1.29, 1.33];
  prices.addMetadata({ day, count: loaded.length });
  return loaded;
});

/** Its failure is told by the server, which also does so when this process has died. */
export const loadPrices = flow(
  {
    name: "load-prices",
    onFailure: notify(email("alerts"), {
      subject: "{{ flow.name }} failed",
      body: "Flow run **{{ flow_run.name }}** is {{ flow_run.state.name }}: {{ flow_run.state.message }}",
    }),
  },
  async function loadPrices({ day }: { day: string }) {
    const prices = await download(day);
    return prices.reduce((sum, price) => sum + price, 0) / prices.length;
  },
);

const mailReport = materialize(
  "mail://team/report",
  { name: "mail report", assetDeps: [prices] },
  async function mailReport(run: string) {
    await blocks.email.notify("alerts", { subject: "The report of today", body: `Made after ${run}.` });
  },
);

/** A success of `load-prices` starts it. */
export const sendReport = flow(
  { name: "send-report" },
  async function sendReport({ run = "nobody" }: { run?: string }) {
    log.info(`${run} has loaded the prices`);
    await mailReport(run);
  },
);

import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { logger } from "./logger.ts";

function logged(environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const log = logger(readConfig(environment), { write: (line) => void lines.push(line) });
  return { log, lines };
}

test("no log line contains a secret of the settings, wherever it comes from", () => {
  const url = "postgresql://me:hidden@db.example.org/ostinato?sslpassword=buried";
  const { log, lines } = logged({ OSTINATO_DATABASE_URL: url, OSTINATO_SERVER_API_AUTH_STRING: 'ann:correct "horse"' });
  const basic = Buffer.from('ann:correct "horse"').toString("base64");
  log.warn({ err: new Error(`can't open ${url}`), given: 'ann:correct "horse"' }, `sent Basic ${basic} to ${url}`);
  const [line = ""] = lines;
  expect(line).not.toMatch(/hid|buried|horse/);
  expect(line).not.toContain(basic);
  expect(JSON.parse(line)).toMatchObject({
    given: "********",
    msg: "sent Basic ******** to postgresql://me:********@db.example.org/ostinato?sslpassword=********",
    err: { message: "can't open postgresql://me:********@db.example.org/ostinato?sslpassword=********" },
  });
});

test("nor the credentials of a request", () => {
  const { log, lines } = logged({});
  const headers = { authorization: "Basic x", cookie: "ostinato_session=y", host: "here" };
  log.info({ headers, req: { headers } }, "asked");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    headers: { authorization: "********", cookie: "********", host: "here" },
    req: { headers: { authorization: "********", cookie: "********", host: "here" } },
  });
});

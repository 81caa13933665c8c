import { expect, test } from "vitest";
import { type Caller, type HostPolicy, refuseHost, refuseOrigin } from "./origin.rules.ts";

const ownNames = ["box.lab.example", "box", "box.local"];
const loopback: HostPolicy = { host: "127.0.0.1", corsOrigins: [], allowedHosts: [], ownNames, authString: undefined };
const open: HostPolicy = { ...loopback, host: "0.0.0.0" };
const named: HostPolicy = { ...open, allowedHosts: ["ostinato.example"] };

test.each([
  ["localhost:4200", loopback, true],
  ["127.0.0.1", loopback, true],
  ["127.0.0.2:80", loopback, true],
  ["[::1]:4200", loopback, true],
  ["ostinato.localhost:4200", loopback, true],
  [undefined, loopback, true],
  ["evil.example:4200", loopback, false],
  ["127.0.0.1.evil.example", loopback, false],
  ["localhost.evil.example", loopback, false],
  ["192.168.1.5:4200", loopback, false],
  ["", loopback, false],
  ["ostinato.example", { ...loopback, allowedHosts: ["ostinato.example"] }, true],
  ["Ostinato.Example:8443", { ...loopback, allowedHosts: ["ostinato.example"] }, true],
  ["ostinato.example:81", { ...loopback, allowedHosts: ["ostinato.example:80"] }, false],
  ["box", loopback, false],
  ["ostinato.example", open, false],
  ["evil.example:4200", open, false],
  ["192.168.1.5.evil.example", open, false],
  ["192.168.1.5:4200", open, true],
  ["[fd00::5]:4200", open, true],
  ["localhost:4200", open, true],
  ["Box:4200", open, true],
  ["box.lab.example", open, true],
  ["box.local:4200", open, true],
  ["runs.internal:4200", { ...open, host: "runs.internal" }, true],
  ["evil.example", named, false],
  ["ostinato.example", named, true],
  ["10.0.0.7:4200", named, true],
  ["box", named, true],
  ["anything.example", { ...open, allowedHosts: ["*"] }, true],
  ["anything.example", { ...open, authString: "ann:battery" }, true],
  ["anything.example", { ...loopback, authString: "ann:battery" }, true],
] as const)("Host %s", (host, policy, answered) => {
  expect(refuseHost(host, policy) === undefined).toBe(answered);
});

function caller(given: Partial<Caller>): Caller {
  const nothing = { origin: undefined, site: undefined, mode: undefined, dest: undefined };
  return { method: "POST", host: "127.0.0.1:4200", ...nothing, ...given };
}

const navigation = { method: "GET", site: "cross-site", mode: "navigate", dest: "document" };

test.each<[string, Partial<Caller>, boolean]>([
  ["a program", {}, true],
  ["the server's own page", { origin: "http://127.0.0.1:4200", site: "same-origin" }, true],
  ["its own page in a browser that says no site", { origin: "http://127.0.0.1:4200" }, true],
  ["a page of another site", { origin: "https://evil.example", site: "cross-site" }, false],
  ["a page of another site in a browser that says no site", { origin: "https://evil.example" }, false],
  ["a page on another port", { origin: "http://127.0.0.1:3000", site: "same-site" }, false],
  ["a page on another port in a browser that says no site", { origin: "http://127.0.0.1:3000" }, false],
  ["a page without an origin", { origin: "null" }, false],
  ["an origin that is none", { origin: "127.0.0.1:4200" }, false],
  ["an image of another site's page", { method: "GET", site: "cross-site", mode: "no-cors", dest: "image" }, false],
  ["a frame of another site's page", { ...navigation, dest: "iframe" }, false],
  ["a link of another site", navigation, true],
  ["a form of another site", { ...navigation, method: "POST", origin: "https://evil.example" }, false],
  ["a typed address", { method: "GET", site: "none", mode: "navigate", dest: "document" }, true],
  ["a page behind a proxy that hands on Host", { host: "runs.example", origin: "https://runs.example" }, true],
  ["the same with the port said", { host: "runs.example:443", origin: "https://runs.example" }, true],
  ["a page behind a proxy that does not", { origin: "https://runs.example", site: "same-origin" }, true],
  ["a websocket behind a proxy that does not", { method: "GET", origin: "https://runs.example" }, false],
])("%s", (_, given, answered) => {
  expect(refuseOrigin(caller(given), loopback) === undefined).toBe(answered);
});

test("an allowed host is the server's own name behind a proxy that does not forward Host", () => {
  const policy = { ...loopback, allowedHosts: ["runs.example"] };
  expect(refuseOrigin(caller({ origin: "https://runs.example" }), policy)).toBeUndefined();
  expect(refuseOrigin(caller({ origin: "https://evil.example" }), policy)).toContain("https://evil.example");
});

test("an origin that the configuration lists may do everything", () => {
  const policy = { ...loopback, corsOrigins: ["https://tools.example"] };
  expect(refuseOrigin(caller({ origin: "https://tools.example", site: "cross-site" }), policy)).toBeUndefined();
  expect(refuseOrigin(caller({ origin: "https://tools.example.evil", site: "cross-site" }), policy)).toBeDefined();
});

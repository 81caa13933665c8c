import { type BlockData, NotSent, textOf } from "../message.ts";

/** How the connection is encrypted: from its beginning, by STARTTLS, or not. */
export type Encryption = "SSL" | "STARTTLS" | "INSECURE";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly encryption: Encryption;
  readonly login: { readonly user: string; readonly pass: string } | undefined;
  /** Whether the certificate of the server is checked. */
  readonly verify: boolean;
}

const ports = { SSL: 465, STARTTLS: 587, INSECURE: 25 } as const satisfies Readonly<Record<Encryption, number>>;

/** The short names that blocks of `prefect-email` take. */
const hosts: Readonly<Record<string, string>> = {
  AOL: "smtp.aol.com",
  ATT: "smtp.mail.att.net",
  COMCAST: "smtp.comcast.net",
  ICLOUD: "smtp.mail.me.com",
  GMAIL: "smtp.gmail.com",
  OUTLOOK: "smtp-mail.outlook.com",
  YAHOO: "smtp.mail.yahoo.com",
};

/** The server that a block of the type `email-server-credentials` describes. */
export function mailServerOf({ username, password, smtp_server, smtp_type, smtp_port, verify }: BlockData): MailServer {
  const given = textOf(smtp_server) ?? "GMAIL";
  const encryption = encryptionOf(smtp_type ?? "SSL");
  const user = textOf(username);
  return {
    host: hosts[given.toUpperCase()] ?? given,
    port: typeof smtp_port === "number" ? smtp_port : ports[encryption],
    encryption,
    login: user === undefined ? undefined : { user, pass: textOf(password) ?? "" },
    verify: verify !== false,
  };
}

function encryptionOf(given: unknown): Encryption {
  const found = (Object.keys(ports) as Encryption[]).find(
    (name) => name === String(given).toUpperCase() || ports[name] === Number(given),
  );
  if (found !== undefined) return found;
  throw new NotSent(`smtp_type is ${JSON.stringify(given)}: give "SSL", "STARTTLS" or "INSECURE"`);
}

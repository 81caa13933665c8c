import { blocks } from "ostinato";
import { connected } from "ostinato/integration";
import { mailer } from "./mailer.ts";

/**
 * How a server for mail is reached and signed in to: Prefect's `EmailServerCredentials`. `EmailServer.load("house")` gives a {@link Mailer}.
 *
 * ```ts
 * import { EmailServer } from "@ostinato/email";
 *
 * await EmailServer.save("house", { smtp_server: "mail.example.com", smtp_type: "STARTTLS", username: "me@example.com", password: "…" });
 * const mail = await EmailServer.load("house");
 * await mail.send({ to: "team@example.com", subject: "Trained", markdown: "**better**", attachments: ["report.pdf"] });
 * ```
 */
export const EmailServer = connected(blocks.emailServer, mailer);

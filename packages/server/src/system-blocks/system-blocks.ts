import type { JsonObject } from "../user-input/json-types.rules.ts";
import {
  customWebhookBlock,
  discordBlock,
  emailBlock,
  emailServerBlock,
  mattermostBlock,
  opsgenieBlock,
  pagerDutyBlock,
  sendgridBlock,
  slackCredentialsBlock,
  slackIncomingBlock,
  slackWebhookBlock,
  teamsWebhookBlock,
  twilioBlock,
} from "./message-blocks.ts";
import { localFileSystemBlock, remoteFileSystemBlock, secretBlock, smbBlock, webhookBlock } from "./storage-blocks.ts";
import type { SystemBlock } from "./system-block.ts";

const ofPrefect = [
  secretBlock,
  webhookBlock,
  localFileSystemBlock,
  remoteFileSystemBlock,
  smbBlock,
  slackWebhookBlock,
  teamsWebhookBlock,
  pagerDutyBlock,
  twilioBlock,
  opsgenieBlock,
  mattermostBlock,
  discordBlock,
  customWebhookBlock,
  sendgridBlock,
];

/** The types by the Python package of their class. */
const packages: Readonly<Record<string, readonly SystemBlock[]>> = {
  prefect: ofPrefect,
  "prefect-email": [emailServerBlock],
  "prefect-slack": [slackCredentialsBlock, slackIncomingBlock],
  ostinato: [emailBlock],
};

export const systemBlocks: readonly SystemBlock[] = Object.values(packages).flat();

/** The answer to `GET /collections/views/aggregate-block-metadata`: block types by package and slug, each with its schema. */
export function blockMetadata(): JsonObject {
  const views = Object.entries(packages).map(([name, blocks]) => {
    const types = blocks.map(({ type, isProtected, schema }) => [
      type.slug,
      {
        logo_url: null,
        documentation_url: null,
        ...type,
        is_protected: isProtected,
        block_schema: schema,
      },
    ]);
    return [name, { block_types: Object.fromEntries(types) }];
  });
  return Object.fromEntries(views);
}

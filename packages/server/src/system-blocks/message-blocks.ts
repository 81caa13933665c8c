import {
  type BlockField,
  password,
  secretText,
  systemBlock,
  text,
  textOrNone,
  texts,
  textsByName,
  textsOrNone,
  yesOrNo,
} from "./system-block.ts";

const module = "prefect.blocks.notifications";
const capabilities = ["notify"];
const wholeNumber = { type: "integer" };

const notifyType: BlockField = {
  schema: { enum: ["info", "success", "warning", "failure"], type: "string" },
  about: "The kind of message, which some services show by a colour.",
  fallback: "info",
};

const allowPrivateUrls: BlockField = {
  schema: yesOrNo,
  about: "Whether the address may be one of a private network.",
  title: "Allow private URLs",
  fallback: true,
};

const picture = (fallback: boolean): BlockField => ({
  schema: yesOrNo,
  about: "Whether the message has a picture.",
  fallback,
});

const sender: BlockField = {
  schema: textOrNone,
  about: "The name under which the message appears.",
  title: "Bot name",
  fallback: null,
};

export const slackWebhookBlock = systemBlock({
  slug: "slack-webhook",
  name: "Slack Webhook",
  about: "Sends messages to a channel of Slack.",
  capabilities,
  fields: {
    notify_type: notifyType,
    url: secretText("The address of the incoming webhook, from Slack.", "Webhook URL"),
    allow_private_urls: allowPrivateUrls,
  },
  example: { module, call: 'SlackWebhook(url="https://hooks.slack.com/…")' },
});

export const teamsWebhookBlock = systemBlock({
  slug: "ms-teams-webhook",
  name: "Microsoft Teams Webhook",
  about: "Sends messages to a channel of Microsoft Teams.",
  capabilities,
  fields: {
    notify_type: notifyType,
    url: secretText("The address of the workflow, from Teams.", "Webhook URL"),
    allow_private_urls: allowPrivateUrls,
    include_image: picture(true),
    wrap: { schema: yesOrNo, about: "Whether long lines are wrapped.", fallback: true },
  },
  example: { module, call: 'MicrosoftTeamsWebhook(url="https://…")' },
});

const region: BlockField = {
  schema: { enum: ["us", "eu"], type: "string" },
  about: "The region of the account.",
  fallback: "us",
};

export const pagerDutyBlock = systemBlock({
  slug: "pager-duty-webhook",
  name: "Pager Duty Webhook",
  about: "Raises events in PagerDuty.",
  capabilities,
  fields: {
    notify_type: notifyType,
    integration_key: secretText("The key of the integration, from its page in PagerDuty."),
    api_key: secretText("The key of the API, from the integrations of the account.", "API key"),
    source: { schema: textOrNone, about: "What the event comes from.", fallback: "Prefect" },
    component: { schema: text, about: "The part of the source that the event is about.", fallback: "Notification" },
    group: { schema: textOrNone, about: "The group of parts that it belongs to.", fallback: null },
    class_id: { schema: textOrNone, about: "The kind of event.", title: "Class", fallback: null },
    region_name: region,
    clickable_url: {
      schema: { anyOf: [{ format: "uri", minLength: 1, type: "string" }, { type: "null" }] },
      about: "An address that the event links to.",
      title: "Link",
      fallback: null,
    },
    include_image: picture(true),
    custom_details: { schema: textsByName, about: "Further details, by name.", fallback: null },
  },
  example: { module, call: 'PagerDutyWebHook(integration_key="…", api_key="…")' },
});

export const twilioBlock = systemBlock({
  slug: "twilio-sms",
  name: "Twilio SMS",
  about: "Sends text messages to phones.",
  capabilities,
  fields: {
    notify_type: notifyType,
    account_sid: { schema: text, about: "The SID of the account at Twilio.", title: "Account SID" },
    auth_token: secretText("The token of the account."),
    from_phone_number: { schema: text, about: "The number that sends.", title: "From" },
    to_phone_numbers: { schema: texts, about: "The numbers that get the message.", title: "To" },
  },
  example: {
    module,
    call: 'TwilioSMS(account_sid="…", auth_token="…", from_phone_number="+1…", to_phone_numbers=["+1…"])',
  },
});

export const opsgenieBlock = systemBlock({
  slug: "opsgenie-webhook",
  name: "Opsgenie Webhook",
  about: "Raises alerts in Opsgenie.",
  capabilities,
  fields: {
    notify_type: notifyType,
    apikey: secretText("The key of the integration, from Opsgenie.", "API key"),
    target_user: { schema: textsOrNone, about: "Users who get the alert.", fallback: null },
    target_team: { schema: textsOrNone, about: "Teams that get it.", fallback: null },
    target_schedule: { schema: textsOrNone, about: "Schedules whose people get it.", fallback: null },
    target_escalation: { schema: textsOrNone, about: "Escalations that it follows.", fallback: null },
    region_name: region,
    batch: { schema: yesOrNo, about: "Whether all targets are told at once.", fallback: false },
    tags: { schema: textsOrNone, about: "Tags of the alert.", fallback: null },
    priority: {
      schema: { anyOf: [wholeNumber, { type: "null" }] },
      about: "The priority, from 1, the highest, to 5.",
      fallback: 3,
    },
    alias: { schema: textOrNone, about: "The alias of the alert.", fallback: null },
    entity: { schema: textOrNone, about: "What the alert is about.", fallback: null },
    details: { schema: textsByName, about: "Further details, by name.", fallback: null },
  },
  example: { module, call: 'OpsgenieWebhook(apikey="…")' },
});

export const mattermostBlock = systemBlock({
  slug: "mattermost-webhook",
  name: "Mattermost Webhook",
  about: "Sends messages to channels of Mattermost.",
  capabilities,
  fields: {
    notify_type: notifyType,
    hostname: { schema: text, about: "The name of the server.", title: "Host name" },
    secure: { schema: yesOrNo, about: "Whether it is reached by HTTPS.", fallback: false },
    token: secretText("The token of the webhook."),
    botname: sender,
    channels: { schema: textsOrNone, about: "Channels that get the message.", fallback: null },
    include_image: picture(false),
    path: { schema: textOrNone, about: "The path of the server below its name.", fallback: null },
    port: { schema: wholeNumber, about: "The port of the server.", fallback: 8065 },
  },
  example: { module, call: 'MattermostWebhook(hostname="chat.example.com", token="…")' },
});

export const discordBlock = systemBlock({
  slug: "discord-webhook",
  name: "Discord Webhook",
  about: "Sends messages to a channel of Discord.",
  capabilities,
  fields: {
    notify_type: notifyType,
    webhook_id: secretText("The first part of the address of the webhook.", "Webhook ID"),
    webhook_token: secretText("The second part of that address."),
    botname: sender,
    tts: { schema: yesOrNo, about: "Whether the message is read aloud.", title: "Read aloud", fallback: false },
    include_image: picture(false),
    avatar: { schema: yesOrNo, about: "Whether the picture of the sender is replaced.", fallback: false },
    avatar_url: { schema: textOrNone, about: "The address of that picture.", title: "Avatar URL", fallback: null },
  },
  example: { module, call: 'DiscordWebhook(webhook_id="…", webhook_token="…")' },
});

export const customWebhookBlock = systemBlock({
  slug: "custom-webhook",
  name: "Custom Webhook",
  about: "Sends messages to any service by a request of your own.",
  capabilities,
  fields: {
    name: { schema: text, about: "The name of the webhook." },
    url: { schema: text, about: "The address. {{name}} stands for a secret.", title: "Webhook URL" },
    method: {
      schema: { enum: ["GET", "POST", "PUT", "PATCH", "DELETE"], type: "string" },
      about: "The method of the request.",
      fallback: "POST",
    },
    params: { schema: textsByName, about: "Parameters of the address.", title: "Query parameters", fallback: null },
    json_data: {
      schema: { anyOf: [{ additionalProperties: true, type: "object" }, { type: "null" }] },
      about: "The body as JSON. {{subject}}, {{body}} and {{name}} stand for the message.",
      title: "JSON data",
      fallback: null,
    },
    form_data: {
      schema: { anyOf: [{ additionalProperties: text, type: "object" }, text, { type: "null" }] },
      about: "The body as a form, where there is no JSON.",
      title: "Form data",
      fallback: null,
    },
    headers: { schema: textsByName, about: "Headers of the request.", fallback: null },
    cookies: { schema: textsByName, about: "Cookies of the request.", fallback: null },
    timeout: { schema: { type: "number" }, about: "Seconds after which the request fails.", fallback: 10 },
    allow_private_urls: allowPrivateUrls,
    secrets: {
      schema: { type: "object" },
      about: "Secrets that the other fields name.",
      fallback: {},
      secret: "below",
    },
  },
  example: { module, call: 'CustomWebhookNotificationBlock(name="mine", url="https://example.com/{{token}}")' },
});

export const sendgridBlock = systemBlock({
  slug: "sendgrid-email",
  name: "Sendgrid Email",
  about: "Sends mail by SendGrid.",
  capabilities,
  fields: {
    notify_type: notifyType,
    api_key: secretText("The key of the API, from SendGrid.", "API key"),
    sender_email: { schema: text, about: "The address that sends.", title: "From" },
    to_emails: { schema: texts, about: "The addresses that get the mail.", title: "To" },
  },
  example: { module, call: 'SendgridEmail(api_key="…", sender_email="me@example.com", to_emails=["you@example.com"])' },
});

const namedOrText = (definition: string) => ({ anyOf: [{ $ref: `#/definitions/${definition}` }, text] });

export const emailServerBlock = systemBlock({
  slug: "email-server-credentials",
  name: "Email Server Credentials",
  about: "How a server for mail is reached and signed in to.",
  fields: {
    username: { schema: textOrNone, about: "The user; none where the server asks nobody.", fallback: null },
    password: {
      schema: password,
      about: "The password of the user.",
      fallback: null,
      secret: "value",
    },
    smtp_server: {
      schema: namedOrText("SMTPServer"),
      about: "The name of the server, or one of those that are known.",
      title: "SMTP server",
      fallback: "smtp.gmail.com",
    },
    smtp_type: {
      schema: namedOrText("SMTPType"),
      about: "How the connection is encrypted: SSL, STARTTLS or INSECURE.",
      title: "SMTP type",
      fallback: 465,
    },
    smtp_port: {
      schema: { anyOf: [wholeNumber, { type: "null" }] },
      about: "The port, where it is not the usual one of the type.",
      title: "SMTP port",
      fallback: null,
    },
    verify: {
      schema: { anyOf: [yesOrNo, { type: "null" }] },
      about: "Whether the certificate of the server is checked.",
      fallback: true,
    },
  },
  definitions: {
    SMTPServer: {
      enum: [
        "smtp.aol.com",
        "smtp.mail.att.net",
        "smtp.comcast.net",
        "smtp.mail.me.com",
        "smtp.gmail.com",
        "smtp-mail.outlook.com",
        "smtp.mail.yahoo.com",
      ],
      title: "SMTPServer",
      type: "string",
    },
    SMTPType: { enum: [465, 587, 25], title: "SMTPType", type: "integer" },
  },
  example: { module: "prefect_email", call: 'EmailServerCredentials(username="me", password="…")' },
});

export const emailBlock = systemBlock({
  slug: "email",
  name: "Email",
  about: "Sends mail by a mail server.",
  capabilities,
  fields: {
    server: {
      schema: { $ref: "#/definitions/EmailServerCredentials" },
      about: "The mail server, and how it is signed in to.",
    },
    to: { schema: texts, about: "The addresses that get the mail: me@example.com or Name <me@example.com>." },
    sender: {
      schema: textOrNone,
      about: "The address that the mail is from; the user of the server where there is none.",
      title: "From",
      fallback: null,
    },
  },
  nested: { server: emailServerBlock },
  example: {
    title: "Email",
    save: 'await blocks.email.save("team", { server: blocks.emailServer.named("house"), to: ["team@example.com"] });',
  },
});

export const slackCredentialsBlock = systemBlock({
  slug: "slack-credentials",
  name: "Slack Credentials",
  about: "The token of an app of Slack, for programs that call Slack.",
  fields: { token: secretText("The token of the bot of the app, from Slack.") },
  example: { module: "prefect_slack", call: 'SlackCredentials(token="xoxb-…")' },
});

export const slackIncomingBlock = systemBlock({
  slug: "slack-incoming-webhook",
  name: "Slack Incoming Webhook",
  about: "Sends messages to a channel of Slack, with the class of prefect-slack.",
  capabilities,
  fields: { url: secretText("The address of the incoming webhook, from Slack.", "Webhook URL") },
  example: { module: "prefect_slack", call: 'SlackWebhook(url="https://hooks.slack.com/…")' },
});

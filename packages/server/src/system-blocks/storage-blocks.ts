import { password, systemBlock, text, textOrNone, yesOrNo } from "./system-block.ts";

const capabilities = ["get-directory", "put-directory", "read-path", "write-path"];
const secretOrNone = { anyOf: [password, { type: "null" }] };
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

export const secretBlock = systemBlock({
  slug: "secret",
  name: "Secret",
  about: "One secret value: a text, or anything that JSON can hold.",
  isProtected: true,
  fields: {
    value: {
      schema: {
        anyOf: [password, { title: "string", type: "string" }, { $ref: "#/definitions/JsonValue", title: "JSON" }],
        format: "password",
        writeOnly: true,
      },
      about: "The value to keep secret.",
      secret: "value",
    },
  },
  definitions: { JsonValue: {} },
  example: { module: "prefect.blocks.system", call: 'Secret(value="…")' },
});

export const webhookBlock = systemBlock({
  slug: "webhook",
  name: "Webhook",
  about: "An address that is called over HTTP.",
  isProtected: true,
  fields: {
    method: { schema: { enum: methods, type: "string" }, about: "The method of the request.", fallback: "POST" },
    url: { schema: password, about: "The address, with whatever secret it has in it.", title: "URL", secret: "value" },
    headers: {
      schema: { title: "Headers", type: "object" },
      about: "Headers of the request. All of their values are secrets.",
      fallback: {},
      secret: "below",
    },
    allow_private_urls: {
      schema: yesOrNo,
      about: "Whether the address may be one of a private network.",
      title: "Allow private URLs",
      fallback: true,
    },
    verify: { schema: yesOrNo, about: "Whether the certificate of the address is checked.", fallback: true },
  },
  example: { module: "prefect.blocks.webhook", call: 'Webhook(url="https://example.com/hook")' },
});

export const localFileSystemBlock = systemBlock({
  slug: "local-file-system",
  name: "Local File System",
  about: "Files in a folder of the machine where a run works.",
  isProtected: true,
  capabilities,
  fields: {
    basepath: {
      schema: textOrNone,
      about: "The folder; the one in which the program works unless given.",
      title: "Base path",
      fallback: null,
    },
  },
  example: { module: "prefect.filesystems", call: 'LocalFileSystem(basepath="/data")' },
});

export const remoteFileSystemBlock = systemBlock({
  slug: "remote-file-system",
  name: "Remote File System",
  about: "Files at any place that fsspec reaches, such as s3://bucket/folder.",
  capabilities,
  fields: {
    basepath: { schema: text, about: "The folder, with its scheme.", title: "Base path" },
    settings: { schema: { type: "object" }, about: "What fsspec is given to open the place.", fallback: {} },
  },
  example: { module: "prefect.filesystems", call: 'RemoteFileSystem(basepath="s3://bucket/folder")' },
});

export const smbBlock = systemBlock({
  slug: "smb",
  name: "SMB",
  about: "Files of a Windows or Samba share.",
  capabilities,
  fields: {
    share_path: { schema: text, about: "The share, and a folder in it: /SHARE/folder." },
    smb_username: {
      schema: secretOrNone,
      about: "The user of the share.",
      title: "SMB username",
      fallback: null,
      secret: "value",
    },
    smb_password: {
      schema: secretOrNone,
      about: "The password of the user.",
      title: "SMB password",
      fallback: null,
      secret: "value",
    },
    smb_host: { schema: text, about: "The name of the server.", title: "SMB host" },
    smb_port: {
      schema: { anyOf: [{ type: "integer" }, { type: "null" }] },
      about: "The port of the server; 445 unless given.",
      title: "SMB port",
      fallback: null,
    },
  },
  example: { module: "prefect.filesystems", call: 'SMB(share_path="/SHARE/folder", smb_host="files")' },
});

import { Icon, type IconName } from "../components/icon.tsx";

/** Marks of types that each server has. Others are marked by the first letters of their names. */
const marks: Readonly<Record<string, IconName>> = {
  secret: "lock",
  webhook: "link",
  "custom-webhook": "link",
  "local-file-system": "folder",
  "remote-file-system": "cloud",
  smb: "folder",
  email: "mail",
  "email-server-credentials": "mail",
  "sendgrid-email": "mail",
};

/** The mark of a block type, before its name. */
export function BlockMark({ slug, name }: { readonly slug: string; readonly name: string }) {
  const icon = marks[slug];
  return (
    <span
      aria-hidden="true"
      className="inline-flex size-6 shrink-0 items-center justify-center rounded-md border bg-sunken text-2xs font-semibold text-muted select-none"
    >
      {icon === undefined ? initialsOf(name) : <Icon name={icon} className="size-3.5" />}
    </span>
  );
}

/** `AWS Credentials` is `AC`, `Warehouse` is `Wa`. */
function initialsOf(name: string): string {
  const [first = "", second] = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  if (second === undefined) return [...first].slice(0, 2).join("");
  return `${[...first][0] ?? ""}${[...second][0] ?? ""}`;
}

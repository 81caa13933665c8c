import { DurationField } from "../automations/fields.tsx";
import { Select, TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { Switch } from "../components/switch.tsx";
import type { SignatureDraft } from "./webhook-draft.ts";

const algorithms = ["sha256", "sha512", "sha1"].map((value) => ({ value, label: value.toUpperCase() })) as {
  value: SignatureDraft["algorithm"];
  label: string;
}[];
const encodings = [
  { value: "hex", label: "hexadecimal" },
  { value: "base64", label: "Base64" },
] as const;
const schemes = [
  { value: "plain", label: "of the body" },
  { value: "timestamped", label: "of a time and the body, as Stripe signs" },
] as const;

/** Whether posts are signed with a key, and how. */
export function SignatureFields(props: {
  readonly signature: SignatureDraft;
  /** Whether a key is kept already. */
  readonly hasKept: boolean;
  readonly needsSecret: boolean;
  readonly onChange: (signature: SignatureDraft) => void;
}) {
  const { signature, hasKept, needsSecret, onChange } = props;
  const change = (changed: Partial<SignatureDraft>) => onChange({ ...signature, ...changed });
  const isTimed = signature.scheme === "timestamped";
  return (
    <div className="flex min-w-0 flex-col gap-3 p-3">
      <div className="flex items-start gap-2">
        <Switch
          label="Check the signature of posts"
          on={signature.isChecked}
          onChange={(isChecked) => change({ isChecked })}
        />
        <span>
          {signature.isChecked
            ? "Only posts that are signed with the key make events."
            : "Whoever knows the address can post. With a key that sender and server share, only the sender can."}
        </span>
      </div>
      {signature.isChecked ? (
        <div className="grid grid-cols-1 items-start gap-x-3 gap-y-2 sm:grid-cols-2">
          <Labelled name="Header with the signature" required>
            <TextField
              value={signature.header}
              aria-required
              spellCheck={false}
              autoComplete="off"
              className="font-mono !text-xs"
              onChange={({ target }) => change({ header: target.value })}
            />
          </Labelled>
          <Labelled name="Key" required={needsSecret}>
            <TextField
              type="password"
              value={signature.secret}
              aria-required={needsSecret}
              autoComplete="new-password"
              placeholder={hasKept && !needsSecret ? "stays as it is" : ""}
              onChange={({ target }) => change({ secret: target.value })}
            />
          </Labelled>
          <div className="flex flex-wrap items-center gap-1.5 sm:col-span-2">
            <span>It is the</span>
            <Select
              label="Encoding of the signature"
              value={signature.encoding}
              options={encodings}
              onChange={(encoding) => change({ encoding })}
            />
            <span>HMAC with</span>
            <Select
              label="Algorithm of the signature"
              value={signature.algorithm}
              options={algorithms}
              onChange={(algorithm) => change({ algorithm })}
            />
            <Select
              label="What is signed"
              value={signature.scheme}
              options={schemes}
              onChange={(scheme) => change({ scheme })}
            />
            {isTimed ? (
              <>
                <span>, not older than</span>
                <DurationField
                  label="How old a signature may be"
                  seconds={signature.toleranceSeconds}
                  onChange={(toleranceSeconds) => change({ toleranceSeconds })}
                />
              </>
            ) : (
              <>
                <span>after</span>
                <TextField
                  aria-label="What stands before the signature"
                  placeholder="nothing"
                  value={signature.prefix}
                  onChange={({ target }) => change({ prefix: target.value })}
                  className="w-24 font-mono !text-xs"
                />
              </>
            )}
          </div>
        </div>
      ) : null}
    </div>
  );
}

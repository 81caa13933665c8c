import { useEffect, useState } from "react";
import type { Question } from "../api/types.ts";
import { pageAddress } from "../base-path.ts";
import { Button } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";

const copiedMs = 1500;

/** Copies the address of a page that shows this question alone, to be sent to whoever is to answer. */
export function CopyLink({ question }: { readonly question: Question }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), copiedMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      icon={isCopied ? "check" : "link"}
      title="An address with this question alone, for whoever is to answer"
      onClick={() => void copyText(answerAddress(question)).then(() => setCopied(true))}
    >
      {isCopied ? "Copied" : "Copy link"}
    </Button>
  );
}

function answerAddress({ flow_run_id, id }: Question): string {
  return pageAddress(`runs/flow-run/${flow_run_id}/answer?question=${id}`);
}

import { Link } from "@tanstack/react-router";
import type { PersistedResult } from "../api/types.ts";
import { Copyable } from "../components/copy.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";

/** The location, format and expiration of a result that the run's client stores. */
export function PersistedResultFacts({ result }: { readonly result: PersistedResult }) {
  return (
    <Facts>
      <Fact name="Storage key">
        <Copyable text={result.storage_key} label="Copy the storage key" />
      </Fact>
      {result.serializer === null ? null : <Fact name="Serializer">{result.serializer}</Fact>}
      {result.expiration === null ? null : (
        <Fact name="Expires">
          <RelativeTime time={result.expiration} />
        </Fact>
      )}
      {result.storage_block_id === null ? null : (
        <Fact name="Storage block">
          <Link
            to="/blocks/block/$id"
            params={{ id: result.storage_block_id }}
            className="break-all text-accent hover:underline"
          >
            {result.storage_block_id}
          </Link>
        </Fact>
      )}
    </Facts>
  );
}

import { Link } from "@tanstack/react-router";
import { buttonClass } from "../components/button.tsx";

/** The way from an event to an automation that events like it fire. */
export function AutomateLink({ id }: { readonly id: string }) {
  return (
    <Link to="/automations/new" search={{ event: id }} className={buttonClass()}>
      Make an automation from this
    </Link>
  );
}

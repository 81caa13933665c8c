import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** The content of an empty list: what the things of the list are, and links to what a first one may begin with. */
export function FirstChoice<Name extends string>(props: {
  readonly title: string;
  readonly about: string;
  readonly choices: readonly { readonly name: Name; readonly label: string; readonly about: string }[];
  readonly linkTo: (name: Name) => Pick<LinkProps, "to" | "search">;
  readonly children: ReactNode;
}) {
  return (
    <section className="mx-auto flex w-full max-w-2xl min-w-0 flex-col gap-3 px-1 py-8 sm:px-4 sm:py-12">
      <h2 className="text-base font-semibold">{props.title}</h2>
      <p className="text-muted">{props.about}</p>
      <ul className="grid grid-cols-1 gap-1.5 sm:grid-cols-2">
        {props.choices.map(({ name, label, about }) => (
          <li key={name}>
            <Link
              {...props.linkTo(name)}
              className="flex flex-col rounded-md border bg-surface px-3 py-2 hover:bg-hover"
            >
              <span className="font-medium">{label}</span>
              <span className="text-xs text-muted">{about}</span>
            </Link>
          </li>
        ))}
      </ul>
      {props.children}
    </section>
  );
}

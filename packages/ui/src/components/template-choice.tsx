/** What something new begins with, as cards of which one is chosen. */
export function TemplateChoice<Name extends string>(props: {
  readonly label: string;
  readonly choices: readonly { readonly name: Name; readonly label: string; readonly about: string }[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}) {
  const { chosen, onChoose } = props;
  return (
    <div role="radiogroup" aria-label={props.label} className="grid grid-cols-2 gap-1.5 md:grid-cols-3 lg:grid-cols-4">
      {props.choices.map(({ name, label, about }) => (
        <label
          key={name}
          className={`flex cursor-pointer flex-col rounded-md border px-2.5 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-accent ${
            name === chosen ? "border-accent bg-accent-soft" : "bg-surface hover:bg-hover"
          }`}
        >
          <input
            type="radio"
            name={props.label}
            className="sr-only"
            checked={name === chosen}
            onChange={() => onChoose(name)}
            aria-label={label}
          />
          <span className="font-medium">{label}</span>
          <span className="text-xs text-muted">{about}</span>
        </label>
      ))}
    </div>
  );
}

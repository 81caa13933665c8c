import { Dialog } from "../components/dialog.tsx";
import { shortcuts } from "./shortcuts.ts";

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog open title="Keyboard" onOpenChange={(open) => open || onClose()}>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5">
        {shortcuts.map((shortcut) => (
          <div key={shortcut.keys} className="contents">
            <dt>
              <kbd className="rounded-sm border bg-sunken px-1.5 py-0.5 text-xs">{shortcut.keys}</kbd>
            </dt>
            <dd className="text-muted">{shortcut.does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Whether keys pressed there write text, so that they are not shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !isBox(target)
  );
}

function isBox(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && target.type === "checkbox";
}

/** Has the browser download a file that the page made. */
export function saveFile(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser starts the download after this task.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

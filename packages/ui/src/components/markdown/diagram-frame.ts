import type { DiagramColors, DiagramWindow, Drawing } from "./diagram-program.ts";
import programAddress from "./diagram-program.ts?worker&url";

let frame: Promise<DiagramWindow> | undefined;

/** Draws a diagram in the frame, which is made with the first one and kept. */
export async function drawDiagram(source: string, colors: DiagramColors): Promise<Drawing> {
  try {
    frame ??= makeFrame();
    const { drawDiagram: draw } = await frame;
    return await draw(source, colors);
  } catch (error) {
    // The next diagram tries it again.
    frame = undefined;
    return { kind: "undrawn", problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A document that may run the program and nothing else: its policy lets it fetch neither pictures nor styles nor data. */
function makeFrame(): Promise<DiagramWindow> {
  const address = new URL(programAddress, document.baseURI);
  const element = document.createElement("iframe");
  element.title = "Diagrams";
  element.setAttribute("aria-hidden", "true");
  element.setAttribute("sandbox", "allow-scripts allow-same-origin");
  element.tabIndex = -1;
  element.inert = true;
  // Texts are measured in it, so it has a size; nobody sees it.
  element.style.cssText =
    "position: fixed; left: -10000px; top: 0; width: 1200px; height: 800px; border: 0; visibility: hidden";
  const policy = `default-src 'none'; script-src ${address.origin}; style-src 'unsafe-inline'`;
  element.srcdoc = `<!doctype html><meta http-equiv="content-security-policy" content="${policy}"><script type="module" src="${address.href}"></script>`;
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => {
      const made = element.contentWindow;
      if (made !== null && hasProgram(made)) return resolve(made);
      element.remove();
      reject(new Error("What draws diagrams could not be loaded. Load the page again."));
    });
    document.body.append(element);
  });
}

function hasProgram(made: Window): made is DiagramWindow {
  return "drawDiagram" in made;
}

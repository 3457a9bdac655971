import type { Answer, Ask } from "./messages.ts";

interface Mermaid {
  initialize(config: object): void;
  render(id: string, source: string): Promise<{ svg: string }>;
}

// Runs in a frame without an origin of its own: it reaches neither the page nor the service.
const tell = (answer: Answer) => parent.postMessage(answer, location.origin);

addEventListener("message", ({ data, origin, source }: MessageEvent<Ask>) => {
  if (source !== parent || origin !== location.origin || typeof data?.source !== "string") return;
  drawn(data).then(tell, (error: unknown) => tell({ kind: "failed", why: error instanceof Error ? error.message : String(error) }));
});

async function drawn({ source, dark }: Ask): Promise<Answer> {
  const { mermaid } = globalThis as unknown as { mermaid: Mermaid };
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    theme: dark ? "dark" : "neutral",
    fontFamily: "system-ui, sans-serif",
    maxTextSize: 20_000,
    maxEdges: 300,
    // What a diagram's own directives may not change.
    secure: ["secure", "securityLevel", "startOnLoad", "suppressErrorRendering", "htmlLabels", "theme", "themeCSS", "themeVariables", "fontFamily", "maxTextSize", "maxEdges", "dompurifyConfig"],
  });
  const { svg } = await mermaid.render("diagram", source);
  const element = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (!element) throw new Error("Nothing was drawn.");
  const { width, height } = element.viewBox.baseVal;
  // An image is as large as its own words say.
  element.setAttribute("width", String(width));
  element.setAttribute("height", String(height));
  element.removeAttribute("style");
  return { kind: "drawn", svg: new XMLSerializer().serializeToString(element), width, height };
}

tell({ kind: "ready" });

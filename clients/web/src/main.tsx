import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadMarkdown } from "./content/Markdown.tsx";
import { Door } from "./session/Door.tsx";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/threads.css";
import "./styles/palette.css";
import "./styles/conversation.css";
import "./styles/content.css";
import "./styles/steps.css";
import "./styles/memory.css";
import "./styles/session.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Door />
  </StrictMode>,
);

// Not needed to type, but soon after.
addEventListener("load", () => void loadMarkdown());

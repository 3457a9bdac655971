import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Door } from "./session/Door.tsx";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/conversation.css";
import "./styles/steps.css";
import "./styles/memory.css";
import "./styles/session.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Door />
  </StrictMode>,
);

import { AgentsClient } from "@orleans-agents/client";
import { askAgain, heldToken } from "../session/session.ts";

/** The service that served this page, for whoever is signed in. */
export const client = new AgentsClient({ token: heldToken, onUnauthenticated: askAgain });

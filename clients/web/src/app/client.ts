import { AgentsClient } from "@orleans-agents/client";

/** The service that served this page. */
export const client = new AgentsClient();

import { createContext, useContext } from "react";
import type { UseThread } from "@orleans-agents/client/react";

/** The thread's commands, for whatever stands deep inside a message. */
export const ThreadCommands = createContext<UseThread | undefined>(undefined);

export const useCommands = () => useContext(ThreadCommands)!;

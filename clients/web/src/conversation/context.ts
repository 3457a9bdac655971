import { createContext, useContext } from "react";
import type { ThreadCommands as Commands } from "@orleans-agents/client/react";

/** The thread's commands, for whatever stands deep inside a message. */
export const ThreadCommands = createContext<Commands | undefined>(undefined);

export const useCommands = () => useContext(ThreadCommands)!;

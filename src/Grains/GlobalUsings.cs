// The word belongs to conversations here; the runtime's own is not used.
global using ThreadState = OrleansAgents.Core.Threads.ThreadState;

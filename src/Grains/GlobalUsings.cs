// The runtime's own ThreadState is not used here.
global using ThreadState = OrleansAgents.Core.Threads.ThreadState;

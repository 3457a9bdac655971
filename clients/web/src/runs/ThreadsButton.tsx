/** Opens the list of conversations where it is a drawer. */
export const ThreadsButton = ({ onThreads }: { onThreads: () => void }) => (
  <button type="button" className="icon only-narrow" aria-label="Conversations" onClick={onThreads}>
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" /></svg>
  </button>
);

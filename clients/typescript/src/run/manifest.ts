/** What went into a request at what cost, and what stayed out and why. */
export interface ContextManifest {
  /** Tokens that there were. */
  budget: number;
  /** Tokens that were taken. */
  tokens: number;
  /** Version of the thread's memory that it is made of; absent without one. */
  memoryVersion?: null | number;
  parts: ContextPart[];
  out: LeftOut[];
}

export interface ContextPart {
  /** `instructions`, `tools`; of earlier turns `summaries`, `facts`, `passages`, `turns`; `input`; of the run itself `kept`, `messages`. */
  part: string;
  tokens: number;
  /** Of earlier turns the turns that it is from, of the run itself the seqs. */
  of?: null | NumberRange[];
}

/** What a request does not hold word for word. */
export interface LeftOut {
  /** `turns` or `messages`. */
  what: string;
  of: NumberRange[];
  tokens: number;
  why: string;
}

/** Both included. */
export interface NumberRange {
  from: number;
  through: number;
}

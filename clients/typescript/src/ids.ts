const Letters = "abcdefghijklmnopqrstuvwxyz234567";

/** 160 random bits in 32 letters. */
export function randomId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return prefix + Array.from(bytes, (b) => Letters[b & 31]).join("");
}

export const newThreadId = () => randomId("thr_");
export const newCommandId = () => randomId("cmd_");

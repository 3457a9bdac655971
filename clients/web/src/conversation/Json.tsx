/** A value as people read it: a text as it is, everything else as indented JSON. */
export function readable(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  const text = value.trim();
  if (!/^[[{]/.test(text)) return value;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return value;
  }
}

export function Json({ value, label }: { value: unknown; label: string }) {
  return <pre className="json" tabIndex={0} aria-label={label}>{readable(value)}</pre>;
}

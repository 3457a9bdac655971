import { Value } from "../content/Value.tsx";

/** More than that is no form any longer. */
const most = 40;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isShort = (value: unknown) => (typeof value === "string" ? value.length <= 200 && !value.includes("\n") : typeof value !== "object" || value === null);

/** What went into a call, by name. */
export function Fields({ value, label }: { value: unknown; label: string }) {
  if (isObject(value) && Object.keys(value).length === 0) return <p className="note">Called without arguments.</p>;
  if (!isObject(value) || Object.keys(value).length > most) return <><p className="part">Arguments</p><Value value={value} label={label} /></>;
  return (
    <dl className="fields" aria-label={label}>
      {Object.entries(value).map(([name, of]) => (
        <div key={name} className={isShort(of) ? "short" : undefined}>
          <dt>{name}</dt>
          <dd>{isShort(of) ? <span className={typeof of === "string" ? undefined : "literal"}>{String(of)}</span> : <Value value={of} label={name} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names of arguments that say most about a call, in this order. */
const telling = ["query", "q", "question", "path", "file", "url", "command", "title", "name", "subject", "id"];

/** One short argument of a call. */
export function tellingOf(args: unknown): string {
  if (!isObject(args)) return "";
  const says = (value: unknown) => (typeof value === "string" && value.trim() !== "") || typeof value === "number";
  const name = telling.find((n) => says(args[n]));
  const value = name === undefined ? Object.values(args).find(says) : args[name];
  return value === undefined ? "" : String(value).slice(0, 120);
}

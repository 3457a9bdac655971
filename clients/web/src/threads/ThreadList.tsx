import type { ThreadSummary } from "@orleans-agents/client";
import { ago, exactly, groupsOf, standingOf, titleOf } from "../app/words.ts";
import { hrefOf } from "../app/route.ts";
import { useNow } from "../app/hooks.ts";
import { Who } from "../session/Who.tsx";

interface Props {
  threads?: ThreadSummary[];
  failed: boolean;
  current?: string;
  onChoose?: () => void;
}

/** Every thread with where it stands, first those that wait for somebody. */
export function ThreadList({ threads, failed, current, onChoose }: Props) {
  const now = useNow(true, 30_000);
  return (
    <>
      <div className="list-head">
        <a className="brand" href={hrefOf()} onClick={onChoose}>
          <img src="/icon.svg" width="20" height="20" alt="" />
          <span>OrleansAgents</span>
        </a>
        <a className="button" href={hrefOf()} onClick={onChoose} aria-current={current === undefined ? "page" : undefined}>New</a>
      </div>
      {failed && <p className="banner away" role="status">The service cannot be reached.</p>}
      <div className="list-body">
        {threads?.length === 0 && <p className="note">Nothing yet. What you ask stays here.</p>}
        {groupsOf(threads ?? []).map((group) => (
          <section key={group.name} aria-label={group.name}>
            <h2>{group.name}</h2>
            <ul>
              {group.threads.map((t) => (
                <li key={t.id}>
                  <a href={hrefOf(t.id)} onClick={onChoose} aria-current={t.id === current ? "page" : undefined}>
                    <span className="title">{titleOf(t, t.run?.input)}</span>
                    <Standing thread={t} />
                    <time dateTime={t.updatedAt} title={exactly(t.updatedAt)}>{ago(t.updatedAt, now)}</time>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Who />
      <p className="list-foot"><a href="/docs">API reference</a></p>
    </>
  );
}

function Standing({ thread }: { thread: ThreadSummary }) {
  const { word, tone } = standingOf(thread.run);
  return <span className={`standing ${tone}`}><span className={`dot ${tone}`} aria-hidden="true" />{word}</span>;
}

import { lazy, Suspense, useState } from "react";
import type { ThreadView } from "@orleans-agents/client";
import { PlacesContext, usePlaces } from "./places.ts";
import { Tabs } from "./Tabs.tsx";

// Neither is needed to type; both come right after what is.
const Steps = lazy(() => import("../steps/Steps.tsx").then(({ Steps }) => ({ default: Steps })));
const Memory = lazy(() => import("../memory/Memory.tsx").then(({ Memory }) => ({ default: Memory })));

const tabs = [{ name: "steps" as const, title: "Steps" }, { name: "memory" as const, title: "Memory" }];

/** What stands beside the conversation: how the answers came to be, and what older turns are remembered as. */
export function Panel({ thread }: { thread?: ThreadView }) {
  const [tab, setTab] = useState<"steps" | "memory">("steps");
  const [version, setVersion] = useState<number>();
  const places = usePlaces();
  const toMemory = (version: number) => {
    setVersion(version);
    setTab("memory");
  };
  return (
    <PlacesContext.Provider value={{ ...places, toMemory }}>
      <Tabs label="About this conversation" tabs={tabs} chosen={tab} onChoose={setTab}>
        <h2 className="unseen">{tab === "steps" ? "Steps" : "Memory"}</h2>
        <Suspense>
          {tab === "steps" ? <Steps thread={thread} />
            : thread ? <Memory thread={thread} chosen={version} onChoose={setVersion} />
            : <p className="note empty">What older turns are remembered as shows up here.</p>}
        </Suspense>
      </Tabs>
    </PlacesContext.Provider>
  );
}

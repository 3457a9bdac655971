import "../styles/runs.css";
import { RunList } from "./RunList.tsx";
import { RunPage } from "./RunPage.tsx";
import type { RunPlace } from "./place.ts";

interface Props {
  place: RunPlace;
  /** Opens the list of conversations where it is a drawer. */
  onThreads: () => void;
}

/** The list of runs, or one of them. A chunk of its own: nobody who only talks loads it. */
export default function RunPages({ place, onThreads }: Props) {
  return place.runId ? <RunPage key={place.runId} runId={place.runId} step={place.step} onThreads={onThreads} /> : <RunList onThreads={onThreads} />;
}

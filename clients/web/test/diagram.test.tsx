import { act } from "react";
import { describe, expect, it, vi } from "vitest";
import { Frame } from "../src/content/diagram/Frame.tsx";
import { answerOf } from "../src/content/diagram/messages.ts";
import { draw } from "./draw.tsx";

describe("The frame that draws", () => {
  it.each([null, "ready", { kind: "drawn", svg: "<svg/>", width: -1, height: 5 }, { kind: "drawn", svg: "<svg/>", width: 1e9, height: 5 }, { kind: "drawn", svg: 5, width: 5, height: 5 }, { kind: "run" }])(
    "is not understood when it says %j", (data) => expect(answerOf(data)).toBeUndefined());

  it("is told what is wrong with a picture that is too large", () =>
    expect(answerOf({ kind: "drawn", svg: "x".repeat(5_000_000), width: 5, height: 5 })).toEqual({ kind: "failed", why: "It is too large to be shown." }));

  it("has no origin, and is heard only when it speaks itself", async () => {
    const [onDrawn, onFailed] = [vi.fn(), vi.fn()];
    const { host } = await draw(<Frame source="flowchart LR" dark={false} onDrawn={onDrawn} onFailed={onFailed} />);
    const frame = host.querySelector("iframe")!;
    expect(frame.getAttribute("sandbox")).toBe("allow-scripts");
    Object.defineProperty(frame, "contentWindow", { value: { postMessage() {} } });
    const drawn = { kind: "drawn", svg: "<svg/>", width: 5, height: 5 };
    const say = (origin: string, source: unknown) => act(async () => void dispatchEvent(Object.assign(new Event("message"), { data: drawn, origin, source })));
    await say("null", window);
    await say(location.origin, frame.contentWindow);
    expect(onDrawn).not.toHaveBeenCalled();
    await say("null", frame.contentWindow);
    expect(onDrawn).toHaveBeenCalledWith(drawn);
  });

  it("that never answers is given up", async () => {
    vi.useFakeTimers();
    const onFailed = vi.fn();
    await draw(<Frame source="flowchart LR" dark={false} onDrawn={() => {}} onFailed={onFailed} />);
    await act(async () => vi.advanceTimersByTime(20_000));
    expect(onFailed).toHaveBeenCalled();
    vi.useRealTimers();
  });
});

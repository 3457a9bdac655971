import { beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError } from "@orleans-agents/client";
import { kept, type Unsent } from "../src/conversation/outbox/kept.ts";
import { Outbox } from "../src/conversation/outbox/Outbox.ts";

const user = "local/ann";
const said = (input: string, threadId = "thr_1") => ({ threadId, input });

/** A service that answers when the test lets it. */
function service() {
  const posted: { message: Unsent; answer: (seq: number) => void; fail: (error: unknown) => void }[] = [];
  const pauses: (() => void)[] = [];
  const outbox = () => new Outbox({
    post: (message) => new Promise((answer, fail) => posted.push({ message, answer, fail })),
    wait: () => new Promise((resolve) => pauses.push(resolve)),
  });
  return { posted, pauses, outbox };
}

const states = (outbox: Outbox) => outbox.get().map((m) => [m.input, m.state]);
const until = (check: () => void) => vi.waitFor(check, { interval: 1 });

beforeEach(() => localStorage.clear());

describe("A message on its way", () => {
  it("is sent again with its key until the service has it, and then no more", async () => {
    const { posted, pauses, outbox } = service();
    const box = outbox();
    box.open(user);
    box.add(said("Hello"));
    posted[0]!.fail(new TypeError("away"));
    await until(() => expect(states(box)).toEqual([["Hello", "away"]]));
    expect(kept(user)).toHaveLength(1);
    pauses[0]!();
    await until(() => expect(posted).toHaveLength(2));
    expect(posted[1]!.message.key).toBe(posted[0]!.message.key);
    posted[1]!.answer(7);
    await until(() => expect(box.get()).toMatchObject([{ state: "sent", seq: 7 }]));
    expect(kept(user)).toEqual([]);
  });

  it("outlives the page, for the person who wrote it alone", async () => {
    const { posted, outbox } = service();
    const before = outbox();
    before.open(user);
    before.add(said("Hello"));
    const other = outbox();
    other.open("local/bob");
    expect(other.get()).toEqual([]);
    const after = outbox();
    after.open(user);
    expect(states(after)).toEqual([["Hello", "sending"]]);
    await until(() => expect(posted).toHaveLength(2));
    expect(posted[1]!.message).toEqual(posted[0]!.message);
  });

  it("waits for the one before it in its conversation, and for none in another", async () => {
    const { posted, outbox } = service();
    const box = outbox();
    for (const message of [said("One"), said("Two"), said("Other", "thr_2")]) box.add(message);
    expect(posted.map((p) => p.message.input)).toEqual(["One", "Other"]);
    posted[0]!.answer(1);
    await until(() => expect(posted.map((p) => p.message.input)).toEqual(["One", "Other", "Two"]));
  });

  it("that is refused says why, stops nothing behind it, and is not sent after a reload", async () => {
    const { posted, outbox } = service();
    const box = outbox();
    box.open(user);
    box.add(said("One"));
    box.add(said("Two"));
    posted[0]!.fail(new ProblemError(400, "invalid_request", "Too long."));
    await until(() => expect(box.get()).toMatchObject([{ state: "refused", failure: "Too long." }, { state: "sending" }]));
    expect(kept(user).map((m) => m.input)).toEqual(["Two"]);
  });

  it("can be taken back while it waits", async () => {
    const { posted, pauses, outbox } = service();
    const box = outbox();
    box.open(user);
    box.add(said("Hello"));
    posted[0]!.fail(new TypeError("away"));
    await until(() => expect(pauses).toHaveLength(1));
    box.cancel(box.get()[0]!.key);
    pauses[0]!();
    await new Promise((resolve) => setTimeout(resolve));
    expect([posted.length, box.get(), kept(user)]).toEqual([1, [], []]);
  });

  it("that another tab has sent is not sent again", async () => {
    const { posted, pauses, outbox } = service();
    const box = outbox();
    box.open(user);
    box.add(said("Hello"));
    posted[0]!.fail(new TypeError("away"));
    await until(() => expect(pauses).toHaveLength(1));
    localStorage.clear();
    pauses[0]!();
    await until(() => expect(box.get()).toEqual([]));
    expect(posted).toHaveLength(1);
  });

  it("is kept within bounds, and is sent beyond them as well", () => {
    const { posted, outbox } = service();
    const box = outbox();
    box.open(user);
    for (let n = 0; n < 60; n++) box.add(said(`${n}`, `thr_${n}`));
    expect([kept(user).length, posted.length]).toEqual([50, 60]);
  });

  it("is nothing that somebody else put into storage", () => {
    localStorage.setItem(`orleans-agents.unsent.${user}`, '[{"key":1},null,"x"]');
    expect(kept(user)).toEqual([]);
    localStorage.setItem(`orleans-agents.unsent.${user}`, "{");
    expect(kept(user)).toEqual([]);
  });
});

import type { Page } from "../client.js";

interface Part<T> {
  cursor?: string;
  /** Nothing as new as this is on it. */
  above: number;
  /** As it was read last; not yet read where there is none. */
  page?: Page<T>;
}

/** Parts that are compared with the service's; what is gone from a deeper one is noticed when it is opened. */
const compared = 5;

/** What was read of a list, page behind page, newest first. */
export class Pages<T extends { id: string }> {
  /** All that is known. */
  items: T[] = [];
  private parts: Part<T>[] = [{ above: Infinity }];
  /** Everything as new as this was known when the first page was read last. */
  private whole = -Infinity;

  /**
   * @param list reads a page; one that did not change is the same object.
   * @param time what the list is ordered by, in milliseconds.
   * @param newer chooses between what is known and what is listed of one item.
   */
  constructor(
    private readonly list: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
    readonly time: (item: T) => number,
    private readonly newer: (known: T | undefined, listed: T) => T,
  ) {}

  get loaded() {
    return this.parts[0]!.page !== undefined;
  }

  get more() {
    return this.loaded && this.parts.at(-1)!.page === undefined;
  }

  /** Below this the list was not read. */
  get floor() {
    return this.more ? this.parts.at(-1)!.above : -Infinity;
  }

  /** Takes over what changed on the first page and on those behind it that were read. */
  async compare(signal: AbortSignal): Promise<void> {
    const read = this.parts.slice(0, compared).filter((part, n) => n === 0 || part.page);
    for (const part of read) if (this.parts.includes(part)) await this.read(part, signal);
  }

  async readMore(signal: AbortSignal): Promise<void> {
    if (this.more) await this.read(this.parts.at(-1)!, signal);
  }

  /** One item at its place, instead of what was known of it. */
  place(item: T) {
    const others = this.items.filter((t) => t.id !== item.id);
    const at = others.findIndex((t) => this.time(t) <= this.time(item));
    this.items = others.toSpliced(at < 0 ? others.length : at, 0, item);
  }

  remove(id: string) {
    this.items = this.items.filter((t) => t.id !== id);
  }

  /** What the service has between two times. What was known between them and is not listed was deleted, or is in another list now. */
  take(listed: T[], above: number, below: number) {
    const ids = new Set(listed.map((t) => t.id));
    const known = new Map(this.items.map((t) => [t.id, t]));
    const others = this.items.filter((t) => !ids.has(t.id) && !(this.time(t) < above && this.time(t) > below));
    this.items = [...others, ...listed.map((t) => this.newer(known.get(t.id), t))].sort((a, b) => this.time(b) - this.time(a));
  }

  private async read(part: Part<T>, signal: AbortSignal): Promise<void> {
    const page = await this.list(part.cursor, signal);
    if (page === part.page) return;
    const next = page.nextCursor ?? undefined;
    const last = page.items.at(-1);
    const oldest = last ? this.time(last) : -Infinity;
    const isFirst = part === this.parts[0];
    // More came than a page holds: what lies between is not known, and what lies below is read again.
    if (isFirst && part.page && next && oldest > this.whole) this.parts = [part];
    this.take(page.items, part.above, next ? oldest : -Infinity);
    if (isFirst && page.items[0]) this.whole = this.time(page.items[0]);
    part.page = page;
    const at = this.parts.indexOf(part);
    if (!next) this.parts.length = at + 1;
    else if (at === this.parts.length - 1) this.parts.push({ cursor: next, above: oldest });
  }
}

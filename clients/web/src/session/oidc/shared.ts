import { pause } from "@orleans-agents/client";
import { isFinal, renew, type Authority, type Tokens } from "./authority.ts";
import { leadByLock, type Lead } from "./lead.ts";

/** What tabs of this browser send each other. Other origins and other browsers do not receive it. */
type Message =
  | { ask: true }
  | { none: true }
  | { tokens: Tokens }
  /** The service has refused this access token. */
  | { refused: string }
  /** The tab that leads is using this refresh token. */
  | { renewing: string }
  | { out: true };

export const channelName = "orleans-agents.sign-in";
const answersWithin = 5_000;
const renewsWithin = 15_000;
const betweenRenewals = 5_000;
/** The longest delay of a browser's timer. */
const longest = 2 ** 31 - 1;

export interface SharedOptions {
  /** There is another access token; none after somebody has signed out. */
  changed: (access: string | undefined) => void;
  lead?: Lead;
  renewTokens?: typeof renew;
}

/** One sign-in at the authority for all tabs: they share its tokens, and the one that leads renews them. */
export class SharedSignIn {
  private readonly channel = new BroadcastChannel(channelName);
  private readonly waits = new Set<() => void>();
  private readonly lead: ReturnType<Lead>;
  private tokens?: Tokens;
  private leads = false;
  private areOthersOut = false;
  /** The refresh token that another tab was using when it was heard of last. */
  private inUse?: { refresh: string; since: number };
  private renewing?: Promise<void>;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly authority: Authority, private readonly options: SharedOptions) {
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data);
    this.lead = (options.lead ?? leadByLock)((leads) => {
      this.leads = leads;
      this.schedule();
      this.look();
    });
  }

  /** The access token that the other tabs have. There is none where this tab leads without one. */
  async ask(): Promise<string | undefined> {
    this.send({ ask: true });
    await this.until(() => this.tokens !== undefined || this.leads || this.areOthersOut, answersWithin);
    return this.tokens?.access;
  }

  /** Shares tokens that this tab got. */
  give(given: Tokens): void {
    // A clock that was set back must not make them older than those before.
    const tokens = { ...given, since: Math.max(given.since, (this.tokens?.since ?? 0) + 1) };
    this.send({ tokens });
    this.hold(tokens);
  }

  /** An access token other than the refused one; renews where that can help. */
  async newer(refused: string | undefined): Promise<string | undefined> {
    const newer = () => (this.tokens?.access === refused ? undefined : this.tokens?.access);
    const isOver = () => newer() !== undefined || this.tokens?.refresh === undefined;
    if (isOver() || isYoung(this.tokens!)) return newer();
    if (this.leads) void this.renew();
    else this.send({ refused: this.tokens!.access });
    await this.until(isOver, renewsWithin);
    if (isOver() || this.leads || this.inUseFor() > 0) return newer();
    // The tab that leads is frozen.
    this.lead.seize();
    await this.until(() => this.leads || isOver(), renewsWithin);
    if (this.leads) void this.renew();
    await this.until(isOver, renewsWithin);
    return newer();
  }

  /** Signs out in all tabs. */
  end(): void {
    if (this.tokens) this.send({ out: true });
    this.close();
  }

  /** Leaves the other tabs to themselves. */
  close(): void {
    this.forget();
    this.lead.release();
    this.channel.close();
  }

  private hear(message: Message): void {
    if ("tokens" in message) this.hold(message.tokens);
    else if ("renewing" in message) this.inUse = { refresh: message.renewing, since: Date.now() };
    else if ("out" in message) {
      const had = this.tokens !== undefined;
      this.forget();
      if (had) this.options.changed(undefined);
    } else if ("ask" in message) {
      if (this.tokens) this.send({ tokens: this.tokens });
      else if (this.leads) this.send({ none: true });
    } else if ("none" in message) {
      this.areOthersOut = true;
      this.look();
    } else if (this.leads && this.tokens?.access === message.refused) void this.renew();
  }

  private hold(tokens: Tokens): void {
    // An answer to a question may be overtaken by a renewal.
    if (this.tokens && tokens.since <= this.tokens.since) return;
    const isNew = tokens.access !== this.tokens?.access;
    this.tokens = tokens;
    this.schedule();
    this.look();
    if (isNew) this.options.changed(tokens.access);
  }

  private forget(): void {
    this.tokens = undefined;
    clearTimeout(this.timer);
  }

  /** Renews after three quarters of the token's time. The rest is for a laptop that slept and an authority that was away. */
  private schedule(): void {
    clearTimeout(this.timer);
    const { refresh, since, until } = this.tokens ?? { since: 0 };
    if (!this.leads || refresh === undefined || until === undefined) return;
    const due = Math.max(since + (until - since) * 0.75, since + betweenRenewals) - Date.now();
    this.timer = setTimeout(() => void this.renew(), Math.min(Math.max(due, this.inUseFor()), longest));
  }

  /** How long another tab may still get an answer for the refresh token, in milliseconds: one that is used twice is taken for stolen. */
  private inUseFor = () => (this.inUse && this.inUse.refresh === this.tokens?.refresh ? Math.max(0, this.inUse.since + renewsWithin - Date.now()) : 0);

  private renew(): Promise<void> {
    return (this.renewing ??= this.tryRenewing().finally(() => (this.renewing = undefined)));
  }

  private async tryRenewing(): Promise<void> {
    const before = this.tokens;
    for (let n = 0; before?.refresh !== undefined && this.tokens === before && this.leads; n++) {
      try {
        this.send({ renewing: before.refresh });
        const tokens = await (this.options.renewTokens ?? renew)(this.authority, before);
        if (this.tokens === before) this.give(tokens);
      } catch (error) {
        if (this.tokens !== before) return;
        if (isFinal(error)) this.give({ ...before, refresh: undefined });
        else await pause(Math.min(1000 * 2 ** n, 30_000));
      }
    }
  }

  private send = (message: Message) => this.channel.postMessage(message);

  private look = () => this.waits.forEach((look) => look());

  private until(wanted: () => boolean, patience: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (wanted()) end();
      };
      const end = () => {
        clearTimeout(timer);
        this.waits.delete(look);
        resolve();
      };
      const timer = setTimeout(end, patience);
      this.waits.add(look);
      look();
    });
  }
}

/** The service refuses it for another reason than its age, so that a newer one would not help. */
const isYoung = ({ since, until = Infinity }: Tokens) => Date.now() < Math.min(since + 30_000, until);

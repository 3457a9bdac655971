import { pause } from "@orleans-agents/client";
import { isFinal, renew, type Authority, type Tokens } from "./authority.ts";

/** What tabs of this browser tell each other. Other origins and other browsers cannot listen. */
type Told = { ask: true } | { none: true } | { tokens: Tokens } | { refused: string } | { out: true };

const name = "orleans-agents.sign-in";
const answersWithin = 5_000;
const renewsWithin = 15_000;
/** A token that is refused so soon, and before its end, is not refused for its age. */
const isYoung = ({ since, until = Infinity }: Tokens) => Date.now() < Math.min(since + 30_000, until);
/** The longest that a browser's timer can wait. */
const longest = 2 ** 31 - 1;

export interface SharedOptions {
  /** There are tokens, or newer ones; none after somebody has signed out. */
  changed: (tokens: Tokens | undefined) => void;
  /** Calls back in one tab at a time, which goes on until it is closed. */
  lead?: (begin: () => void) => void;
  renewTokens?: typeof renew;
}

/** One sign-in at the authority for all tabs: they share its tokens, and one of them renews them for all. */
export class SharedSignIn {
  private readonly channel = new BroadcastChannel(name);
  private readonly waits = new Set<() => void>();
  private tokens?: Tokens;
  private leads = false;
  private areOthersOut = false;
  private renewing?: Promise<void>;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly authority: Authority, private readonly options: SharedOptions) {
    this.channel.onmessage = ({ data }: MessageEvent<Told>) => this.hear(data);
    (options.lead ?? leadByLock)(() => {
      this.leads = true;
      this.schedule();
      this.settle();
    });
  }

  /** What the other tabs have. There is none where this one leads. */
  async ask(): Promise<Tokens | undefined> {
    this.tell({ ask: true });
    await this.until(() => this.tokens !== undefined || this.leads || this.areOthersOut, answersWithin);
    return this.tokens;
  }

  /** Tokens of this tab's own, for all. */
  give(tokens: Tokens): void {
    this.tell({ tokens });
    this.hold(tokens);
  }

  /** After the service has refused a token: whether there is a newer one. */
  async renewed(refused: string | undefined): Promise<boolean> {
    const isNewer = () => this.tokens !== undefined && this.tokens.access !== refused;
    if (isNewer()) return true;
    if (!this.tokens || !this.mayRenew() || isYoung(this.tokens)) return false;
    if (this.leads) void this.renew();
    else this.tell({ refused: this.tokens.access });
    await this.until(() => isNewer() || !this.mayRenew(), renewsWithin);
    return isNewer();
  }

  /** Signs out in all tabs. */
  end(): void {
    if (this.tokens) this.tell({ out: true });
    this.forget();
  }

  close(): void {
    this.forget();
    this.channel.close();
  }

  private hear(told: Told): void {
    if ("tokens" in told) this.hold(told.tokens);
    else if ("out" in told) {
      const had = this.tokens !== undefined;
      this.forget();
      if (had) this.options.changed(undefined);
    } else if ("ask" in told) {
      if (this.tokens) this.tell({ tokens: this.tokens });
      else if (this.leads) this.tell({ none: true });
    } else if ("none" in told) {
      this.areOthersOut = true;
      this.settle();
    } else if (this.leads && this.tokens?.access === told.refused) void this.renew();
  }

  private hold(tokens: Tokens): void {
    // An answer to a question may cross a renewal.
    if (this.tokens && (tokens.since < this.tokens.since || (tokens.access === this.tokens.access && tokens.refresh === this.tokens.refresh))) return;
    const isNew = tokens.access !== this.tokens?.access;
    this.tokens = tokens;
    this.schedule();
    this.settle();
    if (isNew) this.options.changed(tokens);
  }

  private forget(): void {
    this.tokens = undefined;
    clearTimeout(this.timer);
  }

  private mayRenew = () => this.tokens?.refresh !== undefined;

  /** After three quarters of its time: a laptop that slept, or an authority that was away, has the rest. */
  private schedule(): void {
    clearTimeout(this.timer);
    const { refresh, since, until } = this.tokens ?? { since: 0 };
    if (!this.leads || refresh === undefined || until === undefined) return;
    this.timer = setTimeout(() => void this.renew(), Math.min(since + (until - since) * 0.75 - Date.now(), longest));
  }

  private renew(): Promise<void> {
    return (this.renewing ??= this.tryRenewing().finally(() => (this.renewing = undefined)));
  }

  private async tryRenewing(): Promise<void> {
    for (let n = 0; this.mayRenew(); n++) {
      const before = this.tokens!;
      try {
        const tokens = await (this.options.renewTokens ?? renew)(this.authority, before);
        if (this.tokens === before) this.give(tokens);
        return;
      } catch (error) {
        if (this.tokens !== before) return;
        if (isFinal(error)) return this.give({ ...before, refresh: undefined });
        await pause(Math.min(1000 * 2 ** n, 30_000));
      }
    }
  }

  private tell = (told: Told) => this.channel.postMessage(told);

  private settle = () => this.waits.forEach((look) => look());

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

/** The lock passes on when the tab that has it is closed. */
const leadByLock = (begin: () => void) =>
  void navigator.locks.request(name, () => {
    begin();
    return new Promise(() => {});
  });

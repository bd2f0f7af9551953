/**
 * The live connection: one WebSocket that delivers a snapshot and then changes, in numbered order.
 *
 * Knows sequence numbers, resuming, back-off and heartbeats. Knows nothing of React or of what the messages mean: a
 * `reduce` function turns the state and one message into the next state. Watchers are told at most once a frame.
 */
export interface Numbered {
  seq: number;
  type: string;
}

export type LinkState =
  /** `lost`: a line that was there went down; otherwise the first attempt, or one the page asked for. */
  | { link: "connecting"; lost: boolean }
  | { link: "open" }
  /** Not connected; the next attempt is due at `retryAtMs`. */
  | { link: "waiting"; retryAtMs: number; attempt: number }
  | { link: "closed" };

export interface LiveState<T> {
  data: T | undefined;
  link: LinkState;
  /** When the last message of any kind came, by the page's clock; 0 before the first. */
  heardAtMs: number;
  seq: number;
}

export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  close(): void;
  send(text: string): void;
}

export interface Surroundings {
  open: (url: string) => Socket;
  nowMs: () => number;
  /** Run once before the next frame is drawn. */
  onFrame: (run: () => void) => void;
  after: (ms: number, run: () => void) => () => void;
  /** Between 0 and 1; spreads the attempts of many pages after a restart. */
  chance: () => number;
}

export interface Protocol<T, M extends Numbered> {
  url: (after: number | null) => string;
  parse: (text: string) => M | null;
  reduce: (data: T | undefined, message: M) => T | undefined;
  /** A message that replaces everything and may carry any number. */
  isSnapshot: (message: M) => boolean;
  /** A message that only says "alive" and does not advance the sequence. */
  isHeartbeat: (message: M) => boolean;
}

const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** The server speaks at least every second; after ten of silence the line is dead, whatever the socket says. */
export const SILENCE_MS = 10_000;

export class LiveConnection<T, M extends Numbered> {
  private state: LiveState<T> = { data: undefined, link: { link: "closed" }, heardAtMs: 0, seq: 0 };
  private next = this.state;
  private readonly watchers = new Set<() => void>();
  private socket: Socket | null = null;
  private cancelTimer: (() => void) | null = null;
  private frameDue = false;
  private attempt = 0;

  constructor(
    private readonly protocol: Protocol<T, M>,
    private readonly around: Surroundings,
  ) {}

  /** The state as of the last drawn frame; the same object until something changes. */
  readonly current = (): LiveState<T> => this.state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  start(): void {
    if (this.socket === null && this.next.link.link === "closed") this.connect();
  }

  stop(): void {
    this.drop();
    this.change({ link: { link: "closed" } });
  }

  /** Do not wait for the countdown. */
  retryNow(): void {
    if (this.next.link.link === "waiting") this.connect();
  }

  /** A picture that came another way (one request at start, or while the line is down). Older than what is shown: ignored. */
  offer(data: T, seq: number): void {
    if (this.next.link.link === "open" && this.next.data !== undefined) return;
    this.change({ data, seq, heardAtMs: this.around.nowMs() });
  }

  /** Ask for the whole picture anew. */
  refresh(): void {
    this.next = { ...this.next, seq: 0 };
    this.attempt = 0;
    this.connect();
  }

  private connect(): void {
    this.drop();
    this.change({ link: { link: "connecting", lost: this.attempt > 0 } });
    const resumeAfter = this.next.data !== undefined && this.next.seq > 0 ? this.next.seq : null;
    const socket = this.around.open(this.protocol.url(resumeAfter));
    this.socket = socket;
    socket.onopen = () => {
      if (socket === this.socket) this.listenForSilence();
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(String(event.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    this.listenForSilence();
  }

  private receive(text: string): void {
    const message = this.protocol.parse(text);
    if (message === null) return;
    this.attempt = 0;
    this.listenForSilence();
    const heard = { heardAtMs: this.around.nowMs(), link: { link: "open" } as const };
    if (this.protocol.isHeartbeat(message)) {
      this.change(heard);
      return;
    }
    const snapshot = this.protocol.isSnapshot(message);
    if (!snapshot && message.seq <= this.next.seq) {
      this.change(heard); // A change sent twice around a resume: already applied.
      return;
    }
    if (!snapshot && message.seq !== this.next.seq + 1) {
      // A change is missing: what is shown can no longer be trusted to be whole. Ask for everything again.
      this.next = { ...this.next, seq: 0 };
      this.lost();
      return;
    }
    this.change({ ...heard, data: this.protocol.reduce(this.next.data, message), seq: message.seq });
  }

  private lost(): void {
    this.drop();
    const step = BACK_OFF_MS[Math.min(this.attempt, BACK_OFF_MS.length - 1)] ?? 15_000;
    const waitMs = Math.round(step * (0.75 + 0.5 * this.around.chance()));
    this.attempt += 1;
    this.change({ link: { link: "waiting", retryAtMs: this.around.nowMs() + waitMs, attempt: this.attempt } });
    this.cancelTimer = this.around.after(waitMs, () => this.connect());
  }

  private listenForSilence(): void {
    this.cancelTimer?.();
    this.cancelTimer = this.around.after(SILENCE_MS, () => this.lost());
  }

  private drop(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Changes gather in `next` and reach the watchers together, once a frame: ten messages cost one drawing. */
  private change(part: Partial<LiveState<T>>): void {
    this.next = { ...this.next, ...part };
    if (this.frameDue) return;
    this.frameDue = true;
    this.around.onFrame(() => {
      this.frameDue = false;
      this.state = this.next;
      for (const watcher of [...this.watchers]) watcher();
    });
  }
}

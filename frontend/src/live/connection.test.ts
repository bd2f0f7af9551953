import { beforeEach, describe, expect, it } from "vitest";
import { LiveConnection, SILENCE_MS, type Numbered, type Protocol, type Socket, type Surroundings } from "./connection";

interface Message extends Numbered {
  value?: string;
}

/** The last value wins: enough to see what was applied. */
const protocol: Protocol<string, Message> = {
  url: (after) => (after === null ? "/ws" : `/ws?after=${after}`),
  parse: (text) => (text.startsWith("{") ? (JSON.parse(text) as Message) : null),
  reduce: (_, message) => message.value,
  isSnapshot: (message) => message.type === "snapshot",
  isHeartbeat: (message) => message.type === "heartbeat",
};

class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  closed = false;
  constructor(readonly url: string) {}
  close(): void {
    this.closed = true;
  }
  send(): void {}
  says(message: Message): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks(): void {
    this.onclose?.(undefined as never);
  }
}

class FakeSurroundings implements Surroundings {
  sockets: FakeSocket[] = [];
  time = 1000;
  private frames: (() => void)[] = [];
  private timers: { at: number; run: () => void }[] = [];
  open = (url: string) => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };
  nowMs = () => this.time;
  onFrame = (run: () => void) => void this.frames.push(run);
  after = (ms: number, run: () => void) => {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  };
  chance = () => 0.5;
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("Nothing was opened.");
    return socket;
  }
  frame(): void {
    const due = this.frames.splice(0);
    for (const run of due) run();
  }
  pass(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((timer) => timer.at <= this.time);
    this.timers = this.timers.filter((timer) => timer.at > this.time);
    for (const timer of due) timer.run();
  }
}

let around: FakeSurroundings;
let live: LiveConnection<string, Message>;

beforeEach(() => {
  around = new FakeSurroundings();
  live = new LiveConnection(protocol, around);
  live.start();
});

describe("the live connection", () => {
  it("shows a snapshot and then every change in order", () => {
    around.socket.says({ type: "snapshot", seq: 7, value: "all" });
    around.socket.says({ type: "change", seq: 8, value: "newer" });
    around.frame();
    expect(live.current()).toMatchObject({ data: "newer", seq: 8, link: { link: "open" } });
  });

  it("tells its watchers once a frame, however many messages came", () => {
    let told = 0;
    live.watch(() => (told += 1));
    around.socket.says({ type: "snapshot", seq: 1, value: "a" });
    for (let seq = 2; seq <= 60; seq += 1) around.socket.says({ type: "change", seq, value: String(seq) });
    expect(told).toBe(0);
    around.frame();
    expect(told).toBe(1);
    expect(live.current().data).toBe("60");
  });

  it("resumes after the last number it has seen", () => {
    around.socket.says({ type: "snapshot", seq: 7, value: "all" });
    around.socket.says({ type: "change", seq: 8, value: "newer" });
    around.socket.breaks();
    around.pass(500);
    expect(around.socket.url).toBe("/ws?after=8");
    around.socket.says({ type: "change", seq: 9, value: "missed" });
    around.frame();
    expect(live.current()).toMatchObject({ data: "missed", seq: 9 });
  });

  it("ignores a change it has already applied", () => {
    around.socket.says({ type: "snapshot", seq: 7, value: "all" });
    around.socket.says({ type: "change", seq: 7, value: "old" });
    around.frame();
    expect(live.current().data).toBe("all");
  });

  it("asks for everything again when a change is missing", () => {
    around.socket.says({ type: "snapshot", seq: 7, value: "all" });
    around.socket.says({ type: "change", seq: 9, value: "with a hole before it" });
    expect(around.socket.closed).toBe(true);
    around.pass(500);
    expect(around.socket.url).toBe("/ws");
    around.socket.says({ type: "snapshot", seq: 3, value: "from a server that began anew" });
    around.frame();
    expect(live.current()).toMatchObject({ data: "from a server that began anew", seq: 3 });
  });

  it("waits longer after each failure and begins anew after a success", () => {
    const waits: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      around.socket.breaks();
      around.frame();
      const { link } = live.current();
      if (link.link !== "waiting") throw new Error(link.link);
      waits.push(link.retryAtMs - around.time);
      around.pass(link.retryAtMs - around.time);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    around.socket.says({ type: "snapshot", seq: 1, value: "back" });
    around.socket.breaks();
    around.frame();
    expect(live.current().link).toEqual({ link: "waiting", retryAtMs: around.time + 500, attempt: 1 });
  });

  it("tries at once when asked, and only then", () => {
    live.retryNow();
    expect(around.sockets).toHaveLength(1);
    around.socket.breaks();
    live.retryNow();
    expect(around.sockets).toHaveLength(2);
  });

  it("lives on heartbeats and takes silence for a dead line", () => {
    around.socket.says({ type: "snapshot", seq: 1, value: "all" });
    around.pass(SILENCE_MS - 1);
    around.socket.says({ type: "heartbeat", seq: 1 });
    around.pass(SILENCE_MS - 1);
    around.frame();
    expect(live.current()).toMatchObject({ link: { link: "open" }, data: "all", seq: 1 });
    around.pass(1);
    around.frame();
    expect(live.current().link.link).toBe("waiting");
  });

  it("shows a picture that came by request until the line brings its own", () => {
    live.offer("by request", 4);
    around.frame();
    expect(live.current()).toMatchObject({ data: "by request", seq: 4 });
    around.socket.says({ type: "snapshot", seq: 9, value: "live" });
    live.offer("late", 8);
    around.frame();
    expect(live.current()).toMatchObject({ data: "live", seq: 9 });
  });

  it("is not troubled by what is no message, nor by a socket it has left", () => {
    const left = around.socket;
    left.onmessage?.({ data: "<html>" });
    left.breaks();
    around.pass(500);
    left.says({ type: "snapshot", seq: 5, value: "from the old socket" });
    around.frame();
    expect(live.current().data).toBeUndefined();
  });

  it("takes a whole new picture when asked, without calling the line lost", () => {
    around.socket.says({ type: "snapshot", seq: 7, value: "all" });
    live.refresh();
    around.frame();
    expect(around.socket.url).toBe("/ws");
    expect(live.current()).toMatchObject({ data: "all", link: { link: "connecting", lost: false } });
    around.socket.breaks();
    around.pass(500);
    around.frame();
    expect(live.current().link).toEqual({ link: "connecting", lost: true });
  });

  it("stays closed after stop", () => {
    live.stop();
    around.pass(60_000);
    around.frame();
    expect(around.sockets).toHaveLength(1);
    expect(live.current().link.link).toBe("closed");
  });
});

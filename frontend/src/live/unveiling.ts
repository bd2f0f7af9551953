/**
 * Shows the parts of a first picture one after another, each in a task of its own: drawn all at once they would hold
 * the page up for a quarter of a second. Knows nothing of what the parts are.
 */
export class Unveiling<Part> {
  private shown = 0;
  private begun = false;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly order: readonly Part[],
    /** Runs something a little later, with room for a frame before it. */
    private readonly later: (run: () => void) => void,
  ) {}

  /** The picture is there. */
  begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.step();
  }

  /** What has no place in the order is shown with the first. */
  has(part: Part): boolean {
    return this.begun && this.order.indexOf(part) < this.shown;
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private step(): void {
    this.shown += 1;
    for (const watcher of [...this.watchers]) watcher();
    if (this.shown < this.order.length) this.later(() => this.step());
  }
}

/** Runs the newest request at once, or, when one ran less than `ms` ago, at the end of that time. */
export function everyAtMost(ms: number): (run: () => void) => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: (() => void) | null = null;
  const rest = () => {
    timer = setTimeout(() => {
      timer = null;
      const run = waiting;
      waiting = null;
      if (run !== null) {
        run();
        rest();
      }
    }, ms);
  };
  return (run) => {
    if (timer !== null) {
      waiting = run;
      return;
    }
    run();
    rest();
  };
}

// @vitest-environment jsdom
import { act, fireEvent, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderWorded } from "@/test/intl";
import { lazyDialog } from "./lazy-dialog";

const Hello = ({ name }: { name: string; onClose: () => void }) => <p>{name}</p>;
const closed = vi.fn();
const shown = (what: React.ReactNode) => act(async () => renderWorded(what));

beforeEach(() => {
  closed.mockClear();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

it("opens with what it was given", async () => {
  const Dialog = lazyDialog(() => Promise.resolve(Hello));
  await shown(<Dialog name="here" onClose={closed} />);

  expect(await screen.findByText("here")).toBeInTheDocument();
});

it("says so when it does not come, leaves the page, and is asked for again at the next opening", async () => {
  let there = false;
  const Dialog = lazyDialog(() => (there ? Promise.resolve(Hello) : Promise.reject(new Error("gone"))));
  const { unmount } = await shown(
    <>
      <p>the page</p>
      <Dialog name="here" onClose={closed} />
    </>,
  );

  expect(await screen.findByRole("alert")).toHaveTextContent("did not come");
  expect(screen.getByText("the page")).toBeInTheDocument();
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(closed).toHaveBeenCalledOnce();

  unmount();
  there = true;
  await shown(<Dialog name="here" onClose={closed} />);
  expect(await screen.findByText("here")).toBeInTheDocument();
});

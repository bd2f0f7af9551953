// @vitest-environment jsdom
import { renderHook, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useHeldPage } from "./held-page";

let asked: string[] = [];
let there = false;

beforeEach(() => {
  asked = [];
  there = false;
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return there ? Promise.resolve({ ok: true }) : Promise.reject(new TypeError("Failed to fetch"));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

/** Whether the browser would follow the click. */
function follows(href: string, init: MouseEventInit = {}): boolean {
  const link = document.body.appendChild(document.createElement("a"));
  link.href = href;
  // jsdom follows no links: what is left of the click tells what a browser would do.
  let left = true;
  link.addEventListener("click", (event) => {
    left = !event.defaultPrevented;
    event.preventDefault();
  });
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...init }));
  return left;
}

it("leaves every link alone while the line is up", () => {
  renderHook(() => useHeldPage(false));

  expect(follows("/trades")).toBe(true);
  expect(asked).toEqual([]);
});

it("keeps the page that is here when the other one does not come, and says so", async () => {
  const { result } = renderHook(() => useHeldPage(true));

  expect(follows("/trades")).toBe(false);
  await waitFor(() => expect(result.current).toBe(true));
  expect(asked).toEqual([`${window.location.origin}/trades`]);
});

it("goes to the page that comes, whatever it answers, but only to the one asked for last and only while the line is lost", async () => {
  there = true;
  const gone: string[] = [];
  vi.stubGlobal("location", { ...window.location, origin: window.location.origin, pathname: "/", search: "", assign: (href: string) => gone.push(href) });
  const { rerender } = renderHook(({ lost }) => useHeldPage(lost), { initialProps: { lost: true } });

  follows("/risk");
  follows("/trades");
  await waitFor(() => expect(gone).toEqual([expect.stringContaining("/trades")]));

  follows("/events");
  rerender({ lost: false });
  await Promise.resolve();
  expect(gone).toHaveLength(1);
});

it("forgets that a page was asked for in vain when the line is back", async () => {
  const { result, rerender } = renderHook(({ lost }) => useHeldPage(lost), { initialProps: { lost: true } });
  follows("/trades");
  await waitFor(() => expect(result.current).toBe(true));

  rerender({ lost: false });

  expect(result.current).toBe(false);
  expect(follows("/trades")).toBe(true);
});

it("keeps the page also from being loaded anew", () => {
  renderHook(() => useHeldPage(true));

  expect(follows(window.location.pathname)).toBe(false);
});

it("holds neither another site, nor a place on this page, nor a click for a new tab", () => {
  renderHook(() => useHeldPage(true));

  expect(follows("https://www.tradingview.com/")).toBe(true);
  expect(follows("#content")).toBe(true);
  expect(follows("/trades", { ctrlKey: true })).toBe(true);
  expect(asked).toEqual([]);
});

/**
 * How the page asks its own server: JSON, on the page's own origin; the session travels in a cookie the page cannot read.
 *
 * The generated functions ask through this instead of the generated client, whose streams, forms and interceptors would
 * be a fiftieth of the first page's JavaScript and are used by nobody.
 */
import type { Client } from "./generated/client";

type Values = Readonly<Record<string, unknown>>;

interface Question {
  url: string;
  path?: Values;
  query?: Values;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | null;
}

export function addressOf({ url, path = {}, query = {} }: Question): string {
  const place = url.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) parts.append(name, String(value));
  return parts.size > 0 ? `${place}?${parts}` : place;
}

const ask = (method: string) => async (question: Question) => {
  const { body, headers, signal } = question;
  const response = await fetch(addressOf(question), { method, headers, signal, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  const said: unknown = text === "" ? {} : parsed(text);
  return response.ok ? { data: said, response } : { error: said, response };
};

/** Something between the page and its server may answer in words. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const client = { get: ask("GET"), post: ask("POST"), delete: ask("DELETE") } as unknown as Client;

import { client } from "./client";
import { openSession } from "./generated";
import { answerOf } from "./problem";
import type { Session } from "./types";

/** Exchange the one-time key for the session cookie. */
export function exchangeKey(key: string): Promise<Session> {
  return answerOf(openSession({ client, body: { key } }));
}

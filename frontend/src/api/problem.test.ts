import { expect, it } from "vitest";
import { answerOf, ApiProblem } from "./problem";

const response = (status: number) => ({ status }) as Response;

it("gives the data of an answer", async () => {
  await expect(answerOf(Promise.resolve({ data: 5, response: response(200) }))).resolves.toBe(5);
});

it("keeps code, reason and numbers of a problem", async () => {
  const problem = { type: "t", title: "Refused", status: 422, code: "UNKNOWN_MARKET", detail: "There is no market XYZ.", instance: "/", facts: { got: "XYZ" } };
  const failure = await answerOf(Promise.resolve({ error: problem, response: response(422) })).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiProblem);
  expect(failure).toMatchObject({ code: "UNKNOWN_MARKET", message: "There is no market XYZ.", status: 422, facts: { got: "XYZ" } });
});

it("says plainly that nobody answered", async () => {
  await expect(answerOf(Promise.reject(new TypeError("Failed to fetch")))).rejects.toMatchObject({ code: "NO_ANSWER" });
  await expect(answerOf(Promise.resolve({ error: {} }))).rejects.toMatchObject({ code: "NO_ANSWER" });
  await expect(answerOf(Promise.resolve({ error: "<html>", response: response(502) }))).rejects.toMatchObject({ code: "UNEXPECTED", message: "The server answered with status 502." });
});

/**
 * Bytes of our contracts as words: calls, events, custom errors, each with its named fields.
 *
 * Knows the ABI. Knows nothing of nodes or of how fields are drawn. What no ABI explains is null, never a guess.
 */
import { decodeAbiParameters, decodeErrorResult, decodeEventLog, decodeFunctionData, parseAbi, toFunctionSelector, type Abi, type AbiFunction, type AbiParameter, type Hex } from "viem";
import type { Known } from "./known";
import type { RawLog } from "./raw";

export interface Field {
  name: string;
  type: string;
  value: string | Field[];
}

export interface Decoded {
  name: string;
  fields: Field[];
}

/** What every Solidity contract may revert with. */
const BUILT_IN = parseAbi(["error Error(string message)", "error Panic(uint256 code)"]);

export function decodeCall(known: Known, to: string | null | undefined, input: Hex | undefined): Decoded | null {
  if (!input || input.length < 10) return null;
  const abi = known.contractAt(to)?.abi ?? known.everything;
  return decoded(() => {
    const { functionName } = decodeFunctionData({ abi, data: input });
    const entry = functionWith(abi, functionName, input.slice(0, 10));
    return { name: functionName, fields: fieldsOf(entry.inputs, (decodeFunctionData({ abi, data: input }).args ?? []) as readonly unknown[]) };
  });
}

/** The named results of a call that was answered. */
export function decodeResult(entry: AbiFunction, output: Hex): Field[] {
  return fieldsOf(entry.outputs, decodeAbiParameters(entry.outputs, output) as readonly unknown[]);
}

export function decodeEvent(known: Known, log: Pick<RawLog, "topics" | "data">): Decoded | null {
  return decoded(() => {
    const { eventName, args } = decodeEventLog({ abi: known.everything, data: log.data, topics: log.topics as [Hex, ...Hex[]] });
    const entry = known.everything.find((each) => each.type === "event" && each.name === eventName && each.inputs.filter((input) => input.indexed).length === log.topics.length - 1);
    const inputs = entry?.type === "event" ? entry.inputs : [];
    const named = args as unknown as Record<string, unknown> | undefined;
    return { name: String(eventName), fields: inputs.map((input) => fieldOf(input, named?.[input.name ?? ""])) };
  });
}

export function decodeError(known: Known, data: Hex | undefined): Decoded | null {
  if (!data || data.length < 10) return null;
  const abi = [...known.everything, ...BUILT_IN] as Abi;
  return decoded(() => {
    const { errorName, args, abiItem } = decodeErrorResult({ abi, data });
    const inputs = abiItem.type === "error" ? abiItem.inputs : [];
    return { name: String(errorName), fields: fieldsOf(inputs, (args ?? []) as readonly unknown[]) };
  });
}

function functionWith(abi: Abi, name: string, selector: string): AbiFunction {
  const found = abi.find((each): each is AbiFunction => each.type === "function" && each.name === name && toFunctionSelector(each) === selector);
  if (found === undefined) throw new Error(`No ${name} with selector ${selector}.`);
  return found;
}

function decoded(decode: () => Decoded): Decoded | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

function fieldsOf(inputs: readonly AbiParameter[], values: readonly unknown[]): Field[] {
  return inputs.map((input, index) => fieldOf({ ...input, name: input.name || `#${index}` }, values[index]));
}

function fieldOf(input: AbiParameter, value: unknown): Field {
  const name = input.name ?? "";
  const list = /^(.*)\[\d*\]$/.exec(input.type);
  if (list && Array.isArray(value)) {
    const inner = { ...input, type: list[1] ?? "" };
    return { name, type: input.type, value: value.map((each, index) => fieldOf({ ...inner, name: `${name}[${index}]` }, each)) };
  }
  if (input.type === "tuple" && "components" in input) {
    const parts = value as Record<string, unknown> | readonly unknown[];
    return { name, type: "tuple", value: input.components.map((part, index) => fieldOf(part, Array.isArray(parts) ? parts[index] : (parts as Record<string, unknown>)[part.name ?? ""])) };
  }
  return { name, type: input.type, value: String(value) };
}

/** The field at a path of names, for example `ticket.quantity`. */
export function fieldAt(fields: readonly Field[], path: string): string | undefined {
  const [head, ...rest] = path.split(".");
  const found = fields.find((each) => each.name === head)?.value;
  if (found === undefined) return undefined;
  return typeof found === "string" ? found : fieldAt(found, rest.join("."));
}

/** What a person typed, as an argument of a contract's function. Knows ABI types; says what is wrong and what was expected. */
import { isAddress, type AbiParameter } from "viem";

export function argumentFrom(text: string, input: AbiParameter): unknown {
  const trimmed = text.trim();
  if (input.type.startsWith("tuple") || input.type.endsWith("]")) return structured(trimmed, input);
  return plain(trimmed, input);
}

function structured(text: string, input: AbiParameter): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${nameOf(input)}: expected JSON for ${input.type}, got ${quoted(text)}.`);
  }
  return shaped(value, input);
}

function shaped(value: unknown, input: AbiParameter): unknown {
  const list = /^(.*)\[\d*\]$/.exec(input.type);
  if (list) {
    if (!Array.isArray(value)) throw new Error(`${nameOf(input)}: expected a list.`);
    return value.map((each) => shaped(each, { ...input, type: list[1] ?? "" } as AbiParameter));
  }
  if (input.type === "tuple" && "components" in input) {
    if (typeof value !== "object" || value === null) throw new Error(`${nameOf(input)}: expected an object.`);
    return Object.fromEntries(input.components.map((part) => [part.name ?? "", shaped((value as Record<string, unknown>)[part.name ?? ""], part)]));
  }
  return plain(String(value ?? ""), input);
}

function plain(text: string, input: AbiParameter): unknown {
  const { type } = input;
  if (/^u?int/.test(type)) {
    if (!/^-?\d+$/.test(text) && !/^0x[0-9a-f]+$/i.test(text)) throw new Error(`${nameOf(input)}: expected a whole number, got ${quoted(text)}.`);
    return BigInt(text);
  }
  if (type === "bool") {
    if (text !== "true" && text !== "false") throw new Error(`${nameOf(input)}: expected true or false, got ${quoted(text)}.`);
    return text === "true";
  }
  if (type === "address") {
    if (!isAddress(text, { strict: false })) throw new Error(`${nameOf(input)}: expected an address (0x and 40 hex digits), got ${quoted(text)}.`);
    return text;
  }
  const sized = /^bytes(\d*)$/.exec(type);
  if (sized) {
    const wanted = sized[1] === "" ? null : Number(sized[1]);
    if (!/^0x([0-9a-f]{2})*$/i.test(text) || (wanted !== null && text.length !== 2 + 2 * wanted)) throw new Error(`${nameOf(input)}: expected ${wanted ?? "any"} bytes as hex with 0x, got ${quoted(text)}.`);
    return text;
  }
  return text;
}

const nameOf = (input: AbiParameter) => input.name || input.type;
const quoted = (text: string) => (text === "" ? "nothing" : `"${text.slice(0, 40)}"`);

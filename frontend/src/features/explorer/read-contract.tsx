"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { encodeFunctionData, type AbiFunction, type AbiParameter, type Hex } from "viem";
import { decodeError, decodeResult, type Field } from "@/chain/decode";
import type { Known, KnownContract } from "@/chain/known";
import { revertData } from "@/chain/queries";
import { ask } from "@/chain/rpc";
import { Button } from "@/ui/button";
import { Input, Field as Labelled } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { useProblemWords } from "@/ui/states";
import { Fields } from "./fields";
import { argumentFrom } from "./argument";

/** Where on the page the questions stand. */
export const READ_CONTRACT = "read-contract";

/** Every question a contract answers, to be asked by anybody. */
export function ReadContract({ contract, known }: { contract: KnownContract; known: Known }) {
  const t = useTranslations("explorer");
  const questions = contract.abi.filter((each): each is AbiFunction => each.type === "function" && (each.stateMutability === "view" || each.stateMutability === "pure"));
  return (
    <Panel id={READ_CONTRACT} title={t("read")} note={t("readNote")}>
      <div className="divide-y divide-line">
        {questions.map((question) => (
          <Question key={`${question.name}-${question.inputs.length}`} question={question} contract={contract} known={known} />
        ))}
      </div>
    </Panel>
  );
}

type Answer = { fields: Field[] } | { error: string };

function Question({ question, contract, known }: { question: AbiFunction; contract: KnownContract; known: Known }) {
  const t = useTranslations("explorer");
  const [texts, setTexts] = useState<readonly string[]>(question.inputs.map(() => ""));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [busy, setBusy] = useState(false);
  const problemWords = useProblemWords();
  const put = async () => {
    setBusy(true);
    setAnswer(await answerTo(question, texts, contract, known, problemWords));
    setBusy(false);
  };
  return (
    <details className="px-3 py-2">
      <summary className="font-mono text-xs">
        {question.name}
        <span className="text-ink-3">({question.inputs.map((each) => `${each.type} ${each.name ?? ""}`.trim()).join(", ")})</span>
      </summary>
      <form
        className="mt-2 flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void put();
        }}
      >
        {question.inputs.map((input, index) => (
          <Labelled key={index} label={`${input.name || `#${index}`} (${input.type})`} hint={input.type.startsWith("tuple") ? t("tupleHint", { shape: shapeOf(input) }) : undefined}>
            <Input
              value={texts[index]}
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => setTexts(texts.map((each, at) => (at === index ? event.target.value : each)))}
            />
          </Labelled>
        ))}
        <Button type="submit" size="small" busy={busy} className="self-start">
          {t("ask")}
        </Button>
        {answer === null ? null : "error" in answer ? (
          <p role="alert" className="text-xs break-words text-down">
            {answer.error}
          </p>
        ) : (
          <Fields fields={answer.fields} known={known} />
        )}
      </form>
    </details>
  );
}

async function answerTo(question: AbiFunction, texts: readonly string[], contract: KnownContract, known: Known, words: (error: unknown) => string): Promise<Answer> {
  try {
    const args = question.inputs.map((input, index) => argumentFrom(texts[index] ?? "", input));
    const data = encodeFunctionData({ abi: [question], functionName: question.name, args });
    const output = await ask<Hex>("eth_call", { to: contract.address, data }, "latest");
    return { fields: decodeResult(question, output) };
  } catch (error) {
    const reverted = decodeError(known, revertData(error));
    return { error: reverted ? `${reverted.name}(${reverted.fields.map((each) => `${each.name}: ${String(each.value)}`).join(", ")})` : words(error) };
  }
}

/** `{"signal": {…}, "quantity": "uint128"}`: what a struct's JSON looks like. */
function shapeOf(input: AbiParameter): string {
  const parts = "components" in input ? input.components : [];
  return `{${parts.map((each) => `"${each.name}": ${each.type.startsWith("tuple") ? shapeOf(each) : each.type}`).join(", ")}}`;
}

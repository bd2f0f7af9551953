import { useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getCalibration, type Calibration } from "./generated";
import { answerOf } from "./problem";

export type { Calibration, ReliabilityPoint } from "./generated";

/** A signal is scored when its horizon is over, days after it was given. */
const EVERY_MS = 60_000;

/** How honest the confidence was, over every signal whose horizon is over. */
export function useCalibration(ready: boolean) {
  return useQuery({
    queryKey: ["calibration"],
    queryFn: ({ signal }): Promise<Calibration> => answerOf(getCalibration({ client, signal })),
    enabled: ready,
    refetchInterval: EVERY_MS,
  });
}

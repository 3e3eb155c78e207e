/** What a record's state is called. Pure. */
import { OUTGOING_STATES, type RecordState, type Wait } from "./record_types";

/** `network` 等待网络: only while there is none; what waits for anything else is in the queue, 等待发送, with the reason beside it. */
export type Standing = Exclude<RecordState, "waiting"> | "network";

export function standingOf({ state, wait }: { state: RecordState; wait: Wait | null }, isOnline: boolean): Standing {
  if (!OUTGOING_STATES.includes(state)) return state as Exclude<RecordState, "waiting">;
  if (!isOnline || (state === "waiting" && wait?.reason === "network")) return "network";
  return state === "sending" ? "sending" : "queued";
}

/** Texts that the server sends in both languages, and how a resident's stage looks. Pure. */
import type { Tone } from "@/parts/case_states";
import { stepsOf } from "@/parts/shares";

export interface BothLanguages {
  zh: string;
  en: string;
}

export function spoken(text: BothLanguages | null | undefined, language: string): string {
  if (text === null || text === undefined) return "";
  return language === "en" ? text.en : text.zh;
}

/** What residents call a problem: the tile's words say what is wrong, the criterion what ought to be. */
export function titleOf(thing: { tile?: BothLanguages | null; criterion?: BothLanguages | null }, language: string): string {
  return spoken(thing.tile ?? thing.criterion, language);
}

const STAGE_TONES: Readonly<Record<string, Tone>> = {
  received: "grey",
  verifying: "grey",
  verified: "grey",
  accepted: "grey",
  handling: "blue",
  redoing: "blue",
  checking: "amber",
  resolved: "green",
  on_hold: "violet",
  not_accepted: "grey",
  merged: "grey",
  ended: "grey",
};

export function toneOf(stage: string, isOverdue = false): Tone {
  return isOverdue ? "red" : (STAGE_TONES[stage] ?? "grey");
}

/** A share in whole per cent, cut as everywhere: 0.8719 is 87, and 0.8999 does not read as 90. */
export function percent(share: number): number {
  return stepsOf(share, 100);
}

/** A tracking code as it is written on the receipt, however it was typed. */
export function tidyCode(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  return letters.match(/.{1,4}/g)?.join("-") ?? "";
}

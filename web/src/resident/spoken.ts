/** Texts that the server sends in both languages, and how a resident's stage looks. Pure. */
import type { Tone } from "@/parts/case_states";

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

/** 0.8719 → 87; a rate that is not quite whole is never rounded to 100, nor one that is not nothing to 0. */
export function percent(share: number): number {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return 99;
  return rounded === 0 && share > 0 ? 1 : rounded;
}

/** A tracking code as it is written on the receipt, however it was typed. */
export function tidyCode(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  return letters.match(/.{1,4}/g)?.join("-") ?? "";
}

/** Words that the server sends in both languages, in the one that the person reads. */
import { language } from "@/app/language";

export function inLanguage(zh: string, en: string): string {
  return language() === "en" ? en : zh;
}

export function told(text: { zh: string; en: string } | null | undefined): string {
  return text ? inLanguage(text.zh, text.en) : "";
}

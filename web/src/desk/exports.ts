/** Files of tables: asked for like every other answer, so that language, sign-in and refusals are as everywhere. */
import { signedFetch } from "@/api/client";
import { problemOf } from "@/api/problems";
import { language } from "@/app/language";

/** What people take: a table with what was asked, when and by whom. The bare CSV is for programs. */
export type Format = "xlsx" | "zip";
/** A list's query, as its parts or as its address has it. */
export type Query = Record<string, string | readonly string[]> | string;

export function exportAddress(path: string, format: Format, query: Query): string {
  const parameters = new URLSearchParams({ format });
  const asked = typeof query === "string" ? new URLSearchParams(query) : Object.entries(query);
  for (const [name, value] of asked) parameters.append(name, typeof value === "string" ? value : value.join(","));
  return `/api/v1/exports/${path}?${parameters.toString()}`;
}

/** The name that the server gives the file: RFC 6266, the extended form before the plain one. */
export function fileName(disposition: string | null, otherwise: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1] ?? otherwise;
}

export async function download(path: string, format: Format, query: Query): Promise<void> {
  const request = new Request(new URL(exportAddress(path, format, query), location.origin), { headers: { "Accept-Language": language() }, credentials: "same-origin" });
  const response = await signedFetch(request);
  if (!response.ok) throw await problemOf(response);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response.headers.get("Content-Disposition"), `${path.replaceAll("/", "-")}.${format}`);
  link.click();
  // The browser has the file's content once the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Which built files a phone keeps beforehand: all that its journeys may ask for, nothing that only the desk loads. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
  assets?: string[];
}

const DESK = /^src\/desk(_work)?\//;

/** The files reachable from the entry without entering the desk's pages; `manifest` is vite's own. */
export function filesForPhones(manifest: Readonly<Record<string, Chunk>>): Set<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key) || DESK.test(chunk.src ?? key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
    for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) visit(next);
  };
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);
  return files;
}

export function readManifest(file: string): Readonly<Record<string, Chunk>> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, Chunk>;
}

/** What a browser must find a file to be, as subresource integrity writes it. */
export function integrityOf(file: string): string {
  return `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;
}

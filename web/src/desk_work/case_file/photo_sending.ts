/** A photo from the desk: sent whole under an id of our own; the same again is harmless. */
import { v7 as newId } from "uuid";

import { csrfToken } from "@/api/csrf";
import { language } from "@/app/language";
import { signedFetch } from "@/api/client";
import { problemOf } from "@/api/problems";

export async function sendPhoto(file: Blob): Promise<string> {
  const id = newId();
  const headers = new Headers({ "Content-Type": file.type || "application/octet-stream", "Accept-Language": language() });
  const token = await csrfToken("csrf_access_token");
  if (token !== null) headers.set("X-CSRF-TOKEN", token);
  const response = await signedFetch(new Request(`/api/v1/photos/${id}`, { method: "PUT", headers, body: file, credentials: "same-origin" }));
  if (!response.ok) throw await problemOf(response);
  return id;
}

/** A file of the server's, such as an original photo or a table, as bytes. */
export async function fetchFile(address: string): Promise<Blob> {
  const request = new Request(address, { headers: { "Accept-Language": language() }, credentials: "same-origin" });
  const response = await signedFetch(request);
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

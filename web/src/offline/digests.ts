/** SHA-256 of what is kept and sent: for receipts in hex, for Content-Digest (RFC 9530) in base64. */

export async function sha256(bytes: Blob | ArrayBuffer): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", bytes instanceof Blob ? await bytes.arrayBuffer() : bytes);
}

export function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (each) => each.toString(16).padStart(2, "0")).join("");
}

export function digestHeader(digest: ArrayBuffer): string {
  return `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(digest)))}:`;
}

export function bytesOfHex(text: string): ArrayBuffer {
  const pairs = text.match(/../g) ?? [];
  return new Uint8Array(pairs.map((each) => Number.parseInt(each, 16))).buffer;
}

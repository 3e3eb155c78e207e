/**
 * Bytes as the phone's database holds them. WebKit's private tabs keep no Blob there (`UnknownError`), and its others have lost
 * the files behind them; an ArrayBuffer lies in the row itself. Rows of earlier versions of the app still hold Blobs.
 */
export interface KeptBytes {
  bytes: ArrayBuffer | Blob;
  /** The media type, where the bytes themselves cannot name it. */
  type?: string;
}

/** To be had before a transaction begins: reading a file outlives it. */
export async function bytesOf(blob: Blob): Promise<{ bytes: ArrayBuffer; type: string }> {
  return { bytes: await blob.arrayBuffer(), type: blob.type };
}

export const sizeOf = ({ bytes }: KeptBytes): number => (bytes instanceof Blob ? bytes.size : bytes.byteLength);

/** A file that the browser has lost is still named in the database: only reading it tells. */
export const readBytes = async ({ bytes }: KeptBytes): Promise<ArrayBuffer> => (bytes instanceof Blob ? bytes.arrayBuffer() : bytes);

export const blobOf = ({ bytes, type = "" }: KeptBytes): Blob => (bytes instanceof Blob ? bytes : new Blob([bytes], { type }));

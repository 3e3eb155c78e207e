/** Pictures made smaller on the phone, upright, before anything is kept or sent. */

export interface Picture {
  file: Blob;
  width: number | null;
  height: number | null;
}

export const LONGEST_SIDE = 2048;
const THUMBNAIL_SIDE = 240;
const QUALITY = 0.85;
/** Beyond this a JPEG is written again even if its sides are short enough. */
const LARGE_BYTES = 1_500_000;

type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** At most `longest` pixels on the longer side, upright, JPEG; what this browser cannot decode is left as it is. */
export async function shrink(file: Blob, longest = LONGEST_SIDE): Promise<Picture> {
  const image = await decode(file);
  if (image === null) return { file, width: null, height: null };
  try {
    const scale = Math.min(1, longest / Math.max(image.width, image.height));
    // A small JPEG stays byte for byte, with what its EXIF says: drawing it again would only lose.
    if (scale === 1 && file.type === "image/jpeg" && file.size <= LARGE_BYTES) return { file, width: image.width, height: image.height };
    const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
    return { file: await encode(draw(image, width, height), QUALITY), width, height };
  } catch (error) {
    // Large, but a photo: a browser that has no canvas left for it must not cost it.
    console.info("a photo was not made smaller", error);
    return { file, width: image.width, height: image.height };
  } finally {
    image.close();
  }
}

/** A small picture for lists, as a data: address that outlives the page; empty where the format cannot be decoded. */
export async function thumbnail(file: Blob): Promise<string> {
  const image = await decode(file);
  if (image === null) return "";
  try {
    const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(image.width, image.height));
    const canvas = draw(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    return await dataUrl(await encode(canvas, 0.7));
  } catch {
    return "";
  } finally {
    image.close();
  }
}

/** Whether pictures are decoded here at all. */
export const canDecode = (): boolean => typeof createImageBitmap === "function";

/** JPEG, PNG, WebP, or one of the HEIF family, by the first bytes: the formats that the server takes. */
export async function beginsAsPhoto(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return true;
  if (text.startsWith("\u0089PNG\r\n\u001a\n")) return true;
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return true;
  return text.slice(4, 8) === "ftyp" && /^(hei[cfmsx]|hev[cmsx]|mif1|msf1|avif|avis)/.test(text.slice(8, 12));
}

async function decode(file: Blob): Promise<ImageBitmap | null> {
  if (!canDecode()) return null;
  return createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
}

function draw(image: ImageBitmap, width: number, height: number): Canvas {
  const away = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(width, height) : null;
  // Safari 16.2 has an OffscreenCanvas that draws nothing.
  const canvas: Canvas = away?.getContext("2d") ? away : Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  // What is transparent becomes white, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

async function encode(canvas: Canvas, quality: number): Promise<Blob> {
  if ("convertToBlob" in canvas) return canvas.convertToBlob({ type: "image/jpeg", quality });
  return new Promise((settle, fail) => canvas.toBlob((blob) => (blob === null ? fail(new Error("no picture")) : settle(blob)), "image/jpeg", quality));
}

async function dataUrl(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const each of bytes) text += String.fromCharCode(each);
  return `data:${blob.type};base64,${btoa(text)}`;
}

/** The part of the `qrcode` package that is used here; it comes without types of its own. */
declare module "qrcode" {
  export function toCanvas(
    canvas: HTMLCanvasElement,
    text: string,
    options?: { width?: number; margin?: number },
  ): Promise<void>
}

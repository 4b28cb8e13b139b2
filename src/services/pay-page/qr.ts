import { encode } from "uqr"

import { pngDataUri } from "../../drawing/qr-png"

/** A QR code as a picture that phones keep in their album, where wallets and banks read it. */
export const qrPicture = (content: string): string =>
  pngDataUri(encode(content, { ecc: "M", border: 0 }).data)

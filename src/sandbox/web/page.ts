const style = `
:root{color-scheme:light;font:17px/1.5 system-ui,sans-serif;color:#1d2433;background:#eef1f5}
body{margin:0;padding:16px}
main{max-width:24rem;margin:0 auto;padding:20px;background:#fff;border-radius:14px}
.notice{margin:0 0 16px;padding:10px 12px;border-radius:10px;background:#fff3c4;color:#5c4500;font-size:.9rem}
h1{margin:0;font-size:1rem;font-weight:500}
.amount{margin:0 0 12px;font-size:2.2rem;font-weight:700}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 16px;font-size:.9rem}
dt{color:#56607a}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th{font-weight:500;color:#56607a;text-align:left}
td,th{padding:6px 8px 6px 0;border-top:1px solid #e3e7ee;overflow-wrap:anywhere}
svg{display:block;width:12rem;margin:8px auto}
figure{margin:16px 0 0;text-align:center}figcaption{font-size:.85rem;color:#56607a}
fieldset{margin:0 0 14px;border:1px solid #c9d0dc;border-radius:10px}
label{display:block;padding:10px 0}
button{width:100%;min-height:48px;margin:0 0 10px;border:1px solid #2b4c9b;border-radius:10px;font:inherit;background:#fff;color:#2b4c9b}
button.pay{background:#2b4c9b;color:#fff;font-weight:600}
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
`

/** What a browser shows. `title` and `content` are markup. */
export function page(content: string, title = "Simulated payment"): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main>${content}</main></body></html>`
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
